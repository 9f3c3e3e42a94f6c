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

from .children import take
from .postgres import Postgres
from .valkey import Valkey

# A socket's path has at most 107 bytes; "/postgres/.s.PGSQL.5432" comes on top of the folder.
LONGEST_FOLDER = 80
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
    with locked(folder), contextlib.ExitStack() as running:
        require_space(folder)
        database_url = os.environ.get("DATABASE_URL", "") if from_environment else ""
        redis_url = os.environ.get("REDIS_URL", "") if from_environment else ""
        postgres: Postgres | None = None
        valkey: Valkey | None = None
        try:
            sockets = socket_folder(folder)
            logs = folder / "logs"
            logs.mkdir(exist_ok=True)
            if not database_url:
                postgres = Postgres(folder / "postgres", sockets / "postgres", logs / "postgres.log")
                running.callback(postgres.stop)
                postgres.start()
            if not redis_url:
                valkey = Valkey(folder / "valkey", sockets / "valkey", logs / "valkey.log")
                running.callback(valkey.stop)
                valkey.start()
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


def is_in_use(folder: Path) -> bool:
    """Whether somebody holds the data folder at this moment."""
    try:
        with locked(folder.resolve()):
            return False
    except CannotStart:
        return True


def require_space(folder: Path) -> None:
    """Raises CannotStart when the disk is nearly full: better said now than found by PostgreSQL at a vote."""
    status = os.statvfs(folder)
    free = status.f_bavail * status.f_frsize
    if free < NEEDED_SPACE:
        needed = NEEDED_SPACE // 1_000_000
        raise CannotStart(f"The disk of {folder} has {free // 1_000_000} MB free; at least {needed} MB are needed.")


def socket_folder(folder: Path) -> Path:
    """A folder with a short path for the sockets, inside the data folder if that is short enough.

    Others may pass through it (PostgreSQL may run as another user, in the private folder `postgres` inside).
    Raises CannotStart if somebody else has made it.
    """
    chosen = folder / "run"
    if len(os.fsencode(chosen)) > LONGEST_FOLDER:
        mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        chosen = Path(tempfile.gettempdir()) / f"viche-{os.getuid()}-{mark}"
    chosen.mkdir(mode=0o711, exist_ok=True)
    if chosen.is_symlink() or chosen.stat().st_uid != os.getuid():
        raise CannotStart(f"{chosen} belongs to somebody else.")
    chosen.chmod(0o711)
    (chosen / "postgres").mkdir(mode=0o700, exist_ok=True)
    return chosen


def wait_for_leftovers(folder: Path) -> None:
    """Return when no process of a killed run is left on this folder. Raises CannotStart if one cannot be ended."""
    for lock in sorted((folder / "logs").glob("*.lock")):
        try:
            os.close(take(lock))
        except (RuntimeError, OSError) as error:
            raise CannotStart(str(error)) from error
