"""A site that is started for one purpose and ends with it: a replay, a measurement."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from .beside import adopt
from .site import ROOT

STARTS_WITHIN = 90.0


class NoSite(Exception):  # noqa: N818 - a sentence for a person
    """There is no site to work with, and none could be started."""


@contextlib.contextmanager
def passing_site(purpose: str, *, data: Path | None = None, settings: dict[str, str] | None = None) -> Iterator[Path]:
    """Start `viche up` without demo on free ports; yield its data folder, end it. Raises NoSite.

    `purpose` names the log under var/. The environment of this process is made fit to work beside the site:
    afterwards os.environ["VICHE_ORIGIN"] is its address.
    """
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{purpose}-", dir=ROOT / "var", ignore_cleanup_errors=True) as fresh:
        folder = Path(data or fresh)
        web, live = free_port(), free_port()
        origin = f"http://127.0.0.1:{web}"
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "EMAIL_URL"):
            os.environ.pop(name, None)
        os.environ |= {"VICHE_DATA": str(folder), "VICHE_ORIGIN": origin} | (settings or {})
        log = (ROOT / "var" / f"{purpose}.log").open("w")
        command = [sys.executable, "-m", "viche", "up", "--no-demo", "--data", str(folder)]
        up = subprocess.Popen(
            [*command, "--port", str(web), "--live-port", str(live)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + STARTS_WITHIN
            while not (answers(origin) and (folder / "run-state" / "pids.json").exists()):
                if up.poll() is not None or time.monotonic() > deadline:
                    raise NoSite(f"No site could be started:\n{Path(log.name).read_text()[-1500:]}")
                time.sleep(0.2)
            adopt(os.environ)
            yield folder
        finally:
            up.terminate()
            try:
                up.wait(30)
            except subprocess.TimeoutExpired:
                up.kill()
            log.close()


def answers(origin: str) -> bool:
    """Whether a site answers there."""
    try:
        with urllib.request.urlopen(f"{origin}/healthz", timeout=3) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
