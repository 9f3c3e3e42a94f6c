"""An event becomes one notice for each person whom it concerns, and for nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from commons.accounts.actions import give_office
from commons.accounts.events import ResidencyAttested
from commons.accounts.models import Office, Person
from commons.journal.models import Entry
from commons.journal.relay import relay_batch
from commons.kernel.events import Recorded
from ideas.actions import decide, endorse
from notifications import declare
from notifications.actions import mute, unmute, write_news
from notifications.models import News, Notice
from tests.notifications.conftest import DIGEST, OUTCOME, declaration_for


def names():
    return sorted(Notice.objects.values_list("person__name", flat=True))


def relay_all():
    while relay_batch():
        pass


def test_the_refusal_of_an_idea_reaches_author_and_supporters_once_however_often_it_is_relayed(
    idea, residents, petro, rasa, boris, at
):
    supporters = residents(3)
    for person in supporters[:2]:
        endorse(idea_id=idea.pk, person=person, at=at)
    decide(idea=idea, outcome="refused", reasons="Чужа земля.", cost=None, by=petro, at=at)
    relay_all()
    told = list(
        Notice.objects.filter(news__name="ideas.idea_decided")
        .order_by("person__name")
        .values_list("person__name", flat=True)
    )
    assert told == ["Olena", "Resident0", "Resident1"]
    before = (News.objects.count(), Notice.objects.count())
    Entry.objects.update(relayed_at=None)
    relay_all()
    assert (News.objects.count(), Notice.objects.count()) == before


def test_who_joins_after_the_event_is_not_told_by_a_second_relay(olena, boris, at):
    people = [olena]
    declaration = declaration_for(people, DIGEST, "consultation:1")
    recorded = Recorded(7, at, None, ResidencyAttested(person=0, method="desk"))
    write_news(declaration=declaration, recorded=recorded, at=at)
    grown = declaration_for([olena, boris], DIGEST, "consultation:1")
    write_news(declaration=grown, recorded=recorded, at=at)
    assert names() == ["Olena"]


def test_who_muted_the_kind_is_inactive_or_has_no_email_gets_no_notice(tell, olena, petro, rasa, boris, at):
    mute(person=rasa, kind="outcome", at=at)
    Person.objects.filter(pk=boris.pk).update(is_active=False)
    at_the_desk = Person.objects.create_user(email=None, name="Hanna")
    everybody = [olena, petro, rasa, boris, at_the_desk]
    tell(*everybody, name=OUTCOME)
    assert names() == ["Olena", "Petro"]
    tell(*everybody, name=DIGEST)
    assert names() == ["Olena", "Olena", "Petro", "Petro", "Rasa"]
    unmute(person=rasa, kind="outcome")
    tell(*everybody, name=OUTCOME)
    assert names() == ["Olena", "Olena", "Olena", "Petro", "Petro", "Petro", "Rasa", "Rasa"]


def test_news_that_concerns_nobody_is_no_news_and_no_error(at):
    recorded = Recorded(7, at, None, ResidencyAttested(person=0, method="desk"))
    write_news(declaration=declaration_for([], OUTCOME, "consultation:1"), recorded=recorded, at=at)
    assert (News.objects.count(), Notice.objects.count()) == (0, 0)


def test_a_person_twice_in_the_audience_gets_one_notice(olena, petro, liuboml, kovel, at):
    give_office(person=petro, place=kovel, role="official", by=None, at=at)
    twice = declare.Declaration(
        "ideas.idea_decided",
        "digest",
        lambda recorded: "place:1",
        lambda recorded: Office.objects.filter(person=petro).values_list("person_id"),
        lambda recorded: {},
        lambda recorded: None,
    )
    assert twice.audience(Recorded(1, at, None, ResidencyAttested(person=0, method="desk"))).count() == 2
    write_news(declaration=twice, recorded=Recorded(7, at, None, ResidencyAttested(person=0, method="desk")), at=at)
    assert names() == ["Petro"]


def test_a_notice_is_declared_once_and_with_a_known_urgency():
    with pytest.raises(ValueError, match="tomorrow is no urgency"):
        declare.notice(ResidencyAttested, urgency="tomorrow")

    def idea_decided(recorded):
        return Person.objects.values_list("pk")

    idea_decided.__module__ = "ideas.notices"
    before = len(declare.all_declared())
    with pytest.raises(ValueError, match=r"ideas\.idea_decided is declared twice"):
        declare.notice(ResidencyAttested, urgency=declare.DIGEST)(idea_decided)
    assert len(declare.all_declared()) == before


@pytest.mark.django_db(transaction=True)
def test_five_relays_of_one_entry_at_once_write_it_once(olena, petro, at):
    declaration = declaration_for([olena, petro], OUTCOME, "consultation:1")
    recorded = Recorded(7, at, None, ResidencyAttested(person=0, method="desk"))

    def relay(_number):
        try:
            write_news(declaration=declaration, recorded=recorded, at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(relay, range(5)))
    assert News.objects.count() == 1
    assert names() == ["Olena", "Petro"]
