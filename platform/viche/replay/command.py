"""The command line of the replay: finds or starts a site, plays, prints what came of it."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random  # noqa: TID251 - which process is killed when is no matter of trust, and the seed makes it repeatable
import signal
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from viche.stack.beside import adopt
from viche.stack.passing import NoSite, answers, passing_site
from voting.pabulib import PabulibError, PabulibFile, read, rule_for

from .progress import told

EQUAL, DIFFERENT, NOT_REPLAYABLE = 0, 1, 2
VICTIMS = ("web", "live", "worker", "beat", "Valkey")
CHAOS_EVERY = 12.0


def run(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 equal, 1 different, 2 not replayable."""
    arguments = _arguments(argv)
    console = Console()
    try:
        file = read(arguments.file)
        rule_for(file)
    except PabulibError as error:
        console.print(f"{arguments.file} cannot be replayed: {error}. Nothing was changed.", style="red", markup=False)
        return NOT_REPLAYABLE
    console.print(
        f"{file.meta.get('description', arguments.file.name)}: {len(file.projects)} projects, "
        f"{len(file.votes)} ballots, rule {file.meta.get('rule')}",
        markup=False,
    )
    try:
        with _site(arguments, console) as (origin, folder):
            import django

            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viche.settings")
            django.setup()
            with _chaos(folder, arguments, console):
                return _play(file, origin, arguments, console)
    except NoSite as reason:
        console.print(str(reason), style="red", markup=False)
        return NOT_REPLAYABLE


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="viche replay", description="Replay a Pabulib file through the platform.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--url", help="a running site on this machine; without it one is started for the replay alone")
    parser.add_argument("--data", type=Path, help="data folder of that site, or of the one to start")
    parser.add_argument("--place", default="", help="address of the place; without it one is made for the file")
    parser.add_argument("--speed", default="max", help="voters at the same time: a number from 1 to 32, or max")
    parser.add_argument("--seed", default="viche", help="decides who changes their mind, who comes late")
    parser.add_argument("--chaos", action="store_true", help="kill web, live, worker, beat and Valkey now and then")
    arguments = parser.parse_args(argv)
    if arguments.speed != "max" and not (arguments.speed.isdecimal() and 1 <= int(arguments.speed) <= 32):
        parser.error("--speed is a number from 1 to 32, or max")
    if arguments.chaos and arguments.url:
        parser.error("--chaos only kills what the replay has started itself: leave out --url")
    return arguments


def _play(file: PabulibFile, origin: str, arguments: argparse.Namespace, console: Console) -> int:
    from .play import Play
    from .walkers import WalkError

    walkers = 8 if arguments.speed == "max" else int(arguments.speed)
    with told(console) as progress:
        try:
            report = Play(file, origin, progress, walkers=walkers, seed=arguments.seed, slug=arguments.place).run()
        except WalkError as error:
            console.print(f"The replay ended early: {error}", style="red", markup=False)
            return DIFFERENT
    table = Table(show_header=False, box=None)
    for name, figure in report.figures.items():
        table.add_row(name, figure)
    console.print(table)
    for difference in report.differences:
        console.print(difference, style="red", markup=False)
    if report.differences:
        console.print("different")
        return DIFFERENT
    console.print("equal", style="bold green")
    return EQUAL


@contextlib.contextmanager
def _site(arguments: argparse.Namespace, console: Console) -> Iterator[tuple[str, Path]]:
    """Address and data folder of the site to play against. One that is started here ends here."""
    if arguments.url:
        if arguments.data:
            os.environ["VICHE_DATA"] = str(arguments.data)
        adopt(os.environ)
        if not answers(arguments.url):
            raise NoSite(f"{arguments.url} does not answer.")
        yield arguments.url.rstrip("/"), Path(os.environ["VICHE_DATA"])
        return
    console.print("Starting a site for the replay …")
    # Letters are looked for in the outbox; the news of one count settles quickly when nobody else is about.
    with passing_site("replay", data=arguments.data, settings={"VICHE_NOTICE_SETTLE_SECONDS": "5"}) as folder:
        yield os.environ["VICHE_ORIGIN"], folder


@contextlib.contextmanager
def _chaos(folder: Path, arguments: argparse.Namespace, console: Console) -> Iterator[None]:
    """While the play goes on, kill a random process of the site now and then; its supervisor starts it again."""
    if not arguments.chaos:
        yield
        return
    over, chance = threading.Event(), random.Random(arguments.seed)

    def kill() -> None:
        while not over.wait(chance.uniform(CHAOS_EVERY / 2, CHAOS_EVERY * 1.5)):
            pids = json.loads((folder / "run-state" / "pids.json").read_text())
            victim = chance.choice([name for name in VICTIMS if pids.get(name)])
            console.print(f"killing {victim}", style="yellow")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pids[victim], signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
