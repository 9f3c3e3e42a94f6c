"""Every notice that an app declares has words, and they need no more than the facts that its declaration gives.

The story below makes each of them happen once. A notice that is declared anew must find its place in it.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.template.loader import get_template

from commons.journal.relay import relay_batch
from consultations.actions import record_phase_changes
from consultations.models import Phase
from ideas.actions import decide, endorse, put_to_vote, record_outcomes
from notifications import declare
from notifications.models import Letter, News, Notice
from notifications.post import compose
from voting.actions import cast, close_round, count_round, record_opening

DAY = timedelta(days=1)
DECLARED = [declaration.name for declaration in declare.all_declared()]


def relay_all():
    while relay_batch():
        pass


@pytest.fixture
def story(consultation, write, residents, olena, petro, time_passes, at):
    """A consultation from the first initiative to the counted vote, and everything that people hear of it."""
    people = residents(2)
    ideas = [write(title=title, cost=3_000_000) for title in ("Лавки & <стіл>", "Криниця", "Басейн")]
    for person in people:
        for idea in ideas:
            endorse(idea_id=idea.pk, person=person, at=at)
    record_phase_changes(at=consultation.phases.get(kind="review").opens_at)
    relay_all()
    for idea, outcome in zip(ideas, ("shortlisted", "shortlisted", "refused"), strict=True):
        decide(idea=idea, outcome=outcome, reasons="Бо <так> & годі.", cost=None, by=petro, at=at)
    for phase in consultation.phases.order_by("opens_at"):
        Phase.objects.filter(pk=phase.pk).update(
            opens_at=phase.opens_at - 19 * DAY, closes_at=phase.closes_at - 19 * DAY
        )
    vote = put_to_vote(
        consultation=consultation,
        rule={"method": "greedy-budget", "budget": 5_000_000, "max_selections": 2},
        opens_at=at + DAY,
        closes_at=consultation.phases.get(kind="vote").closes_at,
        by=petro,
        at=at,
    )
    time_passes(vote, DAY)
    record_opening(round_id=vote.pk, at=at)
    for person, selection in zip([*people, olena], ([1, 2], [2], [1]), strict=True):
        cast(round_id=vote.pk, person=person, selection=selection, request_id=uuid4())
    time_passes(vote, 10 * DAY)
    close_round(round_id=vote.pk, at=at)
    count_round(round_id=vote.pk, at=at)
    relay_all()
    record_outcomes(round_id=vote.pk, at=at)
    relay_all()
    return vote


def test_the_story_makes_every_declared_notice_happen(story):
    assert sorted(set(News.objects.values_list("name", flat=True))) == DECLARED


@pytest.mark.parametrize("name", DECLARED)
def test_it_has_a_template(name):
    assert get_template(declare.declared(name).template).template.name == f"notices/{name.replace('.', '/')}.txt"


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_everything_that_happened_is_told_in_the_readers_language(story, language):
    told = {}
    for notice in Notice.objects.select_related("news", "person").order_by("id"):
        notice.person.language = language
        letter = Letter(pk=1, person=notice.person, kind=notice.news.urgency, key="1")
        message = compose(letter, [notice])
        html = str(message.alternatives[0][0])
        # A headline of one line, an address in the reader's language, and nothing of the people's words lost or obeyed.
        assert message.subject == message.body.split("\n", 1)[0]
        assert message.subject.strip() == message.subject != ""
        assert message.body.count(f"{settings.ORIGIN}/{language}/") == 2
        assert (message.body.count("&amp;"), message.body.count("&lt;")) == (0, 0)
        assert (html.count("<стіл>"), html.count("<так>"), html.count("&amp;amp;"), html.count("&amp;lt;")) == (0,) * 4
        told.setdefault(notice.news.name, set()).add(message.subject)
    assert sorted(told) == DECLARED
