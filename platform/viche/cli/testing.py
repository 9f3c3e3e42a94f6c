"""`viche test`: every test, against real PostgreSQL and Valkey, real workers, real Daphne and a real browser."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg

from viche.stack.postgres import Postgres
from viche.stack.secrets_file import load_or_make
from viche.stack.servers import CannotStart, is_in_use, servers
from viche.stack.site import ROOT

MIGRATIONS = ("*/migrations/*.py", "platform/*/migrations/*.py", "platform/commons/*/migrations/*.py")
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
    elif not wants_browser(arguments.marker, rest):
        pass
    elif browser := find_or_install_browser():
        env["VICHE_CHROMIUM"] = browser
    else:
        print("No Chromium is here and none can be installed: the browser tests cannot run.")
        print("Install Chromium, or leave them out with --no-browser.")
        return 1
    if marks:
        rest = ["-m", " and ".join(marks), *rest]
    # The tests' servers are their own: an address in the environment would be somebody's real data.
    for name in ("VICHE_DEMO", "EMAIL_URL", "VICHE_ORIGIN", "VICHE_LIVE_ORIGIN", "VICHE_BEHIND_PROXY"):
        env.pop(name, None)
    try:
        with contextlib.ExitStack() as stack:
            data = arguments.data
            if is_in_use(data):  # two runs side by side: the second makes servers that it throws away
                data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="viche-test-")))
            running = stack.enter_context(servers(data, from_environment=False))
            env |= load_or_make(running.folder) | running.environment() | {"VICHE_DATA": str(running.folder)}
            if running.postgres:
                forget_old_tables(running.postgres, running.folder / "migrations.stamp")
            return subprocess.run([sys.executable, "-m", "pytest", *rest], env=env, cwd=ROOT).returncode
    except CannotStart as reason:
        print(reason)
        return 1


def forget_old_tables(postgres: Postgres, stamp: Path) -> None:
    """Drop the test database of the run before, unless the migrations are the same: then it is used again.

    Dropped here, not by pytest's --create-db: a run of tests without a database would make none.
    """
    now = hashlib.sha256(
        b"".join(path.read_bytes() for pattern in MIGRATIONS for path in sorted(ROOT.glob(pattern)))
    ).hexdigest()
    if stamp.exists() and stamp.read_text() == now:
        return
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS test_viche WITH (FORCE)")
    stamp.write_text(now)


def wants_browser(marker: str, arguments: Sequence[str]) -> bool:
    """Whether such a run can reach the browser tests: they lie in tests/browser and are marked `browser`."""
    if marker:
        return "browser" in marker
    paths = [(ROOT / text.partition("::")[0]).resolve() for text in arguments if not text.startswith("-")]
    browser = ROOT / "tests" / "browser"
    paths = [path for path in paths if path.exists() or path.is_relative_to(browser)]
    return not paths or any(path.is_relative_to(browser) or browser.is_relative_to(path) for path in paths)


def find_or_install_browser() -> str | None:
    """Path of a Chromium; on Debian, as root, it is installed if missing. None if there is none."""
    if found := _browser():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium …")
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(
                ["apt-get", *step], env=env, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
    return _browser()


def _browser() -> str | None:
    named = os.environ.get("VICHE_CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
