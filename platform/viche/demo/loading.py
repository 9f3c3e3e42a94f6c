"""Loads the demo through the domain's own actions. Safe to kill and to run again: every step looks before it works."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the customary mark

from commons.accounts import actions as accounts
from commons.accounts.models import Office, Person, Residency
from commons.kernel import clock, locks
from commons.places.actions import add_place
from commons.places.models import Place
from consultations import actions as consultations
from consultations.models import Consultation, Phase
from consultations.timeline import PhasePlan
from ideas import actions as ideas
from ideas.models import Decision, Idea
from viche.models import DemoProgress
from viche.replay.play import Play
from viche.replay.walkers import WalkError
from voting import pabulib

from . import link_for
from .story import CONSULTATIONS, PLACES, Story

log = logging.getLogger(__name__)

REPLAYED = Path(pabulib.__file__).parent / "data" / "rembertow-2019.pb"
RESIDENTS = 12
# Few at a time: the pages answer visitors meanwhile.
WALKERS = 2


def people_and_links() -> Iterator[tuple[str, str]]:
    """Make places, officials and a resident of Liuboml; give their links in the order in which one tries them."""
    with transaction.atomic():
        locks.exclusive("demo", 0)  # two starts at once would make everybody twice
    for place in PLACES:
        _place(*place)
    liuboml = Place.objects.get(slug="liuboml")
    official = _office_holder("petro@liuboml.example", "Петро Гнатюк", "uk", liuboml, Office.Role.OFFICIAL)
    people = {
        "resident": _resident("olena@liuboml.example", "Олена Ковальчук", "uk", liuboml, official),
        "official": official,
        "moderator": _office_holder("rasa@liuboml.example", "Rasa Jonaitė", "uk", liuboml, Office.Role.MODERATOR),
        "auditor": _office_holder("audra@liuboml.example", "Audra Petraitė", "uk", liuboml, Office.Role.AUDITOR),
    }
    ruse = Place.objects.get(slug="ruse")
    mayor = _office_holder("office@ruse.example", "Десислава Николова", "bg", ruse, Office.Role.OFFICIAL)
    people["voter"] = _resident("elena@ruse.example", "Елена Русева", "bg", ruse, mayor)
    for label, person in people.items():
        yield label, link_for(person)


def load(origin: str) -> int:
    """Load what is still missing. Returns the exit code."""
    if DemoProgress.objects.filter(finished_at__isnull=False).exists():
        return 0
    list(people_and_links())
    for number, story in enumerate(CONSULTATIONS):
        _tell(N_("consultations"), number, len(CONSULTATIONS))
        _perform(story)
    try:
        Play(pabulib.read(REPLAYED), origin, _tell, walkers=WALKERS).run()
    except WalkError:
        log.exception("the replay of the demo ended early")
        return 1
    DemoProgress.objects.filter(pk=1).update(finished_at=clock.now())
    return 0


def _tell(stage: str, done: int, total: int) -> None:
    DemoProgress.objects.update_or_create(pk=1, defaults={"stage": stage[:80], "done": done, "total": max(1, total)})


def _place(parent: str, kind: str, slug: str, names: dict[str, str], zone: str, currency: str, palette: str) -> None:
    if not Place.objects.filter(slug=slug).exists():
        add_place(
            parent=Place.objects.get(slug=parent) if parent else None,
            kind=kind,
            slug=slug,
            names=names,
            languages=list(names),
            time_zone=zone,
            currency=currency,
            palette=palette,
            at=clock.now(),
        )


def _person(email: str, name: str, language: str) -> Person:
    return Person.objects.get_or_create(email=email, defaults={"name": name, "language": language, "password": "!"})[0]


def _office_holder(email: str, name: str, language: str, place: Place, role: str) -> Person:
    person = _person(email, name, language)
    if not Office.objects.filter(person=person, place=place, role=role).exists():
        accounts.give_office(person=person, place=place, role=role, by=None, at=clock.now())
    return person


def _resident(email: str, name: str, language: str, place: Place, official: Person) -> Person:
    person = _person(email, name, language)
    if not Residency.objects.filter(person=person).exists():
        accounts.attest_at_desk(person=person, place=place, by=official, at=clock.now())
    return person


def _perform(story: Story) -> None:
    """Bring one consultation to the step in which visitors find it."""
    place = Place.objects.get(slug=story.place)
    official = _office_holder(f"office@{story.place}.example", story.official, story.language, place, "official")
    if Consultation.objects.filter(place=place, published_at__isnull=False, title=story.title).exists():
        return
    residents = [
        _resident(f"{story.place}{number}@{story.place}.example", name, story.language, place, official)
        for number, name in enumerate(story.residents)
    ]
    consultation = _open(story, place, official)
    for number, (title, problem, proposal, where, cost) in enumerate(story.ideas):
        idea = ideas.publish_idea(
            consultation=consultation,
            author=residents[number % len(residents)],
            title=title,
            problem=problem,
            proposal=proposal,
            location=where,
            cost=cost * 100,
            language=story.language,
            at=clock.now(),
        )
        for supporter in residents[: 3 + (number * 5) % (len(residents) - 2)]:
            ideas.endorse(idea_id=idea.pk, person=supporter, at=clock.now())
    if story.until in ("review", "vote"):
        _advance(consultation, "review", official, lasting=timedelta(days=10))
    if story.until == "vote":
        for idea in Idea.objects.filter(consultation=consultation).order_by("id"):
            if idea.endorsements.count() >= consultation.support_threshold:
                _shortlist(idea, official, story)
        _advance(consultation, "vote", official, lasting=timedelta(days=14))
        phase = consultation.phases.get(kind="vote")
        ideas.put_to_vote(
            consultation=consultation,
            rule={"method": "equal-shares", "budget": consultation.budget, "max_selections": 5, "increment": 100},
            opens_at=max(phase.opens_at, clock.now() + timedelta(seconds=1)),
            closes_at=phase.closes_at,
            by=official,
            at=clock.now(),
        )


def _open(story: Story, place: Place, official: Person) -> Consultation:
    at = clock.now()
    days = [0, 21, 35, 56, 400]
    instants = [at + timedelta(days=day) for day in days]
    kinds = ("collect", "review", "vote", "follow_up")
    draft = consultations.draft_consultation(
        place=place,
        title=story.title,
        summary=story.summary,
        text=story.text,
        language=story.language,
        budget=story.budget * 100,
        support_threshold=4,
        phases=[
            PhasePlan(kind=kind, opens_at=instants[position], closes_at=instants[position + 1])
            for position, kind in enumerate(kinds)
        ],
        by=official,
        at=at,
    )
    return consultations.publish_consultation(consultation=draft, by=official, at=clock.now())


def _advance(consultation: Consultation, kind: str, official: Person, *, lasting: timedelta) -> None:
    """End the step that is open and begin the next at once, as an official may, in public."""
    at = clock.now()
    now = at + timedelta(seconds=1)
    phases = list(Phase.objects.filter(consultation=consultation).order_by("opens_at"))
    position = next(index for index, phase in enumerate(phases) if phase.kind == kind)
    reason = "Demo"
    consultations.move_phase(
        phase=phases[position - 1],
        opens_at=phases[position - 1].opens_at,
        closes_at=now,
        reason=reason,
        by=official,
        at=at,
    )
    consultations.move_phase(
        phase=phases[position], opens_at=now, closes_at=now + lasting, reason=reason, by=official, at=clock.now()
    )
    while clock.now() < now:
        time.sleep(0.2)
    connection.close_if_unusable_or_obsolete()


def _shortlist(idea: Idea, official: Person, story: Story) -> None:
    ideas.decide(
        idea=idea,
        outcome=Decision.Outcome.SHORTLISTED,
        reasons=story.reasons,
        cost=idea.cost,
        by=official,
        at=clock.now(),
    )
