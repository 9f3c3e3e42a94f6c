"""The list of all consultations: what is open, what comes, what has ended; of one place or of all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from commons.accounts.models import Person
from consultations.actions import publish_consultation
from consultations.models import Consultation, Phase
from tests.consultations.fixtures import plan


@pytest.fixture
def publish(draft: Callable[..., Consultation], petro: Person, at: datetime) -> Callable[..., Consultation]:
    """Petro publishes a consultation; what the test names differs from the usual."""
    return lambda **changes: publish_consultation(consultation=draft(**changes), by=petro, at=at)


def end(consultation: Consultation) -> None:
    for phase in Phase.objects.filter(consultation=consultation).order_by("opens_at"):
        moved = timedelta(days=100)
        Phase.objects.filter(pk=phase.pk).update(opens_at=phase.opens_at - moved, closes_at=phase.closes_at - moved)


def titles(client: Client, **asked: Any) -> list[str]:
    return [consultation.title for consultation, _ in client.get("/en/consultations/", asked).context["rows"]]


def test_each_consultation_stands_where_its_phases_say(publish, draft, at: datetime, client: Client):
    publish(title="Відкрита")
    publish(title="Майбутня", phases=plan(at, first_day=3))
    end(publish(title="Минула"))
    draft(title="Чернетка")
    assert titles(client) == ["Відкрита"]
    assert titles(client, state="coming") == ["Майбутня"]
    assert titles(client, state="ended") == ["Минула"]
    assert titles(client, state="anything else") == ["Відкрита"]


def test_one_looks_for_the_consultations_of_a_place(publish, kovel, boris, draft, at: datetime, client: Client):
    publish(title="У Любомлі")
    there = draft(title="У Ковелі", place=kovel, by=boris)
    publish_consultation(consultation=there, by=boris, at=at)
    assert titles(client, place="kovel") == ["У Ковелі"]
    assert sorted(titles(client)) == ["У Ковелі", "У Любомлі"]
    assert titles(client, place="nowhere") == []


def test_the_next_page_keeps_what_was_asked_for(publish, client: Client):
    for number in range(31):
        publish(title=f"Консультація {number}")
    page = client.get("/en/consultations/", {"place": "liuboml"}).content.decode()
    assert "?state=open&amp;place=liuboml&amp;page=2" in page
    assert len(titles(client, place="liuboml", page=2)) == 1


@pytest.mark.parametrize(
    "asked", ["place=%00", "state=%00", "page=%00", "page=99999999999999999999", "place=" + "x" * 5000]
)
def test_nonsense_in_the_address_is_no_error(publish, client: Client, asked: str):
    publish()
    assert client.get(f"/en/consultations/?{asked}").status_code == (400 if "%00" in asked else 200)
    assert client.get(f"/api/v1/consultations/?{asked}").status_code in (200, 400, 404)


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_takes_five_statements_however_long_it_is(
    publish, client: Client, number: int, django_assert_num_queries
):
    for index in range(number):
        publish(title=f"Консультація {index}")
    client.get("/en/consultations/")
    with django_assert_num_queries(
        5
    ):  # the clock, how many, the rows with their places, their phases, the places to choose from
        client.get("/en/consultations/")
