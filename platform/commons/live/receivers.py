from __future__ import annotations

from commons.journal.readers import reads
from commons.kernel.events import Recorded

from .actions import publish


@reads()
def tell_open_pages(recorded: Recorded) -> None:
    """Every event with topics becomes one frame in each of them: what happened, not what it looks like."""
    event = recorded.event
    for topic in event.topics():
        # `changed` lets a page offer to load itself again, without knowing every event.
        payload = {
            "type": "event",
            "event": event.kind,
            "subject": event.subject(),
            "at": recorded.at.isoformat(),
            "changed": True,
        }
        publish(topic, payload, position=recorded.position)
