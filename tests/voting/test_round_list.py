"""The list of votes: what is open now, and every result."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from commons.kernel.clock import now
from voting.actions import cast, close_round, count_round


def count(round, person, time_passes) -> None:
    cast(round_id=round.pk, person=person, selection=[1], request_id=uuid4())
    time_passes(round, timedelta(hours=2))
    close_round(round_id=round.pk, at=now())
    count_round(round_id=round.pk, at=now())


def test_open_votes_and_results_are_found(schedule, olena, time_passes, at, client: Client):
    schedule(title="Відкрите")
    schedule(title="Майбутнє", opens_at=at + timedelta(hours=1), closes_at=at + timedelta(hours=2))
    count(schedule(title="Пораховане"), olena, time_passes)
    context = client.get("/en/rounds/").context
    assert [round.title for round in context["open"]] == ["Відкрите"]
    assert [(round.title, round.result.ballots) for round in context["page"]] == [("Пораховане", 1)]


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_takes_four_statements_however_long_it_is(
    schedule, olena, time_passes, client: Client, number: int, django_assert_num_queries
):
    for index in range(number):
        schedule(title=f"Відкрите {index}")
        count(schedule(title=f"Пораховане {index}"), olena, time_passes)
    with django_assert_num_queries(4):  # the clock, the open ones, how many results, the results
        client.get("/en/rounds/")
