"""The rows an action works on, read after its lock."""

from __future__ import annotations

from typing import Any

from commons.kernel import locks
from commons.kernel.verdicts import Refused
from consultations.models import Consultation
from ideas.models import Idea


def consultation_held(consultation_id: int) -> Consultation:
    """The consultation as it stands now; whoever moves its phases or sets its vote waits, or has finished."""
    locks.shared("phase", consultation_id)
    return Consultation.objects.select_related("place").get(pk=consultation_id)


def idea_held(idea_id: int) -> Idea:
    """The initiative with its consultation as it stands now. Raises Refused (not_found)."""
    idea = Idea.objects.filter(pk=idea_id).first()
    if idea is None:
        raise Refused("not_found")
    idea.consultation = consultation_held(idea.consultation_id)
    return idea


def about(event: type[Any], idea: Idea, **facts: Any) -> Any:
    """The event of this initiative."""
    return event(place_id=idea.consultation.place_id, idea=idea.pk, consultation=idea.consultation_id, **facts)
