"""Figures, money and instants as a reader in each language sees them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from viche.templatetags import viche_format

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def spaced(text: str) -> str:
    """The text with every kind of space made a plain one."""
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("language", "minor", "currency", "written"),
    [
        ("uk", 4_800_000, "UAH", "48 000 ₴"),
        ("uk", 12_650_050, "UAH", "126 500,50 ₴"),
        ("lt", 100, "EUR", "1 €"),
        ("bg", 123_456, "EUR", "1 234,56 €"),
        ("sr", 2_000_000, "RSD", "20.000 RSD"),
        ("sr-latn", 2_000_000, "RSD", "20.000 RSD"),
        ("en", 500_000, "EUR", "€5,000"),
        ("en", 500_000, "RSD", "RSD 5,000"),
        ("en", 5_000, "JPY", "JP¥5,000"),
    ],
)
def test_money_reads_as_at_home(language: str, minor: int, currency: str, written: str) -> None:
    with translation.override(language):
        assert spaced(viche_format.money(minor, currency)) == written


def test_a_currency_without_a_symbol_is_named_by_its_code() -> None:
    with translation.override("uk"):
        assert spaced(viche_format.money(12_345, "XTS")) == "123,45 XTS"


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_percent_says_all_only_when_it_is_all(part: int, whole: int) -> None:
    with translation.override("en"):
        said = int(viche_format.percent(part, whole).rstrip("%").replace(",", ""))
    assert said == part * 100 // whole


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_bar_stays_inside_its_frame(part: int, whole: int) -> None:
    assert 0 <= float(viche_format.share_of(part, whole)) <= 100


@pytest.mark.parametrize(
    ("language", "distance", "words"),
    [
        ("en", timedelta(days=3, hours=23), "in 3 days"),
        ("en", timedelta(hours=47), "in 47 hours"),
        ("en", timedelta(minutes=119), "in 119 minutes"),
        ("en", timedelta(seconds=30), "now"),
        ("en", timedelta(days=-45), "45 days ago"),
        ("uk", timedelta(days=3), "через 3 дні"),
        ("uk", timedelta(days=5), "через 5 днів"),
        ("lt", timedelta(days=21), "po 21 dienos"),
        ("sr", timedelta(days=2), "за 2 дана"),
        ("sr-latn", timedelta(days=2), "za 2 dana"),
    ],
)
def test_a_distance_is_said_in_whole_units_never_later_than_true(
    language: str, distance: timedelta, words: str
) -> None:
    with translation.override(language):
        assert viche_format.from_now(NOW + distance, NOW) == words


def drawn(source: str, **context: object) -> str:
    return spaced(Template("{% load viche_format %}" + source).render(Context(context)))


def test_an_instant_names_weekday_date_time_city_and_distance() -> None:
    closes = NOW + timedelta(days=3, hours=2)
    with translation.override("uk"):
        shown = drawn("{% instant closes 'Europe/Kyiv' %}", closes=closes, at=NOW)
    assert 'datetime="2026-03-13T13:00+02:00"' in shown
    assert "пʼятниця, 13 березня 2026 р., 13:00" in shown.replace("\u2019", "\u02bc")
    assert "(Київ)" in shown
    assert "через 3 дні" in shown


def test_an_instant_follows_summer_time() -> None:
    after_the_change = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    with translation.override("lt"):
        shown = drawn("{% instant it 'Europe/Vilnius' False %}", it=after_the_change, at=NOW)
    assert 'datetime="2026-03-29T04:00+03:00"' in shown
    assert "2026 m. kovo 29 d., sekmadienis, 04:00" in shown
    assert "relative" not in shown


def test_days_are_those_of_the_zone() -> None:
    late_evening = datetime(2026, 1, 22, 22, 30, tzinfo=UTC)
    with translation.override("en"):
        assert spaced(viche_format.days(late_evening, NOW, "Europe/Kyiv")) == "23 Jan – 10 Mar 2026"


@pytest.mark.parametrize(("language", "one", "few", "many"), [("en", "character", "characters", "characters")])
def test_the_character_counter_has_every_plural_form(language: str, one: str, few: str, many: str) -> None:
    with translation.override(language):
        attributes = viche_format.character_count_words()
    assert f'data-i18n.characters-under-limit.one="%{{count}} {one} left"' in attributes
    assert f'data-i18n.characters-under-limit.few="%{{count}} {few} left"' in attributes
    assert f'data-i18n.characters-over-limit.many="%{{count}} {many} too many"' in attributes
