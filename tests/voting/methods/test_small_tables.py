"""Elections small enough to be counted by hand."""

from __future__ import annotations

from voting.methods import count
from voting.methods.interface import OptionData, box_of
from voting.methods.ties import lot
from voting.rules import validate_rule

SEED = bytes(32)
WELL, BUS, ROOF = OptionData(1, "well", 600), OptionData(2, "bus stop", 500), OptionData(3, "roof", 400)


def greedy(box, **switches):
    rule = validate_rule({"method": "greedy-budget", "budget": 1_000, **switches})
    return count(rule, [WELL, BUS, ROOF], box_of(box), seed=SEED)


def test_greedy_skips_what_does_not_fit():
    outcome = greedy([(1,), (1,), (1, 2), (2,), (2, 3), (1,)])
    assert outcome.tally == {1: 4, 2: 3, 3: 1}
    assert outcome.winners == (1, 3)
    assert [row["code"] for row in outcome.rounds] == ["funded", "does_not_fit", "funded"]
    assert (outcome.spent, outcome.left) == (1_000, 0)


def test_greedy_can_stop_at_the_first_misfit():
    outcome = greedy([(1,), (1,), (1, 2), (2,), (2, 3), (1,)], misfit="stop")
    assert outcome.winners == (1,)
    assert outcome.rounds[-1] == {"code": "stopped", "left": 400}


def test_of_rivals_only_the_stronger_is_funded():
    outcome = greedy([(2,), (2,), (3,), (1,)], exclusive_groups=[[2, 3]])
    assert 3 not in outcome.winners
    assert {"code": "rival_funded", "option": 3, "votes": 1, "cost": 400, "left": 500} in outcome.rounds


def test_too_few_votes_take_no_part():
    assert greedy([(1,), (2,), (2,)], minimum_votes=2).winners == (2,)


def test_a_tie_is_decided_by_the_chain_and_recorded():
    outcome = greedy([(1,), (2,)], ties=["cost", "lot"])
    assert outcome.winners == (2,)
    assert outcome.ties[0] == {"step": 1, "options": [1, 2], "order": [2, 1], "decided_by": "cost"}


def test_a_lot_can_be_redone_by_anyone():
    outcome = greedy([(1,), (2,)], ties=["lot"])
    first = min((1, 2), key=lambda number: lot(SEED, number))
    assert outcome.winners[0] == first
    assert outcome.ties[0]["decided_by"] == "lot"


def test_equal_shares_leaves_no_half_of_the_town_without_anything():
    """Six of ten voters like A1 and A2, four like B. Greedy spends all on the six; Equal Shares does not."""
    options = [OptionData(1, "A1", 500), OptionData(2, "A2", 500), OptionData(3, "B", 400)]
    box = box_of([(1, 2)] * 6 + [(3,)] * 4)
    rule = validate_rule({"method": "equal-shares", "budget": 1_000, "increment": 0})
    outcome = count(rule, options, box, seed=SEED)
    first = min((1, 2), key=lambda number: lot(SEED, number))
    assert outcome.winners == (first, 3)
    greedy_rule = validate_rule({"method": "greedy-budget", "budget": 1_000})
    assert set(count(greedy_rule, options, box, seed=SEED).winners) == {1, 2}


def test_equal_shares_counts_payments_exactly():
    """Three voters with 100 each; an option of 200 for two of them, then one of 90 for the third and a poorer one."""
    options = [OptionData(1, "bench", 180), OptionData(2, "lamp", 110)]
    box = box_of([(1, 2), (1,), (2,)])
    rule = validate_rule({"method": "equal-shares", "budget": 300, "increment": 0, "utility": "cardinality"})
    outcome = count(rule, options, box, seed=SEED)
    # The lamp costs its two voters 55 each and comes first; the bench needs 180, its voters have 45 + 100.
    assert outcome.winners == (2,)
    assert outcome.rounds[-1]["supporters_have"] == "145/1"
    assert outcome.rounds[-2]["payment"] == "55/1"


def test_approval_elects_as_many_as_the_rule_says():
    rule = validate_rule({"method": "approval", "winners": 2})
    outcome = count(rule, [WELL, BUS, ROOF], box_of([(1,), (1, 3), (3,), (1,), (2,)]), seed=SEED)
    assert outcome.winners == (1, 3)
    assert outcome.tally == {1: 3, 2: 1, 3: 2}


def test_an_empty_box_has_no_winners():
    for method in ("greedy-budget", "equal-shares"):
        rule = validate_rule({"method": method, "budget": 1_000})
        outcome = count(rule, [WELL, BUS, ROOF], {}, seed=SEED)
        assert outcome.winners == ()
        assert outcome.left == 1_000
