"""`viche test`: every test, against real PostgreSQL and Valkey, real workers, real Daphne and a real browser."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from viche.stack.secrets_file import load_or_make
from viche.stack.servers import CannotStart, servers
from viche.stack.site import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(argv: Sequence[str] | None = None) -> int:
    """Start fresh servers, run pytest, stop them. Returns pytest's exit code."""
    parser = argparse.ArgumentParser(prog="viche test", description="Run the tests against real servers.")
    parser.add_argument("-m", dest="marker", default="", help="only tests with this mark, e.g. live or voting")
    parser.add_argument("--no-browser", action="store_true", help="leave out the tests that need Chromium")
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "test", help="where the servers keep their files")
    arguments, rest = parser.parse_known_args(argv)
    marks = [f"({arguments.marker})"] if arguments.marker else []
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "viche.settings"}
    if arguments.no_browser:
        marks.append("not browser")
    elif browser := find_or_install_browser():
        env["VICHE_CHROMIUM"] = browser
    else:
        print("No Chromium is here and none can be installed: the browser tests cannot run.")
        print("Install Chromium, or leave them out with --no-browser.")
        return 1
    if marks:
        rest = ["-m", " and ".join(marks), *rest]
    # The tests' servers are their own: an address in the environment would be somebody's real data.
    try:
        with servers(arguments.data, from_environment=False) as running:
            env |= load_or_make(running.folder) | running.environment() | {"VICHE_DATA": str(running.folder)}
            for name in ("VICHE_DEMO", "EMAIL_URL", "VICHE_ORIGIN", "VICHE_LIVE_ORIGIN"):
                env.pop(name, None)
            return subprocess.run([sys.executable, "-m", "pytest", *rest], env=env, cwd=ROOT).returncode
    except CannotStart as reason:
        print(reason)
        return 1


def find_or_install_browser() -> str | None:
    """Path of a Chromium; on Debian, as root, it is installed if missing. None if there is none."""
    if found := _browser():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium …")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], env=env, check=False, **quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "--no-install-recommends", "chromium"], env=env, check=False, **quiet
        )
    return _browser()


def _browser() -> str | None:
    named = os.environ.get("VICHE_CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
