"""How the replay tells what it is at: bars in a terminal, plain lines in a log."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

# Tell(stage, done, total)
Tell = Callable[[str, int, int], None]
LINE_EVERY = 10.0


@contextlib.contextmanager
def told(console: Console) -> Iterator[Tell]:
    """Something to tell progress to, as fits the console."""
    if not console.is_terminal:
        yield Lines(console).tell
        return
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield tell


class Lines:
    """A line when a stage begins to take long, every ten seconds while it lasts, and when it is done."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self.console = console
        self.clock = clock
        self._begun: dict[str, float] = {}
        self._said: dict[str, float] = {}
        self._done: set[str] = set()

    def tell(self, stage: str, done: int, total: int) -> None:
        """Say how far the stage is, unless that was said a moment ago."""
        now = self.clock()
        begun = self._begun.setdefault(stage, now)
        over = done >= total
        if stage in self._done or (not over and now - self._said.setdefault(stage, begun) < LINE_EVERY):
            return
        self._said[stage] = now
        if over:
            self._done.add(stage)
        self.console.print(f"{stage}: {done} of {total} after {now - begun:.0f} s", markup=False, highlight=False)
