"""What the mixed pages read. Each list is one query with its relations, whatever its length."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Lower

from commons.accounts.models import Office, Person, Residency
from commons.kernel.verdicts import Refused
from commons.places.models import Place
from consultations.models import Phase
from ideas.models import Idea
from voting.models import Roll, Round


def place_named(slug: str) -> Place:
    """The place at this address. Raises Refused (not_found)."""
    found = Place.objects.filter(slug=slug).first()
    if found is None:
        raise Refused("not_found")
    return found


def municipalities() -> QuerySet[Place]:
    """All municipalities, by address."""
    return Place.objects.filter(kind=Place.Kind.MUNICIPALITY).order_by("slug")


def places_named(words: str) -> QuerySet[Place]:
    """Places whose name, in any of its languages, contains the words; at most 30."""
    return (
        Place.objects.annotate(all_names=Lower("names")).filter(all_names__contains=words.lower()).order_by("path")[:30]
    )


def open_phases(at: datetime, *, place: Place | None = None) -> QuerySet[Phase]:
    """Open steps in which residents can do something, the one that closes first at the top.

    With a place: those of the place, and of everything above it, since its residents are asked there too.
    """
    return _phases(place).filter(opens_at__lte=at, closes_at__gt=at).order_by("closes_at", "id")


def coming_phases(at: datetime, *, place: Place) -> QuerySet[Phase]:
    """Steps that have not begun, the nearest first; at most 5."""
    return _phases(place).filter(opens_at__gt=at).order_by("opens_at", "id")[:5]


def _phases(place: Place | None) -> QuerySet[Phase]:
    phases = Phase.objects.filter(
        consultation__published_at__isnull=False, kind__in=[Phase.Kind.COLLECT, Phase.Kind.VOTE]
    ).select_related("consultation__place", "round")
    return phases.filter(consultation__place__path__in=place.lineage()) if place else phases


def results(place: Place, limit: int = 5) -> QuerySet[Round]:
    """Counted rounds of the place and of the places above it, the newest first."""
    rounds = Round.objects.filter(place__path__in=place.lineage(), counted_at__isnull=False)
    return rounds.select_related("result").order_by("-counted_at", "-id")[:limit]


def offices(place: Place, at: datetime) -> QuerySet[Office]:
    """Who holds an office here, by role and name."""
    return Office.objects.held(at).filter(place=place).select_related("person").order_by("role", "person__name", "id")


def residency_of(person: Person, at: datetime) -> Residency | None:
    """Where it is attested that the person lives, if it is."""
    return Residency.objects.valid(at).filter(person=person).select_related("place").order_by("id").first()


def votes_missing(person: Person, at: datetime) -> QuerySet[Round]:
    """Open rounds in which the person may vote and has not, the one that closes first at the top."""
    home = residency_of(person, at)
    if home is None:
        return Round.objects.none()
    here = Round.objects.filter(place__path__in=home.place.lineage(), opens_at__lte=at, closes_at__gt=at)
    return here.exclude(roll__person=person).select_related("place").order_by("closes_at", "id")


def votes_cast(person: Person) -> QuerySet[Roll]:
    """Rounds in which the person has voted, with their receipts, the newest first."""
    return Roll.objects.filter(person=person).select_related("round__place").order_by("-round__closes_at", "-id")


def ideas_of(person: Person) -> QuerySet[Idea]:
    """The person's own initiatives with decision and outcome, the newest first."""
    return _ideas().filter(author=person).order_by("-published_at", "-id")


def ideas_supported_by(person: Person) -> QuerySet[Idea]:
    """Initiatives the person supports, with what came of them, the newest support first."""
    return _ideas().filter(endorsements__person=person).order_by("-endorsements__at", "-id")


def _ideas() -> QuerySet[Idea]:
    return Idea.objects.select_related("consultation__place", "decision", "outcome")


def offices_of(person: Person, at: datetime) -> QuerySet[Office]:
    """The offices the person holds, by place and role."""
    return Office.objects.held(at).filter(person=person).select_related("place").order_by("place__path", "role")
