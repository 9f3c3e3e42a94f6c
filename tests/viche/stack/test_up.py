"""`viche up`: starts, says what stands in the way, brings back what dies, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from running_site import Up, clean_environment, processes_on

pytestmark = [pytest.mark.stack, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]
Start = Callable[..., Up]


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_starts_answers_and_stops_at_ctrl_c(up: Start, folder: Path) -> None:
    site = up()
    site.wait_until_ready()
    assert site.status() == 200
    with urllib.request.urlopen(f"http://127.0.0.1:{site.live_port}/ws/healthz", timeout=5) as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"http://127.0.0.1:{site.port}/en/", timeout=20) as answer:
        page = answer.read().decode()
    files = re.findall(r'"(/static/[^"]+)"', page)
    assert files
    for file in files:  # at the very first start, too
        with urllib.request.urlopen(f"http://127.0.0.1:{site.port}{file}", timeout=5) as answer:
            assert answer.status == 200
    assert site.end(signal.SIGINT) == 0
    assert "Stopped." in site.said()
    assert "Traceback" not in site.said()
    assert processes_on(folder) == []


def test_keys_are_made_once_and_only_their_owner_reads_them(up: Start, folder: Path) -> None:
    site = up()
    site.wait_until_ready()
    made = (folder / "secrets.json").read_text(), (folder / "signing.key").read_text()
    assert site.end() == 0
    site = up()
    site.wait_until_ready()
    assert ((folder / "secrets.json").read_text(), (folder / "signing.key").read_text()) == made
    for name in ("secrets.json", "signing.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_second_start_on_the_same_folder_says_so(up: Start) -> None:
    first = up()
    first.wait_until_ready()
    second = up(port=first.port)
    assert second.process.wait(20) == 1
    assert "already running" in second.said()
    assert len(second.said().strip().splitlines()) <= 2  # a sentence, wrapped perhaps
    assert first.status() == 200


def test_a_taken_port_is_named_together_with_the_way_out(up: Start, folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        site = up(port=port)
        assert site.process.wait(20) == 1
    assert f"Port {port} is taken" in site.said()
    assert "--port" in site.said()
    assert processes_on(folder) == []


def test_after_sigkill_nothing_is_left_and_the_next_start_works(up: Start, folder: Path) -> None:
    site = up()
    site.wait_until_ready()
    assert len(processes_on(folder)) >= 10
    site.end(signal.SIGKILL)
    again = up(port=site.port)  # at once, on the same ports, while the old ones are still going
    again.wait_until_ready()
    assert again.status() == 200
    assert again.end() == 0
    assert processes_on(folder) == []


def test_whoever_is_killed_is_started_again(up: Start) -> None:
    site = up()
    site.wait_until_ready()
    names = ["web", "live", "worker", "beat", "valkey", "postgres"]
    for times, name in enumerate(names, 1):
        killed = site.pid_of(name)
        os.kill(killed, signal.SIGKILL)
        site.wait_until_said("starting it again", times=times)
        wait_until(lambda: site.status() == 200)
        assert site.pid_of(name) != killed
    assert site.end() == 0
    assert site.said().count("starting it again") == len(names)


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        site = Up(small)
        assert site.process.wait(30) == 1
        assert "MB free" in site.said()
        assert "Traceback" not in site.said()
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_folder_of_another_postgresql_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "site" / "postgres").mkdir(parents=True)
    (tmp_path / "site" / "postgres" / "PG_VERSION").write_text("17\n")
    site = Up(tmp_path / "site")
    assert site.process.wait(30) == 1
    assert "PostgreSQL 17" in site.said()
    assert "Traceback" not in site.said()


def test_commands_beside_it_find_its_database(up: Start, folder: Path) -> None:
    site = up()
    site.wait_until_ready()
    command = [sys.executable, "-m", "viche", "migrate", "--check"]
    done = subprocess.run(
        command, env={**clean_environment(), "VICHE_DATA": str(folder)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
