"""A figure, how it is written down and shown, and the CPU time of processes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """One measured value. `limit`: what the same run measured as the bound; `ratio`: value / limit."""

    measurement: str
    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.limit if self.limit else None

    def line(self) -> str:
        """The figure as a line of JSON."""
        return json.dumps(asdict(self) | {"ratio": self.ratio})


def read(path: Path) -> dict[tuple[str, str], Figure]:
    """The figures of an earlier run."""
    found = (json.loads(line) for line in path.read_text().splitlines())
    figures = (
        Figure(**{name: row[name] for name in ("measurement", "name", "value", "unit", "limit")}) for row in found
    )
    return {(figure.measurement, figure.name): figure for figure in figures}


def show(figures: Sequence[Figure], console: Console, *, before: dict[tuple[str, str], Figure] | None = None) -> None:
    """The figures as a table: within each measurement and unit a bar shows how they compare."""
    table = Table(box=None)
    for heading, justify in (("", "left"), ("", "left"), ("", "right"), ("", "left"), ("of its limit", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    if before is not None:
        table.add_column("of the earlier run", justify="right")
    largest: dict[tuple[str, str], float] = {}
    for figure in figures:
        kind = (figure.measurement, figure.unit)
        largest[kind] = max(largest.get(kind, 0), figure.value)
    for figure in figures:
        top = largest[figure.measurement, figure.unit]
        bar = "█" * round(16 * figure.value / top) if top else ""
        row = [figure.measurement, figure.name, f"{figure.value:,.2f} {figure.unit}", bar]
        row.append(f"{figure.ratio:.0%}" if figure.ratio is not None else "")
        if before is not None:
            earlier = before.get((figure.measurement, figure.name))
            row.append(f"{figure.value / earlier.value:.2f}" if earlier and earlier.value else "")
        table.add_row(*row)
    console.print(table)


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of the processes and of their children, ended ones included."""
    total = 0
    waiting = list(pids)
    while waiting:
        pid = waiting.pop()
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += sum(int(field) for field in fields[11:15])
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # ended meanwhile: its time stands with its parent
    return total / TICKS


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies (nearest rank)."""
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]
