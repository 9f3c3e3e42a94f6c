from __future__ import annotations

from typing import Any

from django.db import IntegrityError, connection, transaction

from . import hints
from .models import Frame

# Frames kept per topic. Who was away for longer is told to load the page's state again.
KEPT = 200

NEXT = """
INSERT INTO live_topic (name, seq) VALUES (%s, 1)
ON CONFLICT (name) DO UPDATE SET seq = live_topic.seq + 1
RETURNING seq
"""
PRUNE = """
DELETE FROM live_frame USING live_topic
WHERE live_frame.topic = live_topic.name AND live_frame.seq <= live_topic.seq - %s
"""


def publish(topic: str, payload: dict[str, Any], *, position: int | None = None) -> int | None:
    """Append a frame to the topic's log and hint the socket servers. Returns its number in the topic.

    The row of the topic is locked until the commit, so numbers are given out in the order in which frames become
    visible. With the `position` of a journal entry it happens at most once per entry: the repetition returns None.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NEXT, [topic])
            (seq,) = cursor.fetchone()
            Frame.objects.create(topic=topic, seq=seq, payload=payload, position=position)
            transaction.on_commit(lambda: hints.send(topic), robust=True)
    except IntegrityError:
        if position is None:
            raise
        return None
    return int(seq)


def prune() -> int:
    """Delete frames that nobody can ask for any more. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(PRUNE, [KEPT])
        return cursor.rowcount
