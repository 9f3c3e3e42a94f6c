"""A real Daphne as the tests see it from outside."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[3]


class Daphne:
    """One socket server on a port of its own."""

    def __init__(self, environment: dict[str, str], *, own_address: str = "") -> None:
        """`own_address`: name of the variable in which it is told where pages find it."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"ws://localhost:{self.port}"
        if own_address:
            environment = environment | {own_address: self.address}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "viche.asgi:application"],
            env=environment,
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ws/healthz", timeout=2).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("Daphne did not start")

    def open(self, origin: str | None = "") -> ClientConnection:
        own = f"http://127.0.0.1:{self.port}"
        return connect(f"ws://127.0.0.1:{self.port}/ws/", origin=own if origin == "" else origin)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
