"""What an auditor of a place reads: the journal of the place and of the places below it, and the seals over all of it.

No entry tells of a single vote, so nothing here can join voter and choice. What residents did is shown without who
they are, and stands in the files to check at home as a hash alone; who acts in an office is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from commons.journal import sealed_file
from commons.journal.models import Entry, Seal
from commons.journal.sealing import Fault, faults_of, leaf_of
from commons.kernel.events import sentence_of
from commons.kernel.verdicts import Refused
from commons.places.models import Place

from .models import Office

PAGE = 30
# Checking a seal reads all its entries, up to 2,000.
SEALS = 10
PLATFORM, RESIDENTS = "platform", "residents"


@dataclass(frozen=True)
class Line:
    """An entry in words. digest: the hash of its leaf, in hex; details: codes and numbers, none of them a person's."""

    entry: Entry
    sentence: str
    actor: str
    details: str
    digest: str

    @property
    def is_changed(self) -> bool:
        """Whether it is no longer as it was sealed."""
        return self.entry.fingerprint is not None and bytes(self.entry.fingerprint).hex() != self.digest


@dataclass(frozen=True)
class Lines:
    """A page of the journal, the newest first; `older` is the number before which the next page begins, if any."""

    lines: list[Line]
    older: int | None


@dataclass(frozen=True)
class Seals:
    """A page of seals, the newest first, each with what is wrong with it (nothing, if it holds)."""

    seals: list[tuple[Seal, list[Fault]]]
    older: int | None


class Holders:
    """Who holds or held an office in a place, above it or below it (one query)."""

    def __init__(self, place: Place) -> None:
        here = Q(place__path__in=place.lineage()) | Q(place__path__startswith=place.path)
        self.offices = list(Office.objects.filter(here).select_related("person").order_by("person__name", "id"))
        self.ids = {office.person_id for office in self.offices}

    def choices(self) -> list[tuple[str, str]]:
        """For a form: each office-holder once, by name."""
        return [(str(pk), name) for pk, name in {o.person_id: str(o.person) for o in self.offices}.items()]

    def words(self, entry: Entry) -> str:
        """Who did it: an office-holder by name with the office held then, "a resident", or the platform itself."""
        if entry.actor_id is None:
            return _("the platform")
        theirs = [office for office in self.offices if office.person_id == entry.actor_id]
        if not theirs:
            return _("a resident")
        held = [o for o in theirs if o.since <= entry.at and (o.until is None or o.until > entry.at)]
        roles = sorted({office.get_role_display() for office in held or theirs})
        return f"{theirs[0].person} ({', '.join(roles)})"


def lines(
    place: Place,
    holders: Holders,
    *,
    kind: str = "",
    day: date | None = None,
    actor: str = "",
    before: int | None = None,
) -> Lines:
    """Thirty entries of the place and of those below it (one query). `day` is a day in the place's zone; `actor` is
    PLATFORM, RESIDENTS or the number of an office-holder."""
    entries = _entries(place).order_by("-id")
    if kind:
        entries = entries.filter(kind=kind)
    if day:
        begins = datetime.combine(day, time.min, place.zone)
        entries = entries.filter(at__gte=begins, at__lt=datetime.combine(day + timedelta(days=1), time.min, place.zone))
    if actor == PLATFORM:
        entries = entries.filter(actor_id=None)
    elif actor == RESIDENTS:
        entries = entries.filter(actor_id__isnull=False).exclude(actor_id__in=holders.ids)
    elif actor:
        entries = entries.filter(actor_id=int(actor))
    if before:
        entries = entries.filter(pk__lt=before)
    found = list(entries[: PAGE + 1])
    return Lines([_line(entry, holders) for entry in found[:PAGE]], found[PAGE - 1].pk if len(found) > PAGE else None)


def seals(*, before: int | None = None) -> Seals:
    """Ten seals, checked as `viche journal verify` does (two queries)."""
    found = Seal.objects.order_by("-id")
    some: list[Seal | None] = list((found.filter(pk__lt=before) if before else found)[: SEALS + 1])
    if len(some) <= SEALS:
        some.append(None)
    shown = [seal for seal in some[:-1] if seal]
    entries: dict[int, list[Entry]] = {seal.pk: [] for seal in shown}
    for entry in Entry.objects.filter(seal__in=shown).order_by("seal", "leaf"):
        entries[entry.seal_id or 0].append(entry)
    checked = [
        (seal, faults_of(seal, previous, entries[seal.pk])) for seal, previous in pairwise(some) if seal is not None
    ]
    return Seals(checked, shown[-1].pk if some[-1] else None)


def seal_file(place: Place, holders: Holders, number: int) -> Iterator[bytes]:
    """A sealed batch as JSON lines, to be checked by `viche seals`. Raises Refused (not_found)."""
    seal = Seal.objects.select_related("previous").filter(pk=number).first()
    if seal is None:
        raise Refused("not_found")
    head = {
        "number": seal.pk,
        "at": seal.at.isoformat(),
        "size": seal.size,
        "root": bytes(seal.root).hex(),
        "previous": bytes(seal.previous.chain).hex() if seal.previous else "",
        "chain": bytes(seal.chain).hex(),
    }
    readable = set(Place.objects.within(place).values_list("pk", flat=True))
    leaves = (
        entry.content()
        if entry.place_id in readable and (entry.actor_id is None or entry.actor_id in holders.ids)
        else leaf_of(entry)
        for entry in Entry.objects.filter(seal=seal).order_by("leaf")
    )
    return sealed_file.write(head, leaves)


def _entries(place: Place) -> QuerySet[Entry]:
    return Entry.objects.filter(place_id__in=Place.objects.within(place).values("pk"))


def _line(entry: Entry, holders: Holders) -> Line:
    return Line(
        entry=entry,
        sentence=sentence_of(entry.kind),
        actor=holders.words(entry),
        details=", ".join(_details(entry)),
        digest=leaf_of(entry).hex(),
    )


def _details(entry: Entry) -> Iterator[str]:
    """Codes and numbers of an entry, without the numbers of people."""
    shown: dict[str, Any] = {"about": entry.subject} if not entry.subject.startswith("person:") else {}
    for name, value in (shown | entry.data).items():
        if name != "person" and value not in ("", None):
            yield f"{name}={' '.join(map(str, value)) if isinstance(value, list) else value}"
