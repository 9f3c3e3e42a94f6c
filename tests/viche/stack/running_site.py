"""A running `viche up` as the tests of the stack see it from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from viche.stack.children import holders

# What a developer's shell or `viche test` has set must not reach the sites of these tests.
OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "PYTHONPATH")


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("VICHE_")}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """A running `viche up`."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        self.folder = folder
        self.port, self.live_port = port or free_port(), free_port()
        self.output = folder.with_name(f"{folder.name}-{self.port}.out")
        ports = ["--port", str(self.port), "--live-port", str(self.live_port)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "viche", "up", "--data", folder, *ports, "--no-demo", *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=clean_environment(),
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_until_said(self, words: str, seconds: float = 60, times: int = 1) -> None:
        deadline = time.monotonic() + seconds
        while self.said().count(words) < times:
            assert time.monotonic() < deadline, f"{words!r} was not said:\n{self.said()}"
            assert self.process.poll() is None, f"ended before {words!r} was said:\n{self.said()}"
            time.sleep(0.05)

    def wait_until_ready(self) -> None:
        self.wait_until_said("Viche answers at")

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)

    def status(self) -> int:
        """What /healthz answers: 200, an error's code, or 0 when nobody is there."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def pid_of(self, name: str) -> int:
        """The first process of that name: the one which holds its lock and was started by `up` itself."""
        children = {
            int(stat.parent.name)
            for stat in Path("/proc").glob("[0-9]*/stat")
            if (text := _read(stat)) and int(text.rsplit(")", 1)[1].split()[1]) == self.process.pid
        }
        (pid,) = children & set(holders(self.folder / "logs" / f"{name}.lock"))
        return pid


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def processes_on(folder: Path) -> list[int]:
    """Processes that hold any lock of the data folder."""
    return [pid for lock in folder.glob("logs/*.lock") for pid in holders(lock)]
