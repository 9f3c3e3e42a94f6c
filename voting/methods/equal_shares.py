"""The Method of Equal Shares (Peters, Pierczyński, Skowron: "Proportional participatory budgeting", NeurIPS 2021).

Every voter gets an equal share of the budget. An option can be bought if its supporters can pay for it together; each
pays the same, and who has less pays all they have. The option that costs its supporters least per unit of utility is
bought first. What is left over is used by raising every share by a fixed step until the next step would overspend
(as Świecie, Wieliczka and Assen did it).

Exactness: shares and payments are fractions. Looking for the last step that does not overspend may take thousands of
counts, so these run in floating point; whenever two options, or money and cost, come closer than 1e-9 of each other the
count is repeated in fractions. The published count and the one that shows the overspending are always in fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from .interface import BallotBox, OptionData, Outcome, Row, votes_per_option
from .ties import TieBreaker

# Relative distance below which floating point does not decide. Its own error here is some 1e-12.
CLOSE = 1e-9


class TooClose(Exception):  # noqa: N818 - not an error: the signal to count exactly
    """Two numbers are so near each other that only fractions can tell them apart."""


@dataclass
class Election:
    """The ballots arranged for counting: one row per distinct ballot, one list of rows per option."""

    options: list[OptionData]
    weights: list[int]
    supporters: dict[int, list[int]]
    voters: int
    utility: str
    tally: dict[int, int]
    # Supporters' rows and weights once more as arrays, for the floating-point search.
    arrays: dict[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    @classmethod
    def of(cls, rule: dict[str, Any], options: Sequence[OptionData], box: BallotBox) -> Election:
        tally = votes_per_option(options, box)
        wanted = max(1, rule["minimum_votes"])
        eligible = [o for o in options if 0 < o.cost <= rule["budget"] and tally[o.number] >= wanted]
        rows = sorted(box)
        supporters: dict[int, list[int]] = {option.number: [] for option in eligible}
        for index, selection in enumerate(rows):
            for number in selection:
                if number in supporters:
                    supporters[number].append(index)
        counted = sum(ballots for selection, ballots in box.items() if selection or rule["count_empty_ballots"])
        weights = [box[row] for row in rows]
        as_array = np.array(weights, dtype=float)
        arrays = {n: (np.array(s, dtype=np.intp), as_array[s]) for n, s in supporters.items()}
        return cls(eligible, weights, supporters, counted, rule["utility"], tally, arrays)

    def utility_of(self, option: OptionData) -> int:
        return option.cost if self.utility == "cost" else 1


def count(rule: dict[str, Any], options: Sequence[OptionData], box: BallotBox, *, seed: bytes) -> Outcome:
    """Count by the rule's switches: utility "cost" or "cardinality"; increment in minor units per voter, 0 for none."""
    election = Election.of(rule, options, box)
    budget, step = rule["budget"], rule["increment"]
    ties = TieBreaker(rule["ties"], tally=election.tally, seed=seed)
    if not election.options or not election.voters:
        return _outcome(rule, options, election, ties, [], [], [])
    raised = _last_step(election, ties, budget, step) if step else 0
    ties.met.clear()
    bought, rows = _exact(election, ties, _share(election, budget, step, raised), trace=True)
    after: list[Row] = []
    if step:
        after = _why_stopped(election, ties, budget, step, raised, bought)
    before = _sorted_out(rule, options, election)
    share = _share(election, budget, step, raised)
    before.append({"code": "shares", "voters": election.voters, "share": _text(share), "raised": raised})
    return _outcome(rule, options, election, ties, bought, before + rows, after)


def _share(election: Election, budget: int, step: int, raised: int) -> Fraction:
    return Fraction(budget, election.voters) + step * raised


def _last_step(election: Election, ties: TieBreaker, budget: int, step: int) -> int:
    """How many times the shares can be raised before the purchases would cost more than the budget.

    Not a binary search: Equal Shares is not monotone in the budget, the first overspending step is the one that counts.
    """
    raised = 0
    while True:
        bought = _quick(election, ties, _share(election, budget, step, raised + 1))
        if sum(option.cost for option in bought) > budget:
            return raised
        raised += 1
        if len(bought) == len(election.options):
            return raised


def _why_stopped(
    election: Election, ties: TieBreaker, budget: int, step: int, raised: int, bought: list[OptionData]
) -> list[Row]:
    """The exact proof that one more step overspends (or that nothing is left to buy)."""
    if len(bought) == len(election.options):
        return [{"code": "all_bought"}]
    met = list(ties.met)
    share = _share(election, budget, step, raised + 1)
    overspent, _ = _exact(election, ties, share, trace=False)
    ties.met[:] = met
    cost = sum(option.cost for option in overspent)
    return [{"code": "would_overspend", "share": _text(share), "cost": cost, "budget": budget}]


def _quick(election: Election, ties: TieBreaker, share: Fraction) -> list[OptionData]:
    try:
        return _float(election, float(share))
    except TooClose:
        met = list(ties.met)
        bought, _ = _exact(election, ties, share, trace=False)
        ties.met[:] = met
        return bought


