from __future__ import annotations

from datetime import datetime

from commons.kernel.verdicts import ALLOWED, Verdict
from commons.places.models import Place

from .models import Office, Person, Residency


def holds_office(person: Person | None, place: Place, *roles: str, at: datetime) -> Verdict:
    """Whether the person holds one of the roles in the place or in a place above it."""
    if person is None or not person.is_authenticated:
        return Verdict("sign_in_first")
    held = Office.objects.held(at).filter(person=person, place__path__in=place.lineage(), role__in=roles).exists()
    return ALLOWED if held else Verdict("not_your_office")


def is_resident(person: Person | None, place: Place, *, at: datetime) -> Verdict:
    """Whether it is attested that the person lives in the place or below it."""
    if person is None or not person.is_authenticated:
        return Verdict("sign_in_first")
    found = Residency.objects.valid(at).within(place).filter(person=person).exists()
    return ALLOWED if found else Verdict("not_resident")
