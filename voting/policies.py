"""Who may vote, and when."""

from __future__ import annotations

from datetime import datetime

from commons.accounts.models import Person
from commons.accounts.policies import is_resident
from commons.kernel.verdicts import ALLOWED, Verdict

from .models import Round


def can_vote(person: Person | None, round: Round, at: datetime) -> Verdict:
    """Whether the person's ballot would be taken at this instant, else the first thing that is missing.

    Pages ask this before the work begins. The write itself asks again, in its own transaction and by the
    database's clock (actions/casting.py).
    """
    timing = in_time(round, at)
    if not timing.allowed:
        return timing
    return is_resident(person, round.place, at=at)


def in_time(round: Round, at: datetime) -> Verdict:
    """Whether the box is open at the instant: half-open, the instant of closing is already too late."""
    return box_is_open(opens_at=round.opens_at, closes_at=round.closes_at, closed_at=round.closed_at, at=at)


def box_is_open(*, opens_at: datetime, closes_at: datetime, closed_at: datetime | None, at: datetime) -> Verdict:
    """The same over bare instants. A recorded close counts even if the clock of a late transaction lies before it."""
    if at < opens_at:
        return Verdict("round_not_open_yet")
    if closed_at is not None or at >= closes_at:
        return Verdict("round_closed")
    return ALLOWED
