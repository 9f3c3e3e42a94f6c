"""The command line of the bench: starts a site of its own, measures, writes down and shows."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from viche.stack.passing import NoSite, passing_site

from .figures import Figure, read, show

MEASUREMENTS = ("vote", "pages", "close")
MEASURED, LOST, NOT_MEASURED = 0, 1, 2


def run(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 measured, 1 something was lost or doubled, 2 nothing could be measured."""
    parser = argparse.ArgumentParser(prog="viche bench", description="Measure what this machine can bear.")
    parser.add_argument("measurements", nargs="*", metavar="MEASUREMENT", help=", ".join(MEASUREMENTS))
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that it runs")
    parser.add_argument("--json", type=Path, help="write the figures there, one line each")
    parser.add_argument("--compare", type=Path, help="figures of an earlier run")
    arguments = parser.parse_args(argv)
    names = arguments.measurements or MEASUREMENTS
    for name in names:
        if name not in MEASUREMENTS:
            parser.error(f"{name} is none of {', '.join(MEASUREMENTS)}")
    console = Console()
    before = read(arguments.compare) if arguments.compare else None
    figures: list[Figure] = []
    try:
        console.print("Starting a site for the bench …")
        with passing_site("bench") as folder:
            code = _measure(names, folder, figures, console, quick=arguments.quick)
    except NoSite as reason:
        console.print(str(reason), style="red", markup=False)
        return NOT_MEASURED
    if arguments.json:
        arguments.json.write_text("".join(figure.line() + "\n" for figure in figures))
    show(figures, console, before=before)
    return code


def _measure(names: Sequence[str], folder: Path, figures: list[Figure], console: Console, *, quick: bool) -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viche.settings")
    django.setup()
    from . import close, pages, vote

    pids = json.loads((folder / "run-state" / "pids.json").read_text())
    for name in names:
        console.print(f"Measuring {name} …")
        measure = {"vote": vote.measure, "pages": pages.measure, "close": close.measure}[name]
        try:
            for figure in measure(pids, quick=quick):
                figures.append(figure)
        except vote.Lost as lost:
            console.print(str(lost), style="red", markup=False)
            return LOST
    return MEASURED
