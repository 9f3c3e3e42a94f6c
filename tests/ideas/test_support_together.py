"""Many at once, on real connections: whatever they do, one support each and one threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from commons.journal.models import Entry
from commons.journal.relay import relay_batch
from commons.kernel import clock
from commons.kernel.verdicts import Refused
from consultations.actions import record_phase_changes
from ideas.actions import count_support, decide, endorse, publish_idea, put_to_vote
from ideas.models import Decision, Endorsement, Idea
from voting.models import Round

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def at_once(calls: list[Callable[[], object]]) -> Counter[str]:
    """Run the calls side by side, each on a connection of its own; "ok" or the refusal's code, counted."""

    def one(call: Callable[[], object]) -> str:
        try:
            call()
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(one, calls))


def test_five_presses_of_each_of_six_residents_are_six_endorsements(idea, residents, at):
    people = residents(6)
    calls = [lambda person=person: endorse(idea_id=idea.pk, person=person, at=at) for person in people * 5]
    assert at_once(calls) == {"ok": 6, "already_endorsed": 24}
    assert Endorsement.objects.filter(idea=idea).count() == 6
    assert Entry.objects.filter(kind="ideas.IdeaEndorsed").count() == 6


def test_the_threshold_is_reached_once_however_many_count(idea, residents, at):
    for person in residents(3):
        endorse(idea_id=idea.pk, person=person, at=at)
    assert at_once([lambda: count_support(idea_id=idea.pk, at=at)] * 16) == {"ok": 16}
    idea.refresh_from_db()
    assert (idea.support, idea.threshold_reached_at) == (3, at)
    assert Entry.objects.filter(kind="ideas.ThresholdReached").count() == 1


def test_relays_side_by_side_leave_the_right_count(idea, residents, at):
    calls = [lambda person=person: endorse(idea_id=idea.pk, person=person, at=at) for person in residents(10)]
    calls += [lambda: relay_batch(limit=3)] * 10
    assert at_once(calls) == {"ok": 20}
    while relay_batch():
        pass
    idea.refresh_from_db()
    assert idea.support == 10
    assert Entry.objects.filter(kind="ideas.ThresholdReached").count() == 1


def test_a_submit_sent_eight_times_publishes_once(consultation, olena, at):
    def publish() -> None:
        publish_idea(
            consultation=consultation,
            author=olena,
            title="Лавки",
            problem="Ніде сісти.",
            proposal="Поставити.",
            location="",
            cost=100,
            language="uk",
            at=at,
        )

    assert at_once([publish] * 8) == {"ok": 1, "idea_already_published": 7}
    assert Idea.objects.count() == 1


def test_two_officials_answer_once(idea, petro, at):
    def answer(outcome: str) -> None:
        decide(idea=idea, outcome=outcome, reasons="Ні.", cost=None, by=petro, at=at)

    assert at_once([lambda: answer("refused")] * 6) == {"ok": 1, "already_decided": 5}
    assert Decision.objects.count() == 1
    assert Entry.objects.filter(kind="ideas.IdeaDecided").count() == 1


def test_five_beats_at_once_announce_each_phase_once(consultation):
    at = consultation.phases.get(kind="vote").opens_at
    assert at_once([lambda: record_phase_changes(at=at)] * 5) == {"ok": 5}
    announced = Entry.objects.filter(kind__startswith="consultations.Phase").order_by("id")
    assert Counter((entry.kind, entry.data["phase_kind"]) for entry in announced) == {
        ("consultations.PhaseOpened", "collect"): 1,
        ("consultations.PhaseClosed", "collect"): 1,
        ("consultations.PhaseOpened", "review"): 1,
        ("consultations.PhaseClosed", "review"): 1,
        ("consultations.PhaseOpened", "vote"): 1,
    }
    assert clock.now() < at


def test_the_shortlist_is_put_to_the_vote_once_by_however_many(consultation, idea, petro, residents, at):
    for person in residents(2):
        endorse(idea_id=idea.pk, person=person, at=at)
    decide(idea=idea, outcome="shortlisted", reasons="Так.", cost=None, by=petro, at=at)
    vote = consultation.phases.get(kind="vote")

    def put() -> None:
        put_to_vote(
            consultation=consultation,
            rule={"method": "greedy-budget", "budget": 5_000_000},
            opens_at=vote.opens_at,
            closes_at=vote.closes_at,
            by=petro,
            at=at,
        )

    assert at_once([put] * 6) == {"ok": 1, "vote_already_set": 5}
    assert (Round.objects.count(), Entry.objects.filter(kind="ideas.ShortlistPutToVote").count()) == (1, 1)