def _float(election: Election, share: float) -> list[OptionData]:
    """The purchases at this share in floating point. Raises TooClose where it cannot be trusted."""
    money = np.full(len(election.weights), share)
    # A price never falls while money is spent, so an old price is a lower bound of the present one.
    bound = {option.number: 0.0 for option in election.options}
    waiting = list(election.options)
    bought: list[OptionData] = []
    while True:
        waiting.sort(key=lambda option: bound[option.number])
        best: OptionData | None = None
        best_rate, second_rate, best_payment = np.inf, np.inf, 0.0
        for option in list(waiting):
            if bound[option.number] > best_rate * (1 + CLOSE):
                # Sorted by bound: nobody further down can be cheaper, though the next may be just as close.
                second_rate = min(second_rate, bound[option.number])
                break
            payment = _float_payment(election, option, money)
            if payment is None:
                waiting.remove(option)
                continue
            rate = payment / election.utility_of(option)
            bound[option.number] = rate
            if rate < best_rate:
                best, second_rate, best_rate, best_payment = option, best_rate, rate, payment
            else:
                second_rate = min(second_rate, rate)
        if best is None:
            return bought
        if second_rate <= best_rate * (1 + CLOSE):
            raise TooClose
        rows, _ = election.arrays[best.number]
        money[rows] -= np.minimum(money[rows], best_payment)
        bought.append(best)
        waiting.remove(best)


def _float_payment(election: Election, option: OptionData, money: np.ndarray) -> float | None:
    """What each supporter who can pays at most, or None if all of them together cannot pay for the option."""
    rows, weights = election.arrays[option.number]
    purses = money[rows]
    total = float(purses @ weights)
    cost = float(option.cost)
    if abs(total - cost) <= CLOSE * cost:
        raise TooClose
    if total < cost:
        return None
    order = np.argsort(purses)
    purses, weights = purses[order], weights[order]
    paid_before = np.concatenate(([0.0], np.cumsum(purses * weights)[:-1]))
    payers = np.cumsum(weights[::-1])[::-1]
    payment = (cost - paid_before) / payers
    # The first purse that covers the equal payment of all the fuller ones.
    return float(payment[int(np.argmax(purses >= payment * (1 - 1e-15)))])


def _exact(election: Election, ties: TieBreaker, share: Fraction, *, trace: bool) -> tuple[list[OptionData], list[Row]]:
    """The purchases at this share in fractions, with a row per purchase and per option that could not be bought."""
    money = [share] * len(election.weights)
    bound = {option.number: Fraction(0) for option in election.options}
    waiting = list(election.options)
    bought: list[OptionData] = []
    rows: list[Row] = []
    while True:
        waiting.sort(key=lambda option: bound[option.number])
        best_rate: Fraction | None = None
        cheapest: list[OptionData] = []
        payments: dict[int, Fraction] = {}
        for option in list(waiting):
            if best_rate is not None and bound[option.number] > best_rate:
                break
            payment = _exact_payment(election, option, money)
            if payment is None:
                waiting.remove(option)
                if trace:
                    rows.append(_unaffordable(election, option, money))
                continue
            rate = payment / election.utility_of(option)
            bound[option.number], payments[option.number] = rate, payment
            if best_rate is None or rate < best_rate:
                best_rate, cheapest = rate, [option]
            elif rate == best_rate:
                cheapest.append(option)
        if not cheapest:
            return bought, rows
        chosen = ties.order(cheapest, step=len(bought) + 1)[0]
        payment = payments[chosen.number]
        for row in election.supporters[chosen.number]:
            money[row] -= min(money[row], payment)
        bought.append(chosen)
        waiting.remove(chosen)
        if trace:
            rows.append(
                {
                    "code": "bought",
                    "option": chosen.number,
                    "votes": election.tally[chosen.number],
                    "cost": chosen.cost,
                    "payment": _text(payment),
                    "effective_votes": _text(chosen.cost / payment),
                }
            )


def _exact_payment(election: Election, option: OptionData, money: list[Fraction]) -> Fraction | None:
    purses: dict[Fraction, int] = {}
    for row in election.supporters[option.number]:
        purses[money[row]] = purses.get(money[row], 0) + election.weights[row]
    missing, payers = Fraction(option.cost), sum(purses.values())
    for purse in sorted(purses):
        if purse * payers >= missing:
            return missing / payers
        missing -= purse * purses[purse]
        payers -= purses[purse]
    return None


def _unaffordable(election: Election, option: OptionData, money: list[Fraction]) -> Row:
    left = sum((money[row] * election.weights[row] for row in election.supporters[option.number]), Fraction(0))
    return {
        "code": "unaffordable",
        "option": option.number,
        "votes": election.tally[option.number],
        "cost": option.cost,
        "supporters_have": _text(left),
    }


def _sorted_out(rule: dict[str, Any], options: Sequence[OptionData], election: Election) -> list[Row]:
    """Options that take no part in the count, each with the reason."""
    taking_part = {option.number for option in election.options}
    rows: list[Row] = []
    for option in options:
        if option.number in taking_part:
            continue
        votes = election.tally[option.number]
        code = "below_minimum" if votes < max(1, rule["minimum_votes"]) else "cost_out_of_range"
        rows.append({"code": code, "option": option.number, "votes": votes, "cost": option.cost})
    return rows


def _outcome(
    rule: dict[str, Any],
    options: Sequence[OptionData],
    election: Election,
    ties: TieBreaker,
    bought: list[OptionData],
    rows: list[Row],
    after: list[Row],
) -> Outcome:
    spent = sum(option.cost for option in bought)
    return Outcome(
        method="equal-shares",
        winners=tuple(option.number for option in bought),
        tally=votes_per_option_of(options, election),
        voters=election.voters,
        spent=spent,
        left=rule["budget"] - spent,
        rounds=tuple(rows + after),
        ties=tuple(ties.met),
    )


def votes_per_option_of(options: Sequence[OptionData], election: Election) -> dict[int, int]:
    return {option.number: election.tally[option.number] for option in options}


def _text(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
