"""The one place that says where a consultation stands: from the instants of its phases and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

# Phases follow each other in this order; a consultation may leave some out.
ORDER = ("collect", "review", "vote", "follow_up")
COMING, OPEN, DONE = "coming", "open", "done"


class Timed(Protocol):
    """What has a kind and two instants: a stored phase or a planned one."""

    @property
    def kind(self) -> str: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...


T = TypeVar("T", bound=Timed)


@dataclass(frozen=True, kw_only=True)
class PhasePlan:
    """A phase as the official plans it; both instants are aware."""

    kind: str
    opens_at: datetime
    closes_at: datetime


def state(phase: Timed, at: datetime) -> str:
    """COMING, OPEN or DONE at the instant. The opening belongs to the phase, the close no longer does."""
    if at < phase.opens_at:
        return COMING
    return OPEN if at < phase.closes_at else DONE


def in_order(phases: Iterable[T]) -> list[T]:
    """The phases as they follow each other by their kind."""
    return sorted(phases, key=lambda phase: ORDER.index(phase.kind))


def overlap(phases: Iterable[Timed]) -> str:
    """The kind of the first phase that begins before the one in front of it has ended; empty if all is in order."""
    ordered = in_order(phases)
    for earlier, later in pairwise(ordered):
        if later.opens_at < earlier.closes_at:
            return later.kind
    return ""


@dataclass(frozen=True)
class Standing(Generic[T]):
    """Where a consultation is: the open phase (None between two), the one that comes next, and whether all is over."""

    now: T | None
    next: T | None
    over: bool


def standing(phases: Sequence[T], at: datetime) -> Standing[T]:
    """Where phases that do not overlap stand at the instant."""
    now = next((phase for phase in phases if state(phase, at) == OPEN), None)
    coming = sorted((phase for phase in phases if state(phase, at) == COMING), key=lambda phase: phase.opens_at)
    over = bool(phases) and now is None and not coming
    return Standing(now=now, next=coming[0] if coming else None, over=over)
