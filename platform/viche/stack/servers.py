"""PostgreSQL and Valkey for one data folder: from the environment if addresses are given, else from wheels."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .postgres import Postgres
from .valkey import Valkey

# A socket's path has at most 107 bytes; ".s.PGSQL.5432" and a slash come on top of the folder.
LONGEST_FOLDER = 90
NEEDED_SPACE = 300_000_000


class CannotStart(Exception):  # noqa: N818 - a sentence for a person, not a fault of the program
    """Why nothing can be started, in one sentence."""


@dataclass
class Servers:
    """What is running. `postgres` and `valkey` are None where the environment named a server elsewhere."""

    folder: Path
    database_url: str
    redis_url: str
    postgres: Postgres | None
    valkey: Valkey | None

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@contextlib.contextmanager
def servers(folder: Path, *, from_environment: bool = True) -> Iterator[Servers]:
    """Start what is needed, yield it, stop it. Raises CannotStart (already running, no space, not startable)."""
    folder = folder.resolve()
    with locked(folder):
        require_space(folder)
        sockets = _sockets(folder)
        logs = folder / "logs"
        logs.mkdir(exist_ok=True)
        database_url = os.environ.get("DATABASE_URL", "") if from_environment else ""
        redis_url = os.environ.get("REDIS_URL", "") if from_environment else ""
        postgres = None if database_url else Postgres(folder / "postgres", sockets, logs / "postgres.log")
        valkey = None if redis_url else Valkey(folder / "valkey", sockets / "valkey", logs / "valkey.log")
        with contextlib.ExitStack() as running:
            try:
                for server in (postgres, valkey):
                    if server:
                        running.callback(server.stop)
                        server.start()
            except (RuntimeError, OSError) as error:
                raise CannotStart(str(error)) from error
            yield Servers(
                folder,
                database_url or (postgres.url() if postgres else ""),
                redis_url or (valkey.url if valkey else ""),
                postgres,
                valkey,
            )


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[IO[str]]:
    """Hold the data folder alone. Raises CannotStart if somebody else does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise CannotStart(f"The data folder {folder} cannot be written: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"Viche is already running on {folder}. Stop it first, or use --data.") from None
        yield lock


def require_space(folder: Path) -> None:
    """Raises CannotStart when the disk is nearly full: better said now than found by PostgreSQL at a vote."""
    status = os.statvfs(folder)
    free = status.f_bavail * status.f_frsize
    if free < NEEDED_SPACE:
        needed = NEEDED_SPACE // 1_000_000
        raise CannotStart(f"The disk of {folder} has {free // 1_000_000} MB free; at least {needed} MB are needed.")


def _sockets(folder: Path) -> Path:
    """A private folder with a short path, inside the data folder if that is short enough."""
    chosen = folder / "run"
    if len(os.fsencode(chosen)) > LONGEST_FOLDER:
        mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        chosen = Path(tempfile.gettempdir()) / f"viche-{os.getuid()}-{mark}"
    chosen.mkdir(mode=0o700, exist_ok=True)
    if chosen.stat().st_uid != os.getuid():
        raise CannotStart(f"{chosen} belongs to somebody else.")
    chosen.chmod(0o700)
    return chosen
