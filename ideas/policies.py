from __future__ import annotations

from datetime import datetime

from commons.accounts.models import Office, Person
from commons.accounts.policies import holds_office
from commons.kernel.verdicts import ALLOWED, Verdict
from commons.places.models import Place
from consultations.models import Consultation, Phase
from consultations.policies import can_prepare, can_take_part

from .models import Decision, Idea

__all__ = ["can_decide", "can_prepare", "can_put_to_vote", "can_review_in", "can_support", "can_write"]


def can_write(person: Person | None, consultation: Consultation, *, at: datetime) -> Verdict:
    """Whether the person may write an initiative: collecting is open and they live there."""
    return can_take_part(person, consultation, Phase.Kind.COLLECT, at=at)


def can_support(person: Person | None, idea: Idea, *, at: datetime) -> Verdict:
    """Whether the person may give or take back support. That they have not done so yet is for the database to say."""
    return can_take_part(person, idea.consultation, Phase.Kind.COLLECT, at=at)


def can_review_in(person: Person | None, place: Place, *, at: datetime) -> Verdict:
    """Whether the person is an official or reviewer of the place."""
    return holds_office(person, place, Office.Role.OFFICIAL, Office.Role.REVIEWER, at=at)


def can_decide(person: Person | None, idea: Idea, *, at: datetime) -> Verdict:
    """Whether the person may decide on the initiative now: by office, while collecting or review is open, once."""
    office = can_review_in(person, idea.consultation.place, at=at)
    if not office.allowed:
        return office
    phases = [idea.consultation.phase(kind) for kind in (Phase.Kind.COLLECT, Phase.Kind.REVIEW)]
    if not any(phase is not None and phase.is_open(at) for phase in phases):
        return Verdict("not_under_review")
    if Decision.objects.filter(idea=idea).exists():
        return Verdict("already_decided")
    return ALLOWED


def can_put_to_vote(person: Person | None, consultation: Consultation, *, at: datetime) -> Verdict:
    """Whether the person may set up the vote: an official, once, while the voting step is not over."""
    office = can_prepare(person, consultation.place, at=at)
    if not office.allowed:
        return office
    phase = consultation.phase(Phase.Kind.VOTE)
    if consultation.published_at is None:
        return Verdict("not_published")
    if phase is None:
        return Verdict("no_vote_phase")
    if phase.round_id is not None:
        return Verdict("vote_already_set")
    return Verdict("phase_over") if at >= phase.closes_at else ALLOWED
