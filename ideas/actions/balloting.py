from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from commons.accounts.models import Person
from commons.journal.actions import record
from commons.kernel import locks
from commons.kernel.verdicts import Refused, require
from consultations.actions import give_round
from consultations.models import Consultation, Phase
from ideas import policies, queries
from ideas.events import IdeaVotedOn, ShortlistPutToVote
from ideas.models import Idea, Outcome
from voting import actions as voting
from voting.models import Option, Result, Round
from voting.options import OptionDraft


def put_to_vote(
    *,
    consultation: Consultation,
    rule: dict[str, Any],
    opens_at: datetime,
    closes_at: datetime,
    by: Person,
    at: datetime,
) -> Round:
    """Freeze the shortlisted initiatives into the options of a round, once. Records ShortlistPutToVote.

    `rule` is as voting reads it, its budget in minor units. The instants lie within the voting phase, which ends with
    the vote. The cost on the ballot is the municipality's estimate where there is one, else the author's. Raises
    Refused (sign_in_first, not_your_office, not_published, no_vote_phase, vote_already_set, phase_over,
    vote_outside_phase, undecided_left, nothing_shortlisted, and what voting.actions.schedule_round refuses).
    """
    with transaction.atomic(durable=True):
        # Alone: no decision falls between reading the shortlist and freezing it.
        locks.exclusive("phase", consultation.pk)
        current = Consultation.objects.select_related("place").get(pk=consultation.pk)
        require(policies.can_put_to_vote(by, current, at=at))
        phase = current.phases.get(kind=Phase.Kind.VOTE)
        if not phase.opens_at <= opens_at < closes_at <= phase.closes_at:
            raise Refused("vote_outside_phase", field="opens_at" if opens_at < phase.opens_at else "closes_at")
        if undecided := queries.undecided(current).count():
            raise Refused("undecided_left", number=undecided)
        shortlist = list(queries.shortlist(current))
        if not shortlist:
            raise Refused("nothing_shortlisted")
        round_ = voting.schedule_round(
            place=current.place,
            title=current.title,
            question=current.summary,
            language=current.language,
            rule=rule,
            options=[_option(idea) for idea in shortlist],
            opens_at=opens_at,
            closes_at=closes_at,
            currency=current.currency,
            by=by,
            at=at,
        )
        give_round(phase=phase, round_=round_, by=by, at=at)
        options = {option.source: option for option in Option.objects.filter(round=round_)}
        for idea in shortlist:
            idea.option = options[_source(idea)]
        Idea.objects.bulk_update(shortlist, ["option"])
        record(
            ShortlistPutToVote(
                place_id=current.place_id,
                consultation=current.pk,
                round=round_.pk,
                ideas=tuple(idea.pk for idea in shortlist),
            ),
            at=at,
            actor_id=by.pk,
        )
    return round_


def record_outcomes(*, round_id: int, at: datetime) -> int:
    """What a counted round decided about each initiative on its ballot. Records IdeaVotedOn for each, once.

    Safe to repeat. Returns how many outcomes are new; 0 for a round that is no consultation's.
    Raises Result.DoesNotExist if the round is not counted.
    """
    with transaction.atomic(durable=True):
        phase = Phase.objects.filter(round_id=round_id).first()
        if phase is None:
            return 0
        locks.exclusive("phase", phase.consultation_id)
        ideas = Idea.objects.filter(option__round_id=round_id, outcome=None).select_related("consultation")
        counted = Result.objects.get(round_id=round_id).outcome
        votes = {row["option"]: row["votes"] for row in counted["tally"]}
        rank = {number: place for place, number in enumerate(counted["winners"], start=1)}
        numbers = dict(Option.objects.filter(round_id=round_id).values_list("pk", "number"))
        new = []
        for idea in ideas.order_by("id"):
            number = numbers[idea.option_id or 0]
            new.append(Outcome(idea=idea, won=number in rank, votes=votes.get(number, 0), rank=rank.get(number), at=at))
        Outcome.objects.bulk_create(new)
        for outcome in new:
            record(
                IdeaVotedOn(
                    place_id=outcome.idea.consultation.place_id,
                    idea=outcome.idea.pk,
                    consultation=outcome.idea.consultation_id,
                    outcome="won" if outcome.won else "not_won",
                    votes=outcome.votes,
                ),
                at=at,
            )
    return len(new)


def _source(idea: Idea) -> str:
    return f"idea:{idea.pk}"


def _option(idea: Idea) -> OptionDraft:
    estimate = idea.decision.cost if idea.decision.cost is not None else idea.cost
    parts = [idea.problem, idea.proposal, idea.location]
    return OptionDraft(
        source=_source(idea),
        title=idea.title,
        text="\n\n".join(part for part in parts if part),
        cost=estimate or 0,
    )
