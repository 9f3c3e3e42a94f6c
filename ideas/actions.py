from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from commons.accounts.models import Person
from commons.journal.actions import record
from commons.kernel import locks
from commons.kernel.text import paragraphs
from commons.kernel.verdicts import Refused, require
from consultations.models import Consultation

from . import policies
from .checks import checked, checked_cost, draft_content
from .events import (
    EndorsementWithdrawn,
    IdeaDecided,
    IdeaEndorsed,
    IdeaPublished,
    ThresholdReached,
)
from .models import Decision, Draft, Endorsement, Idea

MOST_REASONS = 5_000


def save_draft(*, consultation: Consultation, author: Person, content: dict[str, Any], at: datetime) -> Draft:
    """Keep what somebody has typed so far, unchecked but bounded in size; one draft per person and consultation.

    Records nothing: a draft is nobody's business but the author's. Raises Refused (draft_too_large, and what
    policies.can_write says).
    """
    kept = draft_content(content)
    with transaction.atomic(durable=True):
        require(policies.can_write(author, consultation, at=at))
        draft, _created = Draft.objects.update_or_create(
            consultation=consultation, author=author, defaults={"content": kept, "saved_at": at}
        )
    return draft


def publish_idea(
    *,
    consultation: Consultation,
    author: Person,
    title: str,
    problem: str,
    proposal: str,
    location: str,
    cost: int | None,
    language: str,
    at: datetime,
) -> Idea:
    """Publish an initiative while collecting is open, and throw the author's draft away. Records IdeaPublished.

    `cost` is in minor units of the place's currency. Raises Refused (sign_in_first, not_resident,
    collecting_not_open, idea_already_published) and RefusedFields (see checks.checked).
    """
    try:
        with transaction.atomic(durable=True):
            current = _shared(consultation.pk)
            require(policies.can_write(author, current, at=at))
            content = checked(
                consultation=current,
                title=title,
                problem=problem,
                proposal=proposal,
                location=location,
                cost=cost,
            )
            idea = Idea.objects.create(
                consultation=current,
                author=author,
                language=language if language in current.place.languages else current.language,
                published_at=at,
                **content,
            )
            Draft.objects.filter(consultation=current, author=author).delete()
            record(
                IdeaPublished(place_id=current.place_id, idea=idea.pk, consultation=current.pk),
                at=at,
                actor_id=author.pk,
            )
    except IntegrityError as violation:
        if "idea_published_once" not in str(violation):
            raise
        raise Refused("idea_already_published", field="title") from None
    return idea


def endorse(*, idea_id: int, person: Person, at: datetime) -> Endorsement:
    """Give a resident's support to an initiative. Records IdeaEndorsed; the count follows from its reader.

    Raises Refused (not_found, sign_in_first, not_resident, collecting_not_open, already_endorsed).
    """
    try:
        with transaction.atomic(durable=True):
            idea = _with_shared_phase(idea_id)
            require(policies.can_support(person, idea, at=at))
            endorsement = Endorsement.objects.create(idea=idea, person=person, at=at)
            record(_about(IdeaEndorsed, idea), at=at, actor_id=person.pk)
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
        idea = _with_shared_phase(idea_id)
        require(policies.can_support(person, idea, at=at))
        deleted, _by_table = Endorsement.objects.filter(idea=idea, person=person).delete()
        if not deleted:
            raise Refused("not_endorsed")
        record(_about(EndorsementWithdrawn, idea), at=at, actor_id=person.pk)


def count_support(*, idea_id: int, at: datetime) -> int:
    """Count an initiative's endorsements anew and stamp the threshold when it is first reached.

    Safe to repeat and to run side by side. Records ThresholdReached at most once in an initiative's life.
    Returns the support. Raises Idea.DoesNotExist.
    """
    with transaction.atomic(durable=True):
        # Without the lock an older count could be written over a newer one.
        locks.exclusive("idea", idea_id)
        idea = Idea.objects.select_related("consultation").get(pk=idea_id)
        return _count(idea, at=at)


def decide(*, idea: Idea, outcome: str, reasons: str, cost: int | None, by: Person, at: datetime) -> Decision:
    """The municipality's answer: "shortlisted" or "refused", with reasons. Records IdeaDecided.

    `cost` is the municipality's own estimate in minor units; None leaves the author's. An initiative below the
    threshold can be refused, not shortlisted. Raises Refused (sign_in_first, not_your_office, not_under_review,
    already_decided, unknown_outcome, below_threshold, vote_already_set; required, too_long, control_characters
    for the reasons; cost_required, cost_out_of_range for the cost).
    """
    try:
        with transaction.atomic(durable=True):
            locks.shared("phase", idea.consultation_id)
            locks.exclusive("idea", idea.pk)
            current = Idea.objects.select_related("consultation__place").get(pk=idea.pk)
            require(policies.can_decide(by, current, at=at))
            if outcome not in Decision.Outcome.values:
                raise Refused("unknown_outcome", field="outcome")
            why = paragraphs(reasons, field="reasons", limit=MOST_REASONS)
            estimate = checked_cost(cost, required=False)
            if outcome == Decision.Outcome.SHORTLISTED:
                _require_fit_for_vote(current, estimate, at=at)
            decision = Decision.objects.create(
                idea=current, outcome=outcome, reasons=why, cost=estimate, decided_by=by, at=at
            )
            record(_about(IdeaDecided, current, outcome=outcome), at=at, actor_id=by.pk)
    except IntegrityError as violation:
        if "idea_id" not in str(violation):
            raise
        raise Refused("already_decided") from None
    return decision


def _require_fit_for_vote(idea: Idea, estimate: int | None, *, at: datetime) -> None:
    _count(idea, at=at)  # the last supporter's count may still be on its way
    if not idea.has_enough_support:
        raise Refused("below_threshold", field="outcome")
    if any(phase.round_id is not None for phase in idea.consultation.phases.all()):
        raise Refused("vote_already_set", field="outcome")
    checked_cost(
        estimate if estimate is not None else idea.cost, required=idea.consultation.budget is not None
    )


def _count(idea: Idea, *, at: datetime) -> int:
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
                ThresholdReached(
                    place_id=place_id, idea=idea.pk, consultation=idea.consultation_id, support=support
                ),
                at=at,
            )
    return support


def _shared(consultation_id: int) -> Consultation:
    """The consultation as it stands now; whoever moves its phases or sets its vote waits, or has finished."""
    locks.shared("phase", consultation_id)
    return Consultation.objects.select_related("place").prefetch_related("phases").get(pk=consultation_id)


def _with_shared_phase(idea_id: int) -> Idea:
    """The initiative with its consultation as it stands now. Raises Refused (not_found)."""
    idea = Idea.objects.filter(pk=idea_id).first()
    if idea is None:
        raise Refused("not_found")
    idea.consultation = _shared(idea.consultation_id)
    return idea


def _about(event: type[Any], idea: Idea, **facts: Any) -> Any:
    return event(
        place_id=idea.consultation.place_id, idea=idea.pk, consultation=idea.consultation_id, **facts
    )
