"""Reactions of ideas: support is counted anew after each change, and a counted round decides the initiative."""

from __future__ import annotations

from commons.journal.readers import reads
from commons.kernel.events import Recorded
from commons.live.topics import topic
from voting.events import RoundCounted

from . import actions
from .events import EndorsementWithdrawn, IdeaEndorsed

topic("idea")


@reads(IdeaEndorsed, EndorsementWithdrawn)
def count_support(recorded: Recorded) -> None:
    """Count anew. Said twice or out of order, the number is the same: it comes from the endorsements."""
    event = recorded.event
    if isinstance(event, IdeaEndorsed | EndorsementWithdrawn):
        actions.count_support(idea_id=event.idea, at=recorded.at)


@reads(RoundCounted)
def record_outcomes(recorded: Recorded) -> None:
    """The result of the vote decides the initiatives on its ballot."""
    event = recorded.event
    if isinstance(event, RoundCounted):
        actions.record_outcomes(round_id=event.round, at=recorded.at)
