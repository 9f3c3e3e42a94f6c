"""Instants as people type them: a date and a time on the clock of their place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from .verdicts import Refused


def local(day: date | str, clock: time | str, zone: ZoneInfo, *, field: str = "") -> datetime:
    """The instant at which clocks in the zone show this date and time.

    Text is read as ISO 8601 ("2026-05-17", "18:00"). Raises Refused (instant_malformed; instant_does_not_exist
    when the clocks skip the time, instant_ambiguous when they show it twice): a deadline must not be guessed.
    """
    try:
        day = date.fromisoformat(day) if isinstance(day, str) else day
        clock = time.fromisoformat(clock) if isinstance(clock, str) else clock
        naive = datetime.combine(day, clock.replace(tzinfo=None))
        first, second = (naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except (ValueError, OverflowError):
        raise Refused("instant_malformed", field=field) from None
    if first != second:
        skipped = first.astimezone(zone).replace(tzinfo=None) != naive
        raise Refused("instant_does_not_exist" if skipped else "instant_ambiguous", field=field)
    return first
