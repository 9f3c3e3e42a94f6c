"""The pages that everybody opens, with few and with many initiatives: CPU, rate and weight of each."""

from __future__ import annotations

import os
from collections.abc import Iterator

from .clients import Ask, ask_all
from .figures import Figure, cpu_seconds
from .town import Town

CLIENTS = 4


def measure(pids: dict[str, int], *, quick: bool) -> Iterator[Figure]:
    """Yields figures; the limit of a page with many initiatives is the same page with few."""
    few, many, times = (100, 1_000, 60) if quick else (1_000, 10_000, 400)
    town = Town.found()
    (author,) = town.settle(1)
    round = town.open_round()
    yield from _page(pids, "home", "/uk/", times)
    yield from _page(pids, "ballot, not signed in", f"/uk/rounds/{round.pk}/", times)
    first: dict[str, float] = {}
    for number in (few, many):
        consultation = town.collecting(number, author)
        idea = consultation.ideas.order_by("id")[0]
        for name, path in (
            ("consultation", f"/uk/consultations/{consultation.pk}/"),
            ("list", f"/uk/consultations/{consultation.pk}/ideas/"),
            ("initiative", f"/uk/ideas/{idea.pk}/"),
        ):
            for figure in _page(pids, f"{name} of {number:,}", path, times):
                if figure.unit == "ms":
                    figure = Figure("pages", figure.name, figure.value, "ms", first.get(name))
                    first.setdefault(name, figure.value)
                yield figure


def _page(pids: dict[str, int], name: str, path: str, times: int) -> Iterator[Figure]:
    asks: list[Ask] = [("GET", path, None, {}) for _ in range(times)]
    origin = os.environ["VICHE_ORIGIN"]
    ask_all(origin, asks[:20], clients=CLIENTS)  # warm, and not measured
    # The CPU with one reader at a time: two threads of one core slow each other down. The rate with several.
    begun = cpu_seconds([pids["web"]])
    alone = ask_all(origin, asks, clients=1)
    used = cpu_seconds([pids["web"]]) - begun
    answers = ask_all(origin, asks, clients=CLIENTS)
    if set(alone.statuses) | set(answers.statuses) != {200}:
        raise RuntimeError(f"{path} answered {alone.statuses} and {answers.statuses}")
    yield Figure("pages", f"{name}: CPU", used / times * 1e3, "ms")
    yield Figure("pages", f"{name}: rate", times / answers.took, "/s")
