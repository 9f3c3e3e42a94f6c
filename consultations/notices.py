"""Who hears of consultations: the offices that must act. Residents hear through the apps in which they took part."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from commons.accounts.models import Office
from commons.kernel.events import Recorded
from notifications.declare import DIGEST, notice

from .events import PhaseOpened
from .models import Phase


def _phase(recorded: Recorded) -> Phase:
    return Phase.objects.select_related("consultation__place").get(pk=getattr(recorded.event, "phase", 0))


def _facts(recorded: Recorded) -> dict[str, Any]:
    consultation = _phase(recorded).consultation
    return {"consultation": consultation.pk, "title": consultation.title}


def _deadline(recorded: Recorded) -> datetime:
    return _phase(recorded).closes_at


@notice(PhaseOpened, urgency=DIGEST, facts=_facts, deadline=_deadline)
def review_open(recorded: Recorded) -> QuerySet[Any, Any]:
    """Officials and reviewers of the place, when it is their turn to answer."""
    phase = _phase(recorded)
    roles = [Office.Role.OFFICIAL, Office.Role.REVIEWER] if phase.kind == Phase.Kind.REVIEW else [""]
    around = phase.consultation.place.lineage()
    return Office.objects.held(recorded.at).filter(place__path__in=around, role__in=roles).values_list("person_id")
