"""News of the tests: real notices in their real words, told to whom the test names, at the instant it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from commons.accounts.events import ResidencyAttested
from commons.accounts.models import Person
from commons.kernel.events import Recorded
from notifications.actions import plan_letters, write_news
from notifications.declare import Declaration, declared
from notifications.models import Letter
from tests.consultations.fixtures import consultation, draft
from tests.ideas.conftest import idea, write
from tests.notifications.sink import Sink
from tests.voting.conftest import keys_of_the_operator, time_passes

__all__ = ["consultation", "draft", "idea", "keys_of_the_operator", "time_passes", "write"]

Tell = Callable[..., Recorded]


def declaration_for(people: list[Person], name: str, about: str, **facts: Any) -> Declaration:
    """The declared notice of this name with its template and urgency, for these people and with these facts."""
    deadline = facts.pop("deadline", None)
    usual = {
        "idea": 1,
        "title": "Лавки біля школи",
        "won": True,
        "votes": 7,
        "outcome": "shortlisted",
        "reasons": "Так.",
    }
    return Declaration(
        name=name,
        urgency=declared(name).urgency,
        about=lambda recorded: about,
        audience=lambda recorded: Person.objects.filter(pk__in=[p.pk for p in people]).values_list("pk"),
        facts=lambda recorded: usual | facts,
        deadline=lambda recorded: deadline,
    )


@pytest.fixture
def tell(at: datetime) -> Tell:
    """Tell people a piece of news, which reaches the hub at the instant."""
    position = count(1_000_000)

    def telling(
        *people: Person, name: str, about: str = "consultation:1", written: datetime = at, **facts: Any
    ) -> Recorded:
        recorded = Recorded(next(position), written, None, ResidencyAttested(person=0, method="desk"))
        write_news(declaration=declaration_for(list(people), name, about, **facts), recorded=recorded, at=written)
        return recorded

    return telling


OUTCOME, DIGEST = "ideas.idea_voted_on", "ideas.idea_decided"


@pytest.fixture
def outcome_letters(tell: Tell, at: datetime) -> Callable[..., list[Letter]]:
    """Request one letter of an outcome for each of these people, ready to be sent."""

    def request(*people: Person, **facts: Any) -> list[Letter]:
        tell(*people, name=OUTCOME, written=at - timedelta(hours=1), **facts)
        plan_letters(at=at)
        return list(Letter.objects.order_by("id"))

    return request


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A real SMTP server on a free port, to which letters go during the test."""
    with Sink() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 10
        yield running
