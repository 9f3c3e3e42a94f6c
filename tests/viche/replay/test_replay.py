"""A whole real election through real servers, and files that cannot be replayed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ASSEN = ROOT / "voting" / "data" / "assen-2024.pb"


def replay(*arguments: str | Path, seconds: int = 280) -> subprocess.CompletedProcess[str]:
    """Run the command as an operator does, with nothing of the test's own servers in its environment."""
    ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "VICHE_DATA", "DJANGO_SETTINGS_MODULE", "VICHE_SIGNING_KEY_FILE")
    env = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-m", "viche", "replay", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=env,
        cwd=ROOT,
        timeout=seconds,
    )


@pytest.mark.replay
def test_assen_votes_again_and_the_same_projects_win():
    done = replay(ASSEN)
    assert done.stdout.rstrip().splitlines()[-1] == "equal", done.stdout[-3000:] + done.stderr[-3000:]
    assert done.returncode == 0


@pytest.mark.replay
@pytest.mark.faults
def test_servers_that_are_killed_in_between_lose_no_vote():
    done = replay(ASSEN, "--chaos", "--seed", "storm")
    assert done.stdout.rstrip().splitlines()[-1] == "equal", done.stdout[-3000:] + done.stderr[-3000:]
    assert "killing" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("3;7200;43;PopUp Podium;1;", "3;much;43;PopUp Podium;1;", 20),
        ("budget;100000", "budget;-1", 9),
        ("PROJECTS\n", "", 0),
    ],
)
def test_a_broken_file_is_refused_with_its_line_before_anything_is_started(tmp_path, old, new, line):
    text = ASSEN.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "broken.pb"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = replay(broken)
    assert done.returncode == 2
    said = " ".join(done.stdout.split())
    assert "Nothing was changed." in said
    if line:
        assert f"line {line}:" in said


def test_an_unknown_rule_is_said_to_be_unknown(tmp_path):
    other = tmp_path / "other.pb"
    other.write_text(ASSEN.read_text(encoding="utf-8").replace("equalshares/add1", "maximin"), encoding="utf-8")
    done = replay(other)
    assert done.returncode == 2
    assert "'maximin'" in done.stdout
