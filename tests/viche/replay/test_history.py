"""The history checker must find every way in which a count can be wrong."""

from __future__ import annotations

import pytest

from viche.replay.history import OK, REFUSED, UNKNOWN, History, Submit

HONEST = [
    Submit(0, (1, 2), OK, "A"),
    Submit(1, (1,), OK, "B"),
    Submit(1, (2,), OK, "B"),  # changed their mind
    Submit(2, (3,), UNKNOWN),  # the line broke ...
    Submit(2, (3,), OK, "C"),  # ... and the repetition got the receipt
    Submit(3, (3,), REFUSED),  # too late
]
BOX, RECEIPTS = [(1, 2), (2,), (3,)], ["A", "B", "C"]


def test_an_honest_count_has_no_differences():
    assert History(list(HONEST)).differences(BOX, RECEIPTS) == []


@pytest.mark.parametrize(
    ("box", "receipts"),
    [
        pytest.param([(1, 2), (2,)], ["A", "B"], id="a vote lost"),
        pytest.param([*BOX, (3,)], [*RECEIPTS, "D"], id="a refused vote counted"),
        pytest.param([*BOX, (2,)], [*RECEIPTS, "B"], id="a vote counted twice"),
        pytest.param([(1, 2), (1,), (3,)], RECEIPTS, id="the first choice counted instead of the last"),
        pytest.param([(1,), (2,), (3,)], RECEIPTS, id="a ballot changed"),
        pytest.param(BOX, ["A", "B", "X"], id="a receipt exchanged"),
    ],
)
def test_a_wrong_count_is_found_out(box, receipts):
    assert History(list(HONEST)).differences(box, receipts) != []


def test_a_vote_whose_fate_nobody_knows_is_a_fault():
    history = History([*HONEST, Submit(4, (1,), UNKNOWN)])
    assert history.differences(BOX, RECEIPTS) == ["voter 4: the fate of the vote was never learnt"]


def test_two_receipts_for_one_voter_are_a_fault():
    history = History([*HONEST, Submit(0, (1, 2), OK, "Z")])
    assert "voter 0 holds 2 receipts" in history.differences(BOX, [*RECEIPTS, "Z"])
