"""Reactions of consultations to events of lower apps."""

from __future__ import annotations

from datetime import datetime

from commons.journal.readers import reads
from commons.kernel.events import Recorded
from commons.live.topics import topic
from voting.events import RoundExtended

from . import actions
from .models import Consultation

topic(
    "consultation",
    lambda person, pk: Consultation.objects.filter(pk=pk, published_at__isnull=False).exists(),
)


@reads(RoundExtended)
def end_the_phase_with_its_round(recorded: Recorded) -> None:
    """A voting phase ends when its round does, also when the round was extended."""
    event = recorded.event
    if isinstance(event, RoundExtended):
        actions.follow_round(
            round_id=event.round,
            closes_at=datetime.fromisoformat(event.closes_at),
            reason=event.reason,
            at=recorded.at,
        )
