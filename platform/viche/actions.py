"""Writes that concern every app at once: a person leaves the platform."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from commons.accounts.events import AccountDeleted, OfficeTaken
from commons.accounts.models import Office, Person, Residency, ResidencyAttempt
from commons.journal.actions import record
from consultations.models import Phase
from ideas.models import Draft, Idea
from notifications.models import Letter, Mute, Notice, OutboxMessage
from voting.models import Roll

# Longer than any request: what was under way when the account was deleted is over.
AFTERWARDS = timedelta(hours=1)


def delete_account(*, person: Person, at: datetime) -> None:
    """Forget who somebody was. Votes and support stay counted, initiatives stay without their author's name.

    Why each thing goes or stays: docs/decisions/0006. Residency stays until `release_residencies`.
    """
    with transaction.atomic(durable=True):
        person = Person.objects.select_for_update().get(pk=person.pk)
        address = person.email
        for office in Office.objects.held(at).filter(person=person).order_by("id"):
            record(
                OfficeTaken(place_id=office.place_id, person=person.pk, role=office.role, reason="account deleted"),
                at=at,
                actor_id=person.pk,
            )
        Office.objects.held(at).filter(person=person, since__lt=at).update(until=at)
        Office.objects.filter(person=person, since__gte=at).delete()
        Idea.objects.filter(author=person).update(author=None)
        for kept_for_them in (Draft.objects.filter(author=person), person.sessions.all()):
            kept_for_them.delete()
        for table in (Notice, Mute, Letter, ResidencyAttempt):
            table.objects.filter(person=person).delete()
        if address:
            OutboxMessage.objects.filter(to__iexact=address).delete()
        person.email, person.name, person.language, person.last_login = None, "", "en", None
        person.is_active, person.deleted_at = False, at
        person.set_unusable_password()
        person.save()
        record(AccountDeleted(person=person.pk), at=at, actor_id=person.pk)


def release_residencies(*, at: datetime) -> int:
    """End the residency of deleted accounts and let go of their lines of the register. Returns how many.

    Not while a vote of theirs is uncounted or support of theirs still counts towards a threshold: with a new account
    and the same line of the register they would have a second voice.
    """
    uncounted = Roll.objects.filter(person=OuterRef("person"), round__counted_at=None)
    collecting = Phase.objects.filter(
        consultation__ideas__endorsements__person=OuterRef("person"), kind=Phase.Kind.COLLECT, closes_at__gt=at
    )
    left = Residency.objects.filter(
        Q(until=None) | Q(register_entry__isnull=False), person__deleted_at__lt=at - AFTERWARDS
    )
    with transaction.atomic(durable=True):
        released = left.exclude(Exists(uncounted)).exclude(Exists(collecting))
        return released.update(until=Coalesce("until", at), register_entry=None)
