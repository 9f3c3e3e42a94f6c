from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection, transaction

from commons.kernel.events import Event

from .models import Entry

log = logging.getLogger(__name__)


def record(event: Event, *, at: datetime, actor_id: int | None = None) -> Entry:
    """Write the event into the journal, in the transaction of the change it tells of.

    After the commit a hint wakes the relay; if Redis is away the hint is lost and the sweep finds the entry.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of its change, or not at all")
    entry = Entry.objects.create(
        kind=event.kind,
        at=at,
        actor_id=actor_id,
        place_id=event.place_id,
        subject=event.subject(),
        topics=list(event.topics()),
        data=event.data(),
    )
    transaction.on_commit(_hint, robust=True)
    return entry


def _hint() -> None:
    from .tasks import relay  # Celery is not needed to record, only to hurry

    relay.apply_async(retry=False, ignore_result=True)
