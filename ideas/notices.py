"""Who hears of initiatives: their authors, everybody who supports them, and who voted on them.

All that concerns one consultation is one matter: whoever wrote, supported and voted gets one letter of the outcome.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from commons.accounts.models import Person
from commons.kernel.events import Recorded
from consultations.models import Phase
from notifications.declare import DIGEST, OUTCOME, notice
from voting.events import RoundCounted, RoundOpened
from voting.models import Roll, Round

from .events import IdeaDecided, IdeaEvent, IdeaVotedOn, ThresholdReached
from .models import Idea


def _idea(recorded: Recorded) -> Idea:
    event = recorded.event
    if not isinstance(event, IdeaEvent):
        raise TypeError(f"{event.kind} is about no initiative")
    return Idea.objects.select_related("consultation").get(pk=event.idea)


def _facts(recorded: Recorded) -> dict[str, Any]:
    idea = _idea(recorded)
    facts = {"idea": idea.pk, "title": idea.title, "consultation": idea.consultation.title}
    decision, outcome = getattr(idea, "decision", None), getattr(idea, "outcome", None)
    if isinstance(recorded.event, IdeaDecided) and decision is not None:
        facts |= {"outcome": decision.outcome, "reasons": decision.reasons}
    if isinstance(recorded.event, IdeaVotedOn) and outcome is not None:
        facts |= {"won": outcome.won, "votes": outcome.votes}
    return facts


def _matter(recorded: Recorded) -> str:
    return f"consultation:{_idea(recorded).consultation_id}"


def _took_part(ideas: Q) -> QuerySet[Any, Any]:
    """Authors and supporters of the initiatives, as ids of people."""
    found = Idea.objects.filter(ideas)
    return Person.objects.filter(Q(ideas__in=found) | Q(endorsements__idea__in=found)).distinct().values_list("pk")


@notice(ThresholdReached, urgency=DIGEST, about=_matter, facts=_facts)
def threshold_reached(recorded: Recorded) -> QuerySet[Any, Any]:
    """The author."""
    return Idea.objects.filter(pk=_idea(recorded).pk, author__isnull=False).values_list("author_id")


@notice(IdeaDecided, urgency=DIGEST, about=_matter, facts=_facts)
def idea_decided(recorded: Recorded) -> QuerySet[Any, Any]:
    """The author and every supporter."""
    return _took_part(Q(pk=_idea(recorded).pk))


@notice(IdeaVotedOn, urgency=OUTCOME, about=_matter, facts=_facts)
def idea_voted_on(recorded: Recorded) -> QuerySet[Any, Any]:
    """The author and every supporter."""
    return _took_part(Q(pk=_idea(recorded).pk))


def _round(recorded: Recorded) -> Round:
    return Round.objects.select_related("place").get(pk=getattr(recorded.event, "round", 0))


def _round_matter(recorded: Recorded) -> str:
    """The consultation whose vote it is; a round that stands alone is a matter of its own."""
    round_ = _round(recorded)
    consultation = Phase.objects.filter(round=round_).values_list("consultation_id", flat=True).first()
    return f"round:{round_.pk}" if consultation is None else f"consultation:{consultation}"


def _round_facts(recorded: Recorded) -> dict[str, Any]:
    round_ = _round(recorded)
    facts: dict[str, Any] = {
        "round": round_.pk,
        "title": round_.title,
        "closes": round_.closes_at.astimezone(round_.place.zone).strftime("%Y-%m-%d %H:%M"),
        "zone": round_.place.time_zone,
    }
    if isinstance(recorded.event, RoundCounted):
        titles = dict(round_.options.order_by("number").values_list("pk", "title"))
        facts |= {"ballots": recorded.event.ballots, "winners": [titles[option] for option in recorded.event.winners]}
    return facts


def _round_closes(recorded: Recorded) -> datetime:
    return _round(recorded).closes_at


@notice(RoundOpened, urgency=DIGEST, about=_round_matter, facts=_round_facts, deadline=_round_closes)
def voting_open(recorded: Recorded) -> QuerySet[Any, Any]:
    """Everybody who wrote or supported an initiative of the consultation."""
    return _took_part(Q(consultation__phases__round=_round(recorded).pk))


@notice(RoundCounted, urgency=OUTCOME, about=_round_matter, facts=_round_facts)
def round_counted(recorded: Recorded) -> QuerySet[Any, Any]:
    """Everybody who voted."""
    return Roll.objects.filter(round=_round(recorded).pk).values_list("person_id")
