from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from commons.journal.actions import record
from commons.kernel.verdicts import Refused, require
from commons.places.models import Place

from .events import OfficeGiven, ResidencyAttested
from .models import Office, Person, RegisterEntry, Residency, ResidencyAttempt
from .policies import holds_office

TRIES_PER_DAY = 5


def give_office(*, person: Person, place: Place, role: str, by: Person | None, at: datetime) -> Office:
    """Give a person an office in a place; `by` is None only for the platform's own set-up.

    Raises Refused (not_your_office, office_already_held).
    """
    try:
        with transaction.atomic(durable=True):
            if by is not None:
                require(holds_office(by, place, Office.Role.OFFICIAL, at=at))
            office = Office.objects.create(person=person, place=place, role=role, since=at)
            record(OfficeGiven(place_id=place.id, person=person.pk, role=role), at=at, actor_id=by.pk if by else None)
    except IntegrityError:
        raise Refused("office_already_held") from None
    return office


def attest_by_register(*, person: Person, place: Place, fingerprint: bytes, at: datetime) -> Residency:
    """Attest that the person lives where the municipality's list says, if the fingerprint stands on it.

    `place` is where the person says they live: entries of that place and of places below it are searched.
    A wrong try is kept even though the request is refused, so that guessing ends at the desk.
    Raises Refused (go_to_the_desk, not_on_register, register_line_used, already_attested).
    """
    with transaction.atomic(durable=True):
        # Serialise one person's tries: parallel guesses would all see four wrong ones.
        Person.objects.select_for_update().get(pk=person.pk)
        since = at - timedelta(days=1)
        wrong = ResidencyAttempt.objects.filter(person=person, at__gt=since, found=False).count()
        if wrong >= TRIES_PER_DAY:
            raise Refused("go_to_the_desk")
        entry = RegisterEntry.objects.filter(fingerprint=fingerprint, place__path__startswith=place.path).first()
        ResidencyAttempt.objects.create(person=person, at=at, found=entry is not None)
    if entry is None:
        raise Refused("not_on_register")
    return _attest(person=person, place=entry.place, method=Residency.Method.REGISTER, entry=entry, by=None, at=at)


def attest_at_desk(*, person: Person, place: Place, by: Person, at: datetime) -> Residency:
    """A clerk or official has seen the person's papers. Raises Refused (not_your_office, already_attested)."""
    return _attest(person=person, place=place, method=Residency.Method.DESK, entry=None, by=by, at=at)


def _attest(
    *, person: Person, place: Place, method: str, entry: RegisterEntry | None, by: Person | None, at: datetime
) -> Residency:
    try:
        with transaction.atomic(durable=True):
            if by is not None:
                require(holds_office(by, place, Office.Role.CLERK, Office.Role.OFFICIAL, at=at))
            residency = Residency.objects.create(
                person=person, place=place, method=method, attested_by=by, register_entry=entry, since=at
            )
            record(
                ResidencyAttested(place_id=place.id, person=person.pk, method=method),
                at=at,
                actor_id=by.pk if by else person.pk,
            )
    except IntegrityError as violation:
        line_used = "register_entry" in str(violation)
        raise Refused("register_line_used" if line_used else "already_attested") from None
    return residency
