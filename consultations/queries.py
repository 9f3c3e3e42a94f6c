from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, Max, Min, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commons.accounts.models import Person
from commons.kernel.verdicts import Refused, require
from commons.places.models import Place

from . import policies, timeline
from .models import Consultation, ConsultationQuerySet, Phase, PhaseMove


@dataclass(frozen=True)
class Item:
    """One line of the check before publishing."""

    code: str
    sentence: str | Promise
    done: bool


PAGE = 30
OPEN, COMING, ENDED = "open", "coming", "ended"


@dataclass(frozen=True)
class Listing:
    """One page of the published consultations, with what was asked for: a state, and a place's address or ""."""

    page: Page[Any]
    state: str
    place: str

    @property
    def query(self) -> str:
        """The address of this list without its page."""
        return urlencode({"state": self.state, "place": self.place})


def listing(*, place: str, state: str, page: str | int, at: datetime) -> Listing:
    """Published consultations of a place, or of all, that are open, coming or ended; anything else is read as open.

    Open ones by their end, coming ones by their beginning, ended ones with the latest first.
    """
    state = state if state in (OPEN, COMING, ENDED) else OPEN
    found = _with_place().published().annotate(begins=Min("phases__opens_at"), ends=Max("phases__closes_at"))
    if place:
        found = found.filter(place__slug=place)
    if state == COMING:
        rows = found.filter(begins__gt=at).order_by("begins", "id")
    elif state == ENDED:
        rows = found.filter(ends__lte=at).order_by("-ends", "-id")
    else:
        rows = found.filter(begins__lte=at, ends__gt=at).order_by("ends", "id")
    return Listing(Paginator(rows.prefetch_related("phases"), PAGE).get_page(page), state, place)


def asking_places() -> QuerySet[Place]:
    """Places that have published a consultation, by address."""
    published = Consultation.objects.published().filter(place=OuterRef("pk"))
    return Place.objects.filter(Exists(published)).order_by("slug")


def completeness(consultation: Consultation, at: datetime) -> list[Item]:
    """What a consultation needs before it can be published, each with whether it is there."""
    phases = consultation.schedule
    kinds = {phase.kind for phase in phases}
    ahead = bool(phases) and all(phase.closes_at > at for phase in phases)
    return [
        Item("title", _("It has a title."), bool(consultation.title)),
        Item("summary", _("It says in a sentence or two what it is about."), bool(consultation.summary)),
        Item(
            "text",
            _("It explains what residents can decide and what happens with their answers."),
            bool(consultation.text),
        ),
        Item(
            "language",
            _("It is written in a language of this place."),
            consultation.language in consultation.place.languages,
        ),
        Item("phases", _("It has at least one step with a beginning and an end."), bool(phases)),
        Item("order", _("Its steps follow one another without overlap."), not timeline.overlap(phases)),
        Item("ahead", _("All its steps end in the future."), ahead),
        Item(
            "collect_before_vote",
            _("If there is a vote, initiatives are collected before it."),
            Phase.Kind.VOTE not in kinds or Phase.Kind.COLLECT in kinds,
        ),
    ]


@dataclass(frozen=True)
class Step:
    """A phase as the phase bar shows it; `state` is "coming", "open" or "done"."""

    phase: Phase
    label: str
    state: str

    @property
    def opens_at(self) -> datetime:
        return self.phase.opens_at

    @property
    def closes_at(self) -> datetime:
        return self.phase.closes_at


def steps(consultation: Consultation, at: datetime) -> list[Step]:
    """The phases in their order, each with its state at the instant."""
    return [Step(phase=phase, label=phase.get_kind_display(), state=phase.state(at)) for phase in consultation.schedule]


def consultation_for(person: Person | None, pk: int, *, at: datetime) -> Consultation:
    """The consultation with its place and phases, if the person may see it. Raises Refused (not_found)."""
    found = _with_place().filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    require(policies.can_see(person, found, at=at))
    return found


def draft_for(person: Person | None, pk: int, *, at: datetime) -> Consultation:
    """A consultation for the official who prepares it. Raises Refused (not_found, sign_in_first, not_your_office)."""
    found = consultation_for(person, pk, at=at)
    require(policies.can_prepare(person, found.place, at=at))
    return found


def place_of_office(person: Person | None, slug: str, *, at: datetime) -> Place:
    """The place whose desk an official opens. Raises Refused (not_found, sign_in_first, not_your_office)."""
    place = Place.objects.filter(slug=slug).first()
    if place is None:
        raise Refused("not_found")
    require(policies.can_prepare(person, place, at=at))
    return place


def phase_for_office(person: Person | None, pk: int, *, at: datetime) -> Phase:
    """A phase that an official of its place may move. Raises Refused (not_found, sign_in_first, not_your_office)."""
    phase = Phase.objects.select_related("consultation__place").filter(pk=pk).first()
    if phase is None:
        raise Refused("not_found")
    require(policies.can_see(person, phase.consultation, at=at))
    require(policies.can_prepare(person, phase.consultation.place, at=at))
    return phase


def open_in(place: Place, at: datetime) -> ConsultationQuerySet:
    """Published consultations that concern the place's residents and are not over, the newest first.

    Those of the place and of the places above it; phases are prefetched.
    """
    unfinished = Phase.objects.filter(consultation=OuterRef("pk"), closes_at__gt=at)
    published = _with_place().concerning(place).filter(published_at__lte=at)
    return published.filter(Exists(unfinished)).prefetch_related("phases").order_by("-published_at", "-id")


def recent_results(place: Place, limit: int = 5) -> ConsultationQuerySet:
    """Consultations that concern the place's residents and whose vote is counted, the last counted first.

    Each has its counted round as `phase("vote").round`.
    """
    counted = (
        _with_place().concerning(place).filter(published_at__isnull=False, phases__round__counted_at__isnull=False)
    )
    return counted.prefetch_related("phases__round").order_by("-phases__round__counted_at", "-id")[:limit]


def of_place(place: Place) -> ConsultationQuerySet:
    """All consultations of exactly this place, drafts included, for its desk; the newest first."""
    return Consultation.objects.filter(place=place).select_related("place").prefetch_related("phases").order_by("-id")


def moves_of(consultation: Consultation) -> list[PhaseMove]:
    """How the instants of its phases were changed after publication, in order."""
    return list(PhaseMove.objects.filter(phase__consultation=consultation).select_related("phase").order_by("at", "id"))


def _with_place() -> ConsultationQuerySet:
    return Consultation.objects.select_related("place")
