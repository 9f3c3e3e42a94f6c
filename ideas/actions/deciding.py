from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from commons.accounts.models import Person
from commons.journal.actions import record
from commons.kernel import locks
from commons.kernel.text import paragraphs
from commons.kernel.verdicts import Refused, require
from ideas import policies
from ideas.checks import checked_cost
from ideas.events import IdeaDecided
from ideas.models import Decision, Idea

from .held import about
from .supporting import count_under_lock

MOST_REASONS = 5_000


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
            record(about(IdeaDecided, current, outcome=outcome), at=at, actor_id=by.pk)
    except IntegrityError as violation:
        if "idea_id" not in str(violation):
            raise
        raise Refused("already_decided") from None
    return decision


def _require_fit_for_vote(idea: Idea, estimate: int | None, *, at: datetime) -> None:
    count_under_lock(idea, at=at)  # the last supporter's count may still be on its way
    if not idea.has_enough_support:
        raise Refused("below_threshold", field="outcome")
    if any(phase.round_id is not None for phase in idea.consultation.schedule):
        raise Refused("vote_already_set", field="outcome")
    checked_cost(estimate if estimate is not None else idea.cost, required=idea.consultation.budget is not None)
