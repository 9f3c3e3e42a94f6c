"""Where a consultation stands follows from its instants alone, whatever they are."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consultations import timeline
from consultations.timeline import COMING, DONE, OPEN, PhasePlan

START = datetime(2026, 10, 24, tzinfo=UTC)
SECONDS = 4_000_000


@st.composite
def schedules(draw):
    """Some of the four phases, in order, with gaps or without."""
    kinds = [kind for kind in timeline.ORDER if draw(st.booleans())]
    edges = sorted(draw(st.lists(st.integers(0, SECONDS), min_size=2 * len(kinds), max_size=2 * len(kinds))))
    instants = [START + timedelta(seconds=edge + index) for index, edge in enumerate(edges)]
    return [
        PhasePlan(kind=kind, opens_at=instants[2 * index], closes_at=instants[2 * index + 1])
        for index, kind in enumerate(kinds)
    ]


moments = st.integers(-10, SECONDS + 20).map(lambda seconds: START + timedelta(seconds=seconds))


@given(schedules(), moments)
def test_at_most_one_phase_is_open_and_the_next_is_the_nearest_to_come(phases, at):
    states = [timeline.state(phase, at) for phase in phases]
    assert states.count(OPEN) <= 1
    # Done, then at most one open, then to come: never another order.
    assert states == sorted(states, key=(DONE, OPEN, COMING).index)
    standing = timeline.standing(phases, at)
    assert standing.now == next((phase for phase in phases if phase.opens_at <= at < phase.closes_at), None)
    assert standing.next == next((phase for phase in phases if phase.opens_at > at), None)
    assert standing.over == (bool(phases) and all(phase.closes_at <= at for phase in phases))


@given(schedules(), st.lists(moments, min_size=2, max_size=10))
def test_time_leads_forward_only(phases, instants):
    order = (COMING, OPEN, DONE)
    for phase in phases:
        walked = [order.index(timeline.state(phase, at)) for at in sorted(instants)]
        assert walked == sorted(walked)


@given(schedules())
def test_an_edge_belongs_to_the_phase_that_begins_there(phases):
    for phase in phases:
        assert timeline.state(phase, phase.opens_at) == OPEN
        assert timeline.state(phase, phase.closes_at) == DONE


@given(schedules(), st.randoms(use_true_random=False))
def test_what_follows_in_order_does_not_overlap_and_a_swap_does(phases, chance):
    shuffled = list(phases)
    chance.shuffle(shuffled)
    assert timeline.overlap(shuffled) == ""
    assert timeline.in_order(shuffled) == phases
    if len(phases) > 1:
        first, second = phases[:2]
        swapped = [
            PhasePlan(kind=second.kind, opens_at=first.opens_at, closes_at=first.closes_at),
            PhasePlan(kind=first.kind, opens_at=second.opens_at, closes_at=second.closes_at),
        ]
        assert timeline.overlap(swapped) == second.kind
