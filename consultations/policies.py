from __future__ import annotations

from datetime import datetime

from commons.accounts.models import Office, Person
from commons.accounts.policies import holds_office, is_resident
from commons.kernel.verdicts import ALLOWED, Verdict
from commons.places.models import Place

from .models import Consultation, Phase


def can_prepare(person: Person | None, place: Place, *, at: datetime) -> Verdict:
    """Whether the person may draft, edit, publish and move consultations of the place: an official may."""
    return holds_office(person, place, Office.Role.OFFICIAL, at=at)


def can_see(person: Person | None, consultation: Consultation, *, at: datetime) -> Verdict:
    """Everybody sees what is published; before that, officials and reviewers of the place do.

    To others a draft does not exist: the code is the same as for a wrong address.
    """
    if consultation.published_at is not None and consultation.published_at <= at:
        return ALLOWED
    office = holds_office(person, consultation.place, Office.Role.OFFICIAL, Office.Role.REVIEWER, at=at)
    return office if office.allowed else Verdict("not_found")


def can_take_part(person: Person | None, consultation: Consultation, kind: str, *, at: datetime) -> Verdict:
    """Whether the phase of this kind is open and the person is a resident of the place.

    The phase comes first: nobody is sent to prove where they live for a step that has ended.
    """
    phase = consultation.phase(kind)
    if consultation.published_at is None or phase is None or not phase.is_open(at):
        return Verdict("collecting_not_open" if kind == Phase.Kind.COLLECT else "phase_not_open")
    return is_resident(person, consultation.place, at=at)
