"""The greedy budget, as Polish cities use it: most votes first, as long as the money lasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .approval import by_votes
from .interface import BallotBox, OptionData, Outcome, Row, votes_per_option
from .ties import TieBreaker


def count(rule: dict[str, Any], options: Sequence[OptionData], box: BallotBox, *, seed: bytes) -> Outcome:
    """Fund options in the order of their votes while they fit into the budget.

    `misfit` says what happens to one that does not fit: "skip" goes on to the next (most cities), "stop" ends there
    (Wrocław, Gdynia). `minimum_votes` sorts out the weakly supported; of an exclusive group only the first is funded.
    """
    tally = votes_per_option(options, box)
    ties = TieBreaker(rule["ties"], tally=tally, seed=seed)
    rivals = {number: set(group) - {number} for group in rule["exclusive_groups"] for number in group}
    left = rule["budget"]
    winners: list[int] = []
    rounds: list[Row] = []
    for option in by_votes(options, tally, ties):
        row: Row = {"option": option.number, "votes": tally[option.number], "cost": option.cost, "left": left}
        if tally[option.number] < max(1, rule["minimum_votes"]):
            row["code"] = "below_minimum"
        elif rivals.get(option.number, set()) & set(winners):
            row["code"] = "rival_funded"
        elif option.cost > left:
            row["code"] = "does_not_fit"
        else:
            winners.append(option.number)
            left -= option.cost
            row |= {"code": "funded", "left": left}
        rounds.append(row)
        if row["code"] == "does_not_fit" and rule["misfit"] == "stop":
            rounds.append({"code": "stopped", "left": left})
            break
    return Outcome(
        method="greedy-budget",
        winners=tuple(winners),
        tally=tally,
        voters=sum(box.values()),
        spent=rule["budget"] - left,
        left=left,
        rounds=tuple(rounds),
        ties=tuple(ties.met),
    )
