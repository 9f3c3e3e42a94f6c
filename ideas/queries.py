from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from commons.accounts.models import Person
from commons.kernel.verdicts import Refused, require
from commons.places.models import Place
from consultations.models import Consultation, Phase
from consultations.queries import consultation_for

from . import policies
from .models import Decision, Draft, Endorsement, Idea

PAGE = 30
# What a list may be sorted by, and how; anything else a visitor writes into the address is ignored.
SORTS = {"support": ("-support", "id"), "newest": ("-published_at", "-id")}
DEFAULT_SORT = "support"
# A search looks for all of at most five words.
MOST_WORDS, MOST_SEARCH = 5, 80


class _Pages(Paginator):
    """Pages whose number is counted without the joins that only the rows need."""

    def __init__(self, rows: QuerySet[Any, Any], per_page: int, *, counted: QuerySet[Idea]) -> None:
        super().__init__(rows, per_page)
        self.counted = counted

    @cached_property
    def count(self) -> int:
        return self.counted.count()


@dataclass(frozen=True)
class Listing:
    """One page of a consultation's initiatives, with what was asked for."""

    page: Page[Any]
    sort: str
    search: str

    @property
    def query(self) -> str:
        """The address of this list without its page."""
        return urlencode({"sort": self.sort, "q": self.search})


def listing(consultation: Consultation, *, sort: str, search: str, page: str | int) -> Listing:
    """Thirty initiatives of a consultation as plain rows of just the columns that the list shows (two queries)."""
    sort = sort if sort in SORTS else DEFAULT_SORT
    search = search[:MOST_SEARCH].strip()
    ideas = found(Idea.objects.filter(consultation=consultation), search)
    columns = ideas.order_by(*SORTS[sort]).values_list(
        "id",
        "title",
        "location",
        "language",
        "cost",
        "support",
        "decision__outcome",
        "outcome__won",
        named=True,
    )
    return Listing(page=_Pages(columns, PAGE, counted=ideas).get_page(page), sort=sort, search=search)


def found(ideas: QuerySet[Idea], search: str) -> QuerySet[Idea]:
    """The initiatives in which every word of the search occurs, in any case."""
    for word in search[:MOST_SEARCH].split()[:MOST_WORDS]:
        ideas = ideas.filter(
            Q(title__icontains=word)
            | Q(problem__icontains=word)
            | Q(proposal__icontains=word)
            | Q(location__icontains=word)
        )
    return ideas


def idea_for(person: Person | None, pk: int, *, at: datetime) -> Idea:
    """The initiative with its author, decision, outcome and consultation, if the person may see it.

    Raises Refused (not_found).
    """
    idea = Idea.objects.select_related("author", "decision", "outcome", "option__round").filter(pk=pk).first()
    if idea is None:
        raise Refused("not_found")
    idea.consultation = consultation_for(person, idea.consultation_id, at=at)
    return idea


def supports(person: Person | None, idea: Idea) -> bool:
    """Whether the person supports the initiative."""
    return person is not None and Endorsement.objects.filter(idea=idea, person=person).exists()


def draft_of(person: Person, consultation: Consultation) -> Draft | None:
    """What the person has begun to write here."""
    return Draft.objects.filter(consultation=consultation, author=person).first()


def shortlist(consultation: Consultation) -> QuerySet[Idea]:
    """The initiatives that go to the vote, with their decisions, in the order of the ballot."""
    shortlisted = Idea.objects.filter(consultation=consultation, decision__outcome=Decision.Outcome.SHORTLISTED)
    return shortlisted.select_related("decision").order_by("id")


def place_of_desk(person: Person | None, slug: str, *, at: datetime) -> Place:
    """The place whose desk an official or reviewer opens.

    Raises Refused (not_found, sign_in_first, not_your_office).
    """
    place = Place.objects.filter(slug=slug).first()
    if place is None:
        raise Refused("not_found")
    require(policies.can_review_in(person, place, at=at))
    return place


def undecided(consultation: Consultation) -> QuerySet[Idea]:
    """Initiatives that have the support they need and no answer yet, the most supported first."""
    waiting = Idea.objects.filter(consultation=consultation, decision=None)
    if consultation.support_threshold:
        waiting = waiting.filter(threshold_reached_at__isnull=False)
    return waiting.order_by("-support", "id")


def waiting_in(place: Place, at: datetime, limit: int = 100) -> QuerySet[Idea]:
    """What waits for a decision of exactly this place while collecting or review is open, the most supported first."""
    open_phases = Phase.objects.filter(
        kind__in=[Phase.Kind.COLLECT, Phase.Kind.REVIEW], opens_at__lte=at, closes_at__gt=at
    )
    enough = Q(threshold_reached_at__isnull=False) | Q(consultation__support_threshold=0)
    waiting = Idea.objects.filter(
        enough,
        consultation__place=place,
        consultation__published_at__isnull=False,
        consultation__in=open_phases.values("consultation"),
        decision=None,
    )
    return waiting.select_related("consultation").order_by("-support", "id")[:limit]


@dataclass(frozen=True)
class Moment:
    """Something that happened to an initiative."""

    code: str
    at: datetime


def history(idea: Idea) -> list[Moment]:
    """What happened to the initiative so far, in order: published, threshold, decided, ballot, voted."""
    decision, outcome = getattr(idea, "decision", None), getattr(idea, "outcome", None)
    moments = [
        ("published", idea.published_at),
        ("threshold", idea.threshold_reached_at),
        (decision.outcome, decision.at) if decision else ("", None),
        ("ballot", idea.option.round.opens_at) if idea.option else ("", None),
        ("won" if outcome.won else "not_won", outcome.at) if outcome else ("", None),
    ]
    return sorted((Moment(code, at) for code, at in moments if at is not None), key=lambda moment: moment.at)
