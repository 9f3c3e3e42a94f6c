"""Text, instants and amounts as people type them."""

import contextlib
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commons.kernel import instants, money, text
from commons.kernel.verdicts import Refused

KYIV = ZoneInfo("Europe/Kyiv")


def test_a_local_time_is_one_instant():
    assert instants.local("2026-07-01", "18:00", KYIV) == datetime(2026, 7, 1, 15, tzinfo=UTC)
    assert instants.local("2026-12-01", "18:00", KYIV) == datetime(2026, 12, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "code"),
    [
        ("2026-03-29", "03:30", "instant_does_not_exist"),
        ("2026-10-25", "03:30", "instant_ambiguous"),
        ("2026-02-30", "10:00", "instant_malformed"),
        ("tomorrow", "10:00", "instant_malformed"),
        ("2026-05-17", "", "instant_malformed"),
        ("0001-01-01", "00:00", "instant_malformed"),
    ],
)
def test_a_time_that_is_none_or_two_is_refused(day, clock, code):
    with pytest.raises(Refused) as refused:
        instants.local(day, clock, KYIV, field="closes")
    assert (refused.value.code, refused.value.field) == (code, "closes")


naive_times = st.tuples(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.times())


@given(naive_times, st.sampled_from(["Europe/Kyiv", "Europe/Vilnius"]))
def test_an_instant_that_is_accepted_shows_as_it_was_typed(typed, name):
    zone = ZoneInfo(name)
    with contextlib.suppress(Refused):  # skipped or repeated by the clocks
        local = instants.local(*typed, zone).astimezone(zone)
        assert (local.date(), local.time()) == typed


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("25000", 2_500_000),
        ("25 000,50", 2_500_050),
        ("25\u00a0000.5", 2_500_050),
        ("0", 0),
        ("1'234'567", 123_456_700),
    ],
)
def test_an_amount_is_read_to_the_last_minor_unit(typed, minor):
    assert money.minor_units(typed, "UAH") == minor


@pytest.mark.parametrize(
    "typed", ["", "-5", "1e6", "25.000", "1,2,3", "12 34", "\u0662\u0665", "25 UAH", "9" * 16, "0.001", "\u221e"]
)
def test_an_amount_that_could_mean_two_things_is_refused(typed):
    with pytest.raises(Refused, match="amount_malformed"):
        money.minor_units(typed, "UAH")


@given(st.integers(0, 10**15 - 1), st.sampled_from(["UAH", "EUR", "JPY", "KWD"]))
def test_an_amount_typed_again_is_the_same(minor, currency):
    assert money.minor_units(money.as_typed(minor, currency), currency) == minor


@given(st.text())
def test_a_text_that_is_accepted_is_stored_as_it_is_and_accepted_again(typed):
    try:
        kept = text.paragraphs(typed, field="text", limit=1_000)
    except Refused:
        return
    assert text.paragraphs(kept, field="text", limit=1_000) == kept
    assert text.storable(kept) == kept
    assert kept.encode().decode() == kept


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\x7f", "\x85", "\ud800", "\u202e", "\u2066"])
def test_what_nobody_can_see_is_refused(hidden):
    with pytest.raises(Refused, match="control_characters"):
        text.paragraphs(f"a{hidden}b", field="text", limit=10)
