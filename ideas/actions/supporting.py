from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from commons.accounts.models import Person
from commons.journal.actions import record
from commons.kernel import locks
from commons.kernel.verdicts import Refused, require
from consultations.models import Consultation
from ideas import policies
from ideas.events import EndorsementWithdrawn, IdeaEndorsed, ThresholdReached
from ideas.models import Endorsement, Idea

from .held import about, idea_held


def endorse(*, idea_id: int, person: Person, at: datetime) -> Endorsement:
    """Give a resident's support to an initiative. Records IdeaEndorsed; the count follows from its reader.

    Raises Refused (not_found, sign_in_first, not_resident, collecting_not_open, already_endorsed).
    """
    try:
        with transaction.atomic(durable=True):
            idea = idea_held(idea_id)
            require(policies.can_support(person, idea, at=at))
            endorsement = Endorsement.objects.create(idea=idea, person=person, at=at)
            record(about(IdeaEndorsed, idea), at=at, actor_id=person.pk)
    except IntegrityError as violation:
        if "one_endorsement_each" not in str(violation):
            raise
        raise Refused("already_endorsed") from None
    return endorsement


def withdraw_endorsement(*, idea_id: int, person: Person, at: datetime) -> None:
    """Take one's support back while collecting is open. Records EndorsementWithdrawn.

    Raises Refused (not_found, sign_in_first, not_resident, collecting_not_open, not_endorsed).
    """
    with transaction.atomic(durable=True):
        idea = idea_held(idea_id)
        require(policies.can_support(person, idea, at=at))
        deleted, _by_table = Endorsement.objects.filter(idea=idea, person=person).delete()
        if not deleted:
            raise Refused("not_endorsed")
        record(about(EndorsementWithdrawn, idea), at=at, actor_id=person.pk)


def count_support(*, idea_id: int, at: datetime) -> int:
    """Count an initiative's endorsements anew and stamp the threshold when it is first reached.

    Safe to repeat and to run side by side. Records ThresholdReached at most once in an initiative's life.
    Returns the support. Raises Idea.DoesNotExist.
    """
    with transaction.atomic(durable=True):
        # Without the lock an older count could be written over a newer one.
        locks.exclusive("idea", idea_id)
        idea = Idea.objects.select_related("consultation").get(pk=idea_id)
        return count_under_lock(idea, at=at)


def count_under_lock(idea: Idea, *, at: datetime) -> int:
    """Under the initiative's lock: write the number of endorsements, stamp the threshold once."""
    support = Endorsement.objects.filter(idea=idea).count()
    if support != idea.support:
        Idea.objects.filter(pk=idea.pk).update(support=support)
        idea.support = support
    threshold = idea.consultation.support_threshold
    if 0 < threshold <= support:
        stamped = Idea.objects.filter(pk=idea.pk, threshold_reached_at=None).update(threshold_reached_at=at)
        if stamped:
            idea.threshold_reached_at = at
            place_id = Consultation.objects.values_list("place_id", flat=True).get(pk=idea.consultation_id)
            record(
                ThresholdReached(place_id=place_id, idea=idea.pk, consultation=idea.consultation_id, support=support),
                at=at,
            )
    return support
