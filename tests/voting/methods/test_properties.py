"""What must hold for every box, however odd: neutral, anonymous, never over budget, money accounted for."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from voting.methods import count, equal_shares
from voting.methods.interface import OptionData, box_of
from voting.methods.ties import TieBreaker
from voting.rules import validate_rule

SEED = bytes(32)


@st.composite
def elections(draw):
    """Up to seven options and twenty ballots, with costs and a budget that often collide."""
    costs = draw(st.lists(st.integers(1, 12), min_size=1, max_size=7))
    options = [OptionData(n, f"option {n}", cost * 100) for n, cost in enumerate(costs, start=1)]
    ballot = st.sets(st.sampled_from([o.number for o in options])).map(lambda s: tuple(sorted(s)))
    ballots = draw(st.lists(ballot, min_size=1, max_size=20))
    return options, ballots, draw(st.integers(1, 30)) * 100


def rules(budget):
    yield validate_rule({"method": "greedy-budget", "budget": budget, "min_selections": 0})
    yield validate_rule({"method": "greedy-budget", "budget": budget, "misfit": "stop", "min_selections": 0})
    for utility in ("cost", "cardinality"):
        for increment in (0, 7, 100):
            rule = {"method": "equal-shares", "budget": budget, "utility": utility, "increment": increment}
            yield validate_rule(rule | {"min_selections": 0})


@given(elections())
@settings(max_examples=60, deadline=None)
def test_the_budget_is_never_exceeded_and_all_money_is_accounted_for(election):
    options, ballots, budget = election
    cost = {option.number: option.cost for option in options}
    for rule in rules(budget):
        outcome = count(rule, options, box_of(ballots), seed=SEED)
        assert outcome.spent == sum(cost[number] for number in outcome.winners)
        assert outcome.spent + outcome.left == budget
        assert outcome.left >= 0
        assert len(set(outcome.winners)) == len(outcome.winners)
        assert all(outcome.tally[number] > 0 for number in outcome.winners)


@given(elections(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_ballots_and_options_does_not_matter(election, chance):
    options, ballots, budget = election
    shuffled_options, shuffled_ballots = options[:], ballots[:]
    chance.shuffle(shuffled_options)
    chance.shuffle(shuffled_ballots)
    for rule in rules(budget):
        first = count(rule, options, box_of(ballots), seed=SEED)
        second = count(rule, shuffled_options, box_of(shuffled_ballots), seed=SEED)
        assert first.winners == second.winners
        assert first.tally == second.tally


@given(elections())
@settings(max_examples=60, deadline=None)
def test_floating_point_never_decides_differently_from_fractions(election):
    options, ballots, budget = election
    for utility in ("cost", "cardinality"):
        rule = validate_rule({"method": "equal-shares", "budget": budget, "utility": utility, "min_selections": 0})
        electorate = equal_shares.Election.of(rule, options, box_of(ballots))
        for raised in range(4):
            share = Fraction(budget, electorate.voters) + 100 * raised
            ties = TieBreaker(rule["ties"], tally=electorate.tally, seed=SEED)
            exact, _ = equal_shares._exact(electorate, ties, share, trace=False)
            try:
                quick = equal_shares._float(electorate, float(share))
            except equal_shares.TooClose:
                continue
            assert [o.number for o in quick] == [o.number for o in exact]


@given(elections(), st.data())
@settings(max_examples=40, deadline=None)
def test_more_votes_never_cost_a_greedily_funded_option_its_place(election, data):
    options, ballots, budget = election
    rule = validate_rule(
        {"method": "greedy-budget", "budget": budget, "min_selections": 0, "ties": ["published-order"]}
    )
    before = count(rule, options, box_of(ballots), seed=SEED)
    if not before.winners:
        return
    favourite = data.draw(st.sampled_from(before.winners))
    after = count(rule, options, box_of([*ballots, (favourite,)]), seed=SEED)
    assert favourite in after.winners
