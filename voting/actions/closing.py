from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commons.journal.actions import record
from commons.kernel import locks
from commons.kernel.verdicts import Refused

from ..events import RoundClosed, RoundOpened
from ..models import Round


def record_opening(*, round_id: int, at: datetime) -> bool:
    """Record that the round has opened, once. True if this call did it.

    The box opens by the instant, whether or not this has run: the record is for the journal and the open pages.
    """
    with transaction.atomic(durable=True):
        # Claimed by a conditional write whose row count is looked at; run five times at once, one finds a row.
        if not Round.objects.filter(pk=round_id, opened_at=None, opens_at__lte=at).update(opened_at=at):
            return False
        place_id = Round.objects.values_list("place_id", flat=True).get(pk=round_id)
        record(RoundOpened(place_id=place_id, round=round_id), at=at)
    return True


def close_round(*, round_id: int, at: datetime) -> bool:
    """Close the box of a round whose instant has come, once. True if this call did it.

    Waits for every ballot in flight: a voter holds the round's lock together with other voters from before the
    clock is read until the commit, the close takes it alone. So what was accepted lies in the box, and whoever
    gets the lock afterwards reads `closed_at` and is refused, even if their transaction began in time.
    Raises Refused(not_found).
    """
    if not Round.objects.filter(pk=round_id).exists():
        raise Refused("not_found")
    with transaction.atomic(durable=True):
        # Before the instant nobody has to wait for us; asked again below, once we are alone.
        if not Round.objects.filter(pk=round_id, closed_at=None, closes_at__lte=at).exists():
            return False
        locks.exclusive("round", round_id)
        if not Round.objects.filter(pk=round_id, closed_at=None, closes_at__lte=at).update(closed_at=at):
            return False
        round = Round.objects.get(pk=round_id)
        record(RoundClosed(place_id=round.place_id, round=round_id, ballots=round.ballots.count()), at=at)
    return True
