"""Reads that pages, the API, tasks and actions share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from commons.accounts.models import Person, Residency
from commons.kernel.verdicts import Refused

from .models import Option, Result, Roll, Round
from .rules import BallotError, validate_ballot


@dataclass(frozen=True)
class Paper:
    """The frozen ballot paper of a round: what a selection is checked against."""

    rule: dict[str, Any]
    costs: dict[int, int]  # by the option's number, minor units

    def valid(self, selection: object) -> tuple[int, ...]:
        """The selection in canonical form. Raises Refused with the code of what is wrong with it."""
        try:
            return validate_ballot(self.rule, self.costs, selection)
        except BallotError as problem:
            raise Refused(problem.code, field="selection") from None


@lru_cache(maxsize=256)
def paper(round_id: int, rule_digest: str, options_digest: str) -> Paper:
    """The paper of the round with these digests, kept by the process.

    Safe to keep: rule and options are frozen (the database refuses to change them) and the digests are part of
    the key, so a restored or replaced database never meets an older paper.
    """
    rule = Round.objects.values_list("rule", flat=True).get(
        pk=round_id, rule_digest=rule_digest, options_digest=options_digest
    )
    costs = Option.objects.filter(round=round_id).order_by("number").values_list("number", "cost")
    return Paper(rule=rule, costs=dict(costs))


def round_with_place(pk: int) -> Round:
    """The round for a page, with its place, extensions and turnout at hand. Raises Refused(not_found)."""
    rounds = Round.objects.select_related("place", "turnout").prefetch_related("extensions")
    found = rounds.filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def open_rounds(at: datetime) -> QuerySet[Round]:
    """Rounds in which one can vote now, with their places, the one that closes first at the top."""
    return Round.objects.filter(opens_at__lte=at, closes_at__gt=at).select_related("place").order_by("closes_at", "id")


def counted_rounds() -> QuerySet[Round]:
    """Counted rounds with place and result, the one that was counted last at the top."""
    return (
        Round.objects.filter(counted_at__isnull=False).select_related("place", "result").order_by("-counted_at", "-id")
    )


def options_of(round: Round) -> QuerySet[Option]:
    """The options in the order of the paper."""
    return round.options.order_by("number")


def vote_of(person: Person | None, round: Round) -> Roll | None:
    """The person's line on the roll, which says that they have voted and nothing of what they chose."""
    if person is None or not person.is_authenticated:
        return None
    return Roll.objects.filter(round=round, person=person).first()


def electorate(round: Round, at: datetime) -> int:
    """How many people may vote in the round at the instant: those attested to live within its place."""
    return Residency.objects.valid(at).within(round.place).values("person").distinct().count()


def votes_by_option(round: Round) -> dict[int, int]:
    """After the count: how many ballots name each option, by the option's id. Raises Refused(not_counted_yet)."""
    result = result_of(round)
    ids = dict(round.options.order_by("number").values_list("number", "pk"))
    return {ids[row["option"]]: row["votes"] for row in result.outcome["tally"]}


def result_of(round: Round) -> Result:
    """The published result. Raises Refused(not_counted_yet)."""
    result = Result.objects.filter(round=round).first()
    if result is None:
        raise Refused("not_counted_yet")
    return result
