"""Petro's own program: from the draft of a consultation to its ballot over the API, by the rules of the pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from commons.kernel.clock import now
from consultations.models import Consultation, Phase
from ideas.actions import count_support, endorse
from voting.models import Round

DAY = timedelta(days=1)


def post(browser: Client, address: str, body: Any = None) -> Any:
    return browser.post(f"/api/v1/{address}", body, content_type="application/json")


def planned(at: datetime, **changes: Any) -> dict[str, Any]:
    kinds = ("collect", "review", "vote")
    return {
        "place": "liuboml",
        "title": "Бюджет участі",
        "summary": "Що зробити?",
        "text": "Пишіть.",
        "language": "uk",
        "budget": 10_000_000,
        "support_threshold": 1,
        "phases": [
            {
                "kind": kind,
                "opens_at": (at + DAY * 10 * number).isoformat(),
                "closes_at": (at + DAY * 10 * (number + 1)).isoformat(),
            }
            for number, kind in enumerate(kinds)
        ],
    } | changes


def test_petro_drafts_publishes_decides_and_puts_to_the_vote(petro, client_of, residents, write, liuboml, at: datetime):
    program = client_of(petro)
    made = post(program, "consultations/", planned(at))
    assert made.status_code == 201, made.json()
    pk = made.json()["id"]
    assert Client().get(f"/api/v1/consultations/{pk}/").status_code == 404  # still a draft
    assert post(program, f"consultations/{pk}/publication/").json()["published_at"]
    assert Client().get(f"/api/v1/consultations/{pk}/").json()["title"] == "Бюджет участі"

    consultation = Consultation.objects.get(pk=pk)
    idea = write(consultation=consultation, cost=5_000_000, at=now())
    endorse(idea_id=idea.pk, person=residents(1)[0], at=now())
    count_support(idea_id=idea.pk, at=now())
    decided = post(program, f"ideas/{idea.pk}/decision/", {"outcome": "shortlisted", "reasons": "Можна."})
    assert (decided.status_code, decided.json()["outcome"]) == (201, "shortlisted")
    again = post(program, f"ideas/{idea.pk}/decision/", {"outcome": "refused", "reasons": "Ні."})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")

    vote = consultation.phases.get(kind="vote")
    rule = {"method": "greedy-budget", "budget": 10_000_000}
    wanted = {
        "consultation": pk,
        "rule": rule,
        "opens_at": vote.opens_at.isoformat(),
        "closes_at": vote.closes_at.isoformat(),
    }
    put = post(program, "votes/", wanted)
    assert put.status_code == 201, put.json()
    assert [option.title for option in Round.objects.get(pk=put.json()["round"]).options.all()] == [idea.title]
    assert post(program, "votes/", wanted).json()["code"] == "vote_already_set"


def test_petro_moves_a_step_in_public(petro, client_of, consultation: Consultation, at: datetime):
    review = consultation.phases.get(kind="review")
    address = f"phases/{review.pk}/move/"
    wanted = {"opens_at": review.opens_at.isoformat(), "closes_at": (review.closes_at - DAY).isoformat(), "reason": ""}
    refused = post(client_of(petro), address, wanted)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, "required", "reason")
    moved = post(client_of(petro), address, wanted | {"reason": "Свято."})
    assert moved.status_code == 200
    assert Phase.objects.get(pk=review.pk).closes_at == review.closes_at - DAY


@pytest.mark.parametrize("who", ["olena", "rasa", "boris", "audra"])
def test_nobody_else_writes_as_an_official(request, who: str, client_of, consultation, idea, at: datetime):
    browser = client_of(request.getfixturevalue(who))
    review = consultation.phases.get(kind="review")
    instants = {"opens_at": review.opens_at.isoformat(), "closes_at": review.closes_at.isoformat()}
    answers = [
        post(browser, "consultations/", planned(at)),
        post(browser, f"phases/{review.pk}/move/", instants | {"reason": "Просто так."}),
        post(browser, f"ideas/{idea.pk}/decision/", {"outcome": "refused", "reasons": "Ні."}),
        post(browser, "votes/", instants | {"consultation": consultation.pk, "rule": {"method": "approval"}}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "not_your_office")] * 4


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"title": ""}, "required", "title"),
        ({"title": "a\0b"}, "null_characters_not_allowed", "title"),
        ({"budget": -1}, "budget_not_positive", "budget"),
        ({"budget": 10**30}, "budget_not_positive", "budget"),
        ({"language": "xx"}, "language_not_of_place", "language"),
        ({"phases": [{"kind": "party", "opens_at": "2030-01-01T00:00Z", "closes_at": "2030-01-02T00:00Z"}]}, "", ""),
        ({"phases": [{"kind": "vote", "opens_at": "yesterday", "closes_at": "2030-01-02T00:00Z"}]}, "", ""),
        ({"place": "nowhere"}, "not_found", ""),
        ({"place": "../.."}, "", ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(petro, client_of, at: datetime, changes, code: str, field: str):
    answer = post(client_of(petro), "consultations/", planned(at, **changes))
    assert answer.status_code in (400, 404), answer.content
    if code and code != "null_characters_not_allowed":
        assert answer.json()["code"] == code
        assert answer.json().get("field", "") == field
    assert not Consultation.objects.exists()
