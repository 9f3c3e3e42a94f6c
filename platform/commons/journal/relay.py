"""Gives every committed entry to its readers at least once; several relays may run at the same time."""

from __future__ import annotations

import logging
import time

from django.db import connection, transaction

from commons.kernel.events import Event, Recorded

from .models import Entry
from .readers import readers_of

log = logging.getLogger(__name__)

# Seconds for which entries are claimed: those of a relay that died are given out again after that.
CLAIMED_FOR = 60.0

# Claimed by a conditional write whose returned rows are looked at.
# An array, not IN: a subquery with locks may be run more than once by a join and then claims more than its limit.
# Entries that failed wait longer each time (attempts squared, in seconds), so that one bad entry holds nobody up.
CLAIM = """
UPDATE journal_entry SET claimed_until = now() + %s * interval '1 second', attempts = attempts + 1
WHERE id = ANY (ARRAY(
    SELECT id FROM journal_entry
    WHERE relayed_at IS NULL AND (claimed_until IS NULL OR claimed_until < now())
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
))
RETURNING id
"""
GIVE_BACK = "UPDATE journal_entry SET claimed_until = NULL, attempts = attempts - 1 WHERE id = ANY(%s)"


def relay_batch(limit: int = 100) -> int:
    """Claim up to `limit` unrelayed entries, call their readers, mark them relayed. Returns how many were claimed.

    When readers are slow, what is left at half of the claim's time is given back, so that no claim ends unnoticed.
    """
    until = time.monotonic() + CLAIMED_FOR / 2
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [CLAIMED_FOR, limit])
        ids = sorted(row[0] for row in cursor.fetchall())
    entries = Entry.objects.in_bulk(ids)
    for done, number in enumerate(ids):
        if time.monotonic() > until:
            with connection.cursor() as cursor:
                cursor.execute(GIVE_BACK, [ids[done:]])
            break
        _relay(entries[number])
    return len(ids)


def _relay(entry: Entry) -> None:
    if _all_readers_succeed(entry):
        change = "relayed_at = now(), claimed_until = NULL"
    else:
        change = "claimed_until = now() + least(attempts * attempts, 3600) * interval '1 second'"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE journal_entry SET {change} WHERE id = %s", [entry.id])


def _all_readers_succeed(entry: Entry) -> bool:
    try:
        event = Event.load(entry.kind, entry.place_id, entry.data)
    except Exception:
        # Written by a newer release, perhaps. It waits for code that knows it, and holds up nothing behind it.
        log.exception("entry %s of kind %s cannot be read", entry.id, entry.kind)
        return False
    recorded = Recorded(position=entry.id, at=entry.at, actor_id=entry.actor_id, event=event)
    succeeded = True
    for reader in readers_of(entry.kind):
        try:
            reader(recorded)
        except Exception:
            # One reader's fault must not rob the others of the entry; it is called again later.
            succeeded = False
            log.exception("reader %s failed on entry %s", reader.__qualname__, entry.id)
    return succeeded
