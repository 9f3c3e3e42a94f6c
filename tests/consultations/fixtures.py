"""A participatory budget of Liuboml, for the tests of consultations and of all that stands on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from commons.accounts.models import Person
from commons.places.models import Place
from consultations.actions import draft_consultation, publish_consultation
from consultations.models import Consultation
from consultations.timeline import PhasePlan


def plan(at: datetime, *, first_day: int = -1) -> list[PhasePlan]:
    """Four phases of ten days each without gaps; the first begins `first_day` days from the instant."""
    kinds = ("collect", "review", "vote", "follow_up")
    begins = [at + timedelta(days=first_day + 10 * index) for index in range(5)]
    return [
        PhasePlan(kind=kind, opens_at=begins[index], closes_at=begins[index + 1]) for index, kind in enumerate(kinds)
    ]


@pytest.fixture
def draft(liuboml: Place, petro: Person, at: datetime) -> Callable[..., Consultation]:
    """Petro drafts a consultation; what the test names differs from the usual."""

    def make(**changes: Any) -> Consultation:
        content: dict[str, Any] = {
            "place": liuboml,
            "title": "Бюджет участі",
            "summary": "Що зробити наступного року.",
            "text": "Мешканці пишуть ініціативи, підтримують їх і голосують.",
            "language": "uk",
            "budget": 50_000_000,
            "support_threshold": 2,
            "phases": plan(at),
            "by": petro,
            "at": at,
        }
        return draft_consultation(**content | changes)

    return make


@pytest.fixture
def consultation(draft: Callable[..., Consultation], petro: Person, at: datetime) -> Consultation:
    """A published consultation that collects initiatives since yesterday."""
    return publish_consultation(consultation=draft(), by=petro, at=at)
