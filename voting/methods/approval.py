"""Approval voting: the options named on most ballots win."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from .interface import BallotBox, OptionData, Outcome, Row, votes_per_option
from .ties import TieBreaker


def by_votes(options: Sequence[OptionData], tally: dict[int, int], ties: TieBreaker) -> list[OptionData]:
    """All options, most votes first; equal ones in the order of the tie chain."""
    ranked: list[OptionData] = []
    descending = sorted(options, key=lambda option: -tally[option.number])
    for _, equal in groupby(descending, key=lambda option: tally[option.number]):
        ranked += ties.order(list(equal), step=len(ranked) + 1)
    return ranked


def count(rule: dict[str, Any], options: Sequence[OptionData], box: BallotBox, *, seed: bytes) -> Outcome:
    """The first `winners` options by votes; an option without a vote never wins."""
    tally = votes_per_option(options, box)
    ties = TieBreaker(rule["ties"], tally=tally, seed=seed)
    rounds: list[Row] = []
    winners: list[int] = []
    for option in by_votes(options, tally, ties):
        votes = tally[option.number]
        wins = len(winners) < rule["winners"] and votes >= max(1, rule["minimum_votes"])
        rounds.append({"code": "elected" if wins else "not_elected", "option": option.number, "votes": votes})
        if wins:
            winners.append(option.number)
    return Outcome(
        method="approval",
        winners=tuple(winners),
        tally=tally,
        voters=sum(box.values()),
        spent=0,
        left=0,
        rounds=tuple(rounds),
        ties=tuple(ties.met),
    )
