"""The bench runs, loses no vote, and writes figures that a later run can be compared with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from viche.bench.figures import Figure, cpu_seconds, percentile, read, show

OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "PYTHONPATH")


@pytest.mark.stack
def test_a_quick_bench_measures_and_counts_every_vote(tmp_path: Path):
    file = tmp_path / "figures.jsonl"
    done = subprocess.run(
        [sys.executable, "-m", "viche", "bench", "--quick", "--json", str(file)],
        env={name: v for name, v in os.environ.items() if name not in OURS and not name.startswith("VICHE_")},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    figures = read(file)
    assert figures["vote", "lost or doubled"].value == 0
    assert {measurement for measurement, _ in figures} == {"vote", "pages", "close"}
    assert all(figure.value > 0 for figure in figures.values() if figure.name != "lost or doubled")
    assert figures["vote", "votes"].ratio is not None


def test_an_unknown_measurement_is_named_before_anything_is_started():
    done = subprocess.run([sys.executable, "-m", "viche", "bench", "speed"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "speed is none of vote, pages, close" in done.stderr


def test_figures_are_written_read_and_compared(tmp_path: Path):
    figure = Figure("vote", "votes", 300.0, "/s", limit=1_000.0)
    row = json.loads(figure.line())
    assert (row["ratio"], row["limit"]) == (0.3, 1_000.0)
    (tmp_path / "before").write_text(Figure("vote", "votes", 150.0, "/s").line() + "\n")
    with (tmp_path / "screen").open("w") as screen:
        show([figure], Console(file=screen, width=120), before=read(tmp_path / "before"))
    said = (tmp_path / "screen").read_text()
    assert "30%" in said
    assert "2.00" in said


def test_the_cpu_of_a_process_counts_its_children_that_have_ended():
    before = cpu_seconds([os.getpid()])
    subprocess.run([sys.executable, "-c", "sum(range(12_000_000))"], check=True)
    assert cpu_seconds([os.getpid()]) > before


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 6), (0.99, 10), (1.0, 10)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: int):
    assert percentile(range(1, 11), share) == value
