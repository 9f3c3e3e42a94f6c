from __future__ import annotations

from typing import Any

from django.db import connection

from .models import Topic

# At most this many frames of a topic at once; who is further behind gets only the newest and loads the page again.
MOST = 200

SINCE = """
SELECT wanted.topic, frame.seq, frame.payload
FROM unnest(%s::text[], %s::bigint[]) AS wanted (topic, since)
CROSS JOIN LATERAL (
    SELECT seq, payload FROM live_frame
    WHERE live_frame.topic = wanted.topic AND live_frame.seq > wanted.since
    ORDER BY seq DESC LIMIT %s
) AS frame
ORDER BY wanted.topic, frame.seq
"""


def frames_since(positions: dict[str, int]) -> list[tuple[str, int, Any]]:
    """Frames of each topic after the given number, in order: (topic, seq, payload as JSON text or value).

    One query, whatever the number of topics.
    """
    if not positions:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SINCE, [list(positions), list(positions.values()), MOST])
        return [(topic, seq, payload) for topic, seq, payload in cursor.fetchall()]


def seq_of(topic: str) -> int:
    """The number of the topic's last frame, 0 if there is none: what a page shows is at least as new as this."""
    return Topic.objects.filter(name=topic).values_list("seq", flat=True).first() or 0
