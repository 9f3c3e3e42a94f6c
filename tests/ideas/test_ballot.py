"""From the shortlist onto the ballot, and from the counted round back to the initiatives and their people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from commons.accounts.models import Person
from commons.journal.models import Entry
from commons.journal.relay import relay_batch
from commons.kernel.verdicts import Refused
from consultations.models import Consultation, Phase
from ideas.actions import decide, endorse, put_to_vote, record_outcomes
from ideas.models import Idea, Outcome
from notifications.models import Notice
from voting.actions import cast, close_round, count_round, extend_round, record_opening
from voting.models import Option, Result, Round

DAY = timedelta(days=1)
RULE = {"method": "greedy-budget", "budget": 5_000_000, "max_selections": 2}


def step(consultation: Consultation, days: float) -> None:
    """Let days pass for the steps of the consultation."""
    for phase in Phase.objects.filter(consultation=consultation).order_by("opens_at"):
        Phase.objects.filter(pk=phase.pk).update(
            opens_at=phase.opens_at - days * DAY, closes_at=phase.closes_at - days * DAY
        )


@pytest.fixture
def shortlist(write: Callable[..., Idea], residents: Any, petro: Person, at: datetime) -> list[Idea]:
    """Three shortlisted initiatives, a refused one, and one that nobody supports."""
    ideas = [write(title=title, cost=3_000_000) for title in ("Лавки", "Криниця", "Дах", "Басейн", "Телескоп")]
    for person in residents(2):
        for idea in ideas[:4]:
            endorse(idea_id=idea.pk, person=person, at=at)
    for idea in ideas[:3]:
        decide(idea=idea, outcome="shortlisted", reasons="Можна.", cost=None, by=petro, at=at)
    decide(idea=ideas[3], outcome="refused", reasons="Задорого.", cost=None, by=petro, at=at)
    return ideas


@pytest.fixture
def ballot(consultation: Consultation, shortlist: list[Idea], petro: Person, at: datetime) -> Round:
    """The shortlist is put to the vote, which opens tomorrow."""
    step(consultation, 19)
    vote = consultation.phases.get(kind="vote")
    return put_to_vote(
        consultation=consultation, rule=RULE, opens_at=at + DAY, closes_at=vote.closes_at, by=petro, at=at
    )


def test_the_voting_step_ends_when_its_vote_does(consultation, shortlist, petro, at, client):
    """Else the pages would call a vote open whose result is there already."""
    step(consultation, 19)
    planned = consultation.phases.get(kind="vote")
    put_to_vote(consultation=consultation, rule=RULE, opens_at=at + DAY, closes_at=at + 2 * DAY, by=petro, at=at)
    vote = consultation.phases.get(kind="vote")
    assert (vote.opens_at, vote.closes_at) == (planned.opens_at, at + 2 * DAY)
    (move,) = vote.moves.all()
    assert (move.old_closes_at, move.moved_by) == (planned.closes_at, petro)
    assert move.reason in client.get(f"/uk/consultations/{consultation.pk}/").content.decode()


def test_a_vote_that_lasts_as_long_as_its_step_moves_nothing(consultation, ballot):
    assert not consultation.phases.get(kind="vote").moves.exists()


def test_the_shortlist_is_frozen_into_options(consultation, shortlist, ballot):
    options = list(Option.objects.filter(round=ballot))
    assert [(option.source, option.title, option.cost) for option in options] == [
        (f"idea:{idea.pk}", idea.title, 3_000_000) for idea in shortlist[:3]
    ]
    assert options[0].text == "Ніде сісти.\n\nПоставити десять лавок.\n\nвул. Незалежності, 1"
    assert consultation.phases.get(kind="vote").round == ballot
    assert [Idea.objects.get(pk=idea.pk).option for idea in shortlist] == [*options, None, None]
    assert (ballot.title, ballot.currency) == ("Бюджет участі", "UAH")
    entry = Entry.objects.get(kind="ideas.ShortlistPutToVote")
    assert entry.data["ideas"] == [idea.pk for idea in shortlist[:3]]


def test_the_estimate_of_the_municipality_is_what_the_ballot_says(consultation, write, residents, petro, at):
    idea = write(cost=1)
    for person in residents(2):
        endorse(idea_id=idea.pk, person=person, at=at)
    decide(idea=idea, outcome="shortlisted", reasons="Так.", cost=777_00, by=petro, at=at)
    step(consultation, 19)
    vote = consultation.phases.get(kind="vote")
    put_to_vote(consultation=consultation, rule=RULE, opens_at=at + DAY, closes_at=vote.closes_at, by=petro, at=at)
    assert Option.objects.get().cost == 777_00


def test_it_is_put_to_the_vote_once(consultation, ballot, write, petro, at):
    vote = consultation.phases.get(kind="vote")
    with pytest.raises(Refused, match="vote_already_set"):
        put_to_vote(consultation=consultation, rule=RULE, opens_at=at + DAY, closes_at=vote.closes_at, by=petro, at=at)
    assert Round.objects.count() == 1


def test_nothing_is_put_to_the_vote_by_strangers_too_early_or_out_of_time(
    consultation, shortlist, write, residents, olena, boris, petro, at
):
    vote = consultation.phases.get(kind="vote")
    content: dict[str, Any] = {"consultation": consultation, "rule": RULE, "at": at}
    instants = {"opens_at": vote.opens_at, "closes_at": vote.closes_at}
    for outsider in (olena, boris):
        with pytest.raises(Refused, match="not_your_office"):
            put_to_vote(**content, **instants, by=outsider)
    for outside in (
        {"opens_at": vote.opens_at - DAY, "closes_at": vote.closes_at},
        {"opens_at": vote.opens_at, "closes_at": vote.closes_at + DAY},
        {"opens_at": vote.closes_at, "closes_at": vote.opens_at},
    ):
        with pytest.raises(Refused, match="vote_outside_phase"):
            put_to_vote(**content, **outside, by=petro)
    with pytest.raises(Refused, match="phase_over"):
        put_to_vote(**{**content, "at": vote.closes_at}, **instants, by=petro)
    with pytest.raises(Refused, match="rule_invalid"):
        put_to_vote(**{**content, "rule": {"method": "dice"}}, **instants, by=petro)
    late = shortlist[4]
    for person in Person.objects.filter(name__startswith="Resident").order_by("id"):
        endorse(idea_id=late.pk, person=person, at=at)
    relay_batch()
    with pytest.raises(Refused, match="undecided_left") as refused:
        put_to_vote(**content, **instants, by=petro)
    assert refused.value.params == {"number": 1}
    assert (Round.objects.count(), Entry.objects.filter(kind="ideas.ShortlistPutToVote").count()) == (0, 0)


def test_an_empty_shortlist_is_not_voted_on(consultation, petro, at):
    vote = consultation.phases.get(kind="vote")
    with pytest.raises(Refused, match="nothing_shortlisted"):
        put_to_vote(
            consultation=consultation, rule=RULE, opens_at=vote.opens_at, closes_at=vote.closes_at, by=petro, at=at
        )


def test_petro_sets_the_ballot_on_a_page(consultation, shortlist, petro, client_of):
    browser = client_of(petro)
    page = reverse("ideas:vote", args=[consultation.pk])
    shown = browser.get(page)
    assert [idea.title for idea in shown.context["shortlist"]] == ["Лавки", "Криниця", "Дах"]
    form = shown.context["form"]
    opens, closes = (form[name].field.widget.decompress(form[name].initial) for name in ("opens_at", "closes_at"))
    typed = {
        "method": "equal-shares",
        "max_selections": "2",
        "opens_at_date": opens[0],
        "opens_at_time": opens[1],
        "closes_at_date": closes[0],
        "closes_at_time": closes[1],
    }
    wrong = browser.post(page, typed | {"closes_at_date": "2099-01-01"})
    assert [error.code for error in wrong.context["form"].errors.as_data()["closes_at"]] == ["vote_outside_phase"]
    assert browser.post(page, typed).headers["Location"] == reverse("consultations:detail", args=[consultation.pk])
    made = Round.objects.get()
    vote = consultation.phases.get(kind="vote")
    # The form shows whole minutes; what Petro left alone keeps its seconds.
    assert (made.opens_at, made.closes_at) == (vote.opens_at, vote.closes_at)
    assert {name: made.rule[name] for name in ("method", "budget", "max_selections", "increment")} == {
        "method": "equal-shares",
        "budget": 50_000_000,
        "max_selections": 2,
        "increment": 100,
    }
    assert browser.get(page).status_code == 409


def test_the_counted_round_decides_the_initiatives_once(
    consultation, shortlist, ballot, olena, petro, time_passes, client_of, at
):
    time_passes(ballot, DAY)
    record_opening(round_id=ballot.pk, at=at)
    voters = [*Person.objects.filter(name__startswith="Resident").order_by("id"), olena]
    for person, selection in zip(voters, ([2, 3], [2], [1]), strict=True):
        cast(round_id=ballot.pk, person=person, selection=selection, request_id=uuid4())
    time_passes(ballot, 10 * DAY)
    assert close_round(round_id=ballot.pk, at=at)
    assert count_round(round_id=ballot.pk, at=at)
    while relay_batch():
        pass
    for _repeat in range(3):
        assert record_outcomes(round_id=ballot.pk, at=at) == 0
    assert [(outcome.idea.title, outcome.won, outcome.votes, outcome.rank) for outcome in outcomes()] == [
        ("Лавки", False, 1, None),
        ("Криниця", True, 2, 1),
        ("Дах", False, 1, None),
    ]
    told = Entry.objects.filter(kind="ideas.IdeaVotedOn").order_by("id")
    assert [(entry.data["outcome"], entry.data["votes"]) for entry in told] == [
        ("not_won", 1),
        ("won", 2),
        ("not_won", 1),
    ]

    # Whoever wrote, supported or voted hears of it, and all of it is one matter: one letter each.
    notices = Notice.objects.filter(news__urgency="outcome").order_by("id")
    assert {notice.news.about for notice in notices} == {f"consultation:{consultation.pk}"}
    heard = {person.name: notices.filter(person=person).count() for person in voters}
    assert heard == {"Resident0": 4, "Resident1": 4, "Olena": 4}

    page = Client().get(reverse("ideas:detail", args=[shortlist[1].pk]))
    codes = [moment.code for moment in page.context["history"]]
    assert sorted(codes) == ["ballot", "published", "shortlisted", "threshold", "won"]
    rows = Client().get(reverse("ideas:list", args=[consultation.pk])).context["listing"].page
    assert {row.title: row.outcome__won for row in rows} == {
        "Лавки": False,
        "Криниця": True,
        "Дах": False,
        "Басейн": None,
        "Телескоп": None,
    }


def outcomes() -> list[Outcome]:
    return list(Outcome.objects.select_related("idea").order_by("idea_id"))


def test_an_uncounted_round_decides_nothing(ballot, at):
    with pytest.raises(Result.DoesNotExist):
        record_outcomes(round_id=ballot.pk, at=at)
    assert Outcome.objects.count() == 0


def test_a_round_that_is_no_consultations_concerns_no_initiative(at):
    assert record_outcomes(round_id=999_999, at=at) == 0


def test_an_extended_vote_extends_its_step(consultation, ballot, petro, at):
    vote = consultation.phases.get(kind="vote")
    later = vote.closes_at + 2 * DAY
    extend_round(round_id=ballot.pk, closes_at=later, reason="Не було світла", by=petro, at=at)
    for _twice in range(2):
        relay_batch()
    phases = {phase.kind: phase for phase in consultation.phases.all()}
    assert (phases["vote"].closes_at, phases["follow_up"].opens_at) == (later, later)


def test_a_shortlist_that_is_on_the_ballot_stays_as_it_is(consultation, ballot, shortlist, write, petro, at):
    step(consultation, -19)
    with pytest.raises(Refused, match="below_threshold"):
        decide(idea=shortlist[4], outcome="shortlisted", reasons="Так.", cost=None, by=petro, at=at)
    Idea.objects.filter(pk=shortlist[4].pk).update(threshold_reached_at=at)
    with pytest.raises(Refused, match="vote_already_set"):
        decide(idea=shortlist[4], outcome="shortlisted", reasons="Так.", cost=None, by=petro, at=at)
