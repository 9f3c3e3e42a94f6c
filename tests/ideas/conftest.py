from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from commons.accounts.models import Person
from consultations.models import Consultation
from ideas.actions import publish_idea
from ideas.models import Idea
from tests.consultations.fixtures import consultation, draft
from tests.voting.conftest import keys_of_the_operator, time_passes

__all__ = ["consultation", "draft", "keys_of_the_operator", "time_passes"]


@pytest.fixture
def write(consultation: Consultation, olena: Person, at: datetime) -> Callable[..., Idea]:
    """Olena publishes an initiative; what the test names differs from the usual."""

    def make(**changes: Any) -> Idea:
        content: dict[str, Any] = {
            "consultation": consultation,
            "author": olena,
            "title": "Лавки біля школи",
            "problem": "Ніде сісти.",
            "proposal": "Поставити десять лавок.",
            "location": "вул. Незалежності, 1",
            "cost": 2_500_000,
            "language": "uk",
            "at": at,
        }
        return publish_idea(**content | changes)

    return make


@pytest.fixture
def idea(write: Callable[..., Idea]) -> Idea:
    """Olena's initiative, just published."""
    return write()
