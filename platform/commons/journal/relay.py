"""Gives every committed entry to its readers at least once; several relays may run at the same time."""

from __future__ import annotations

import logging

from django.db import connection, transaction

from commons.kernel.events import Event, Recorded

from .models import Entry
from .readers import readers_of

log = logging.getLogger(__name__)

# Claimed by a conditional write whose returned rows are looked at. A relay that dies keeps its claim for a minute.
# An array, not IN: a subquery with locks may be run more than once by a join and then claims more than its limit.
# Entries that failed wait longer each time (attempts squared, in seconds), so that one bad entry holds nobody up.
CLAIM = """
UPDATE journal_entry SET claimed_until = now() + interval '60 seconds', attempts = attempts + 1
WHERE id = ANY (ARRAY(
    SELECT id FROM journal_entry
    WHERE relayed_at IS NULL AND (claimed_until IS NULL OR claimed_until < now())
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
))
RETURNING id
"""


def relay_batch(limit: int = 100) -> int:
    """Claim up to `limit` unrelayed entries, call their readers, mark them relayed. Returns how many were claimed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [limit])
        ids = sorted(row[0] for row in cursor.fetchall())
    for entry in Entry.objects.filter(id__in=ids).order_by("id"):
        _relay(entry)
    return len(ids)


def _relay(entry: Entry) -> None:
    recorded = Recorded(
        position=entry.id,
        at=entry.at,
        actor_id=entry.actor_id,
        event=Event.load(entry.kind, entry.place_id, entry.data),
    )
    failed = False
    for reader in readers_of(entry.kind):
        try:
            reader(recorded)
        except Exception:
            # One reader's fault must not rob the others of the entry; it is called again later.
            failed = True
            log.exception("reader %s failed on entry %s", reader.__qualname__, entry.id)
    with connection.cursor() as cursor:
        if failed:
            cursor.execute(
                "UPDATE journal_entry SET claimed_until = "
                "now() + least(attempts * attempts, 3600) * interval '1 second' WHERE id = %s",
                [entry.id],
            )
        else:
            cursor.execute(
                "UPDATE journal_entry SET relayed_at = now(), claimed_until = NULL WHERE id = %s", [entry.id]
            )
