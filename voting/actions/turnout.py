from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commons.kernel import locks

from .. import queries
from ..models import Round, Turnout


def count_turnout(*, round_id: int, at: datetime) -> Turnout | None:
    """Count how many have voted, once for everybody; tell the open pages if it changed.

    Returns the new figures; None if nothing changed or another worker is counting. The figure lags the box by the
    beat's interval: pages never learn of a single vote at the moment it is cast.
    """
    with transaction.atomic(durable=True):
        if not locks.try_exclusive("turnout", round_id):
            return None
        round = Round.objects.select_related("place").filter(pk=round_id, opens_at__lte=at).first()
        if round is None:
            return None
        before = Turnout.objects.filter(round=round).first()
        voters = round.roll.count()
        if before is not None and (before.voters == voters or before.as_of >= at):
            return None
        turnout, _ = Turnout.objects.update_or_create(
            round=round, defaults={"voters": voters, "electorate": queries.electorate(round, at), "as_of": at}
        )
    from commons.live.actions import publish  # needed by the worker alone

    # After the commit: whoever hears of it and reads again finds at least this.
    publish(
        f"round:{round_id}",
        {
            "type": "turnout",
            "round": round_id,
            "voters": turnout.voters,
            "electorate": turnout.electorate,
            "as_of": turnout.as_of.isoformat(),
        },
    )
    return turnout
