from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from commons.journal.actions import record
from commons.kernel import text
from commons.kernel.verdicts import Refused, require
from commons.places.models import Place

from . import register
from .addresses import tidy
from .events import OfficeGiven, RegisterImported, ResidencyAttested
from .models import Office, Person, RegisterEntry, RegisterImport, Residency, ResidencyAttempt, Session
from .policies import holds_office

TRIES_PER_DAY = 5


def enter(*, address: str, language: str) -> tuple[Person, bool]:
    """The person whose address it is, and whether they are new. Whoever calls has proved that the address is theirs.

    A newcomer's account is made; two first sign-ins at once make one. Raises Refused (address_of_another) if the
    account was opened with another spelling of the address: the mailbox that was proved may be somebody else's.
    """
    known, made = Person.objects.at_address(address), False
    if known is None:
        try:
            with transaction.atomic(durable=True):
                known = Person.objects.create_user(email=address, language=language)
                made = True
        except IntegrityError:
            # Not looked up first and inserted on trust: the constraint decides, and the other one came first.
            known = Person.objects.get_by_natural_key(address)
    if tidy(known.email or "").lower() != tidy(address).lower():
        raise Refused("address_of_another")
    return known, made


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


def import_register(*, place: Place, content: bytes, by: Person, at: datetime) -> RegisterImport:
    """Import a municipality's list of residents, whole or not at all; residents already listed are left as they are.

    Raises Refused (not_your_office, register_unreadable, register_broken_rows, register_file_repeated).
    """
    known = {found.slug: found.pk for found in Place.objects.within(place).order_by("pk")}
    lines, broken = register.read(content, set(known))
    if broken:
        shown = [f"{b.line} ({b.code})" for b in broken[: register.SHOWN_LINES]]
        more = [f"… {len(broken) - len(shown)}"] if len(broken) > len(shown) else []
        raise Refused("register_broken_rows", field="file", lines=", ".join([*shown, *more]))
    try:
        with transaction.atomic(durable=True):
            require(holds_office(by, place, Office.Role.OFFICIAL, at=at))
            imported = RegisterImport.objects.create(
                place=place,
                imported_by=by,
                imported_at=at,
                file_sha256=hashlib.sha256(content).hexdigest(),
                rows=len(lines),
            )
            RegisterEntry.objects.bulk_create(
                (
                    RegisterEntry(
                        register_import=imported, place_id=known.get(line.place, place.pk), fingerprint=line.fingerprint
                    )
                    for line in lines
                ),
                batch_size=5_000,
                ignore_conflicts=True,
            )
            record(
                RegisterImported(place_id=place.pk, register_import=imported.pk, rows=len(lines)), at=at, actor_id=by.pk
            )
    except IntegrityError:
        raise Refused("register_file_repeated", field="file") from None
    return imported


def change_profile(*, person: Person, name: str, language: str) -> None:
    """Change how a person is called and in which language they are written to. Raises Refused (too_long,
    control_characters, malformed)."""
    name = text.line(name, field="name", limit=80, required=False)
    if language not in dict(settings.LANGUAGES):
        raise Refused("malformed", field="language")
    with transaction.atomic(durable=True):
        Person.objects.filter(pk=person.pk).update(name=name, language=language)


def forget_ended_sessions(*, at: datetime) -> int:
    """Delete sessions whose time is over; returns how many. They are no longer honoured anyway."""
    return Session.objects.filter(expire_date__lt=at).delete()[0]


def end_session(*, person: Person, reference: str) -> None:
    """Sign the person out in one of their browsers. Raises Refused (not_found)."""
    with transaction.atomic(durable=True):
        for session in person.sessions.order_by("session_key"):
            if session.reference == reference:
                session.delete()
                return
    raise Refused("not_found")


def end_other_sessions(*, person: Person, but: str) -> int:
    """Sign the person out in every browser but the one with this session key. Returns in how many."""
    with transaction.atomic(durable=True):
        return person.sessions.exclude(session_key=but).delete()[0]
