"""How figures, money and instants are written for people: in the reader's language, in the place's zone."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_interval, format_time, format_timedelta, get_timezone_location
from babel.numbers import format_decimal, format_percent
from django import template
from django.template import Context
from django.urls import translate_url
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from commons.kernel import clock
from commons.kernel import money as amounts
from commons.kernel.languages import reader_locale

register = template.Library()
register.filter("decimals", amounts.decimals)
# `{{ option.cost|money:place.currency }}`
money = register.filter("money", amounts.written)

# A number that stands for each plural category of CLDR in the languages offered here.
PLURAL_EXAMPLES = {"one": 1, "few": 2, "many": 5, "other": 10}
UNITS: tuple[tuple[Literal["day", "hour", "minute"], int], ...] = (("day", 86_400), ("hour", 3_600), ("minute", 60))


# -- figures ----------------------------------------------------------------------------------------------------
@register.filter
def number(value: int) -> str:
    """A whole number with the digits grouped as the reader's language does."""
    return format_decimal(value, locale=reader_locale())


@register.filter
def percent(part: int, whole: int) -> str:
    """`part` of `whole` in whole percent, rounded down so that 99.6 % never reads as all; 0 % of nothing."""
    share = Fraction(part, whole) if whole else Fraction(0)
    return format_percent(Decimal(int(share * 100)) / 100, locale=reader_locale())


@register.filter
def share_of(part: int, whole: int) -> str:
    """`part` of `whole` as a length for SVG and <progress>: hundredths from 0 to 100, cut off at 100."""
    hundredths = int(Fraction(part, whole) * 10_000) if whole else 0
    return str(Decimal(max(0, min(hundredths, 10_000))) / 100)


# -- instants ---------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/instant_words.html", takes_context=True)
def instant(context: Context, at: datetime, zone: tzinfo | str, relative: bool = True) -> dict[str, Any]:
    """An instant with weekday, date, time and the zone's city, and "in 3 days" beside it unless relative=False.

    zone: a tzinfo or an IANA name, normally `place.zone`. "Now" is the context's `at` (else `now`, else the
    database's clock).
    """
    where = ZoneInfo(zone) if isinstance(zone, str) else zone
    local = at.astimezone(where)
    locale = reader_locale()
    return {
        "iso": local.isoformat(timespec="minutes"),
        "date": format_date(local, "full", locale=locale),
        "time": format_time(local, "short", tzinfo=where, locale=locale),
        "city": city_of(where, locale),
        "relative": from_now(at, _now(context)) if relative else "",
    }


@register.simple_tag(takes_context=True)
def relative_time(context: Context, at: datetime) -> str:
    """ "in 3 days", "2 hours ago": whole units, rounded towards now so that a deadline is never later than said."""
    return from_now(at, _now(context))


@register.filter
def day(at: datetime, zone: tzinfo | str) -> str:
    """The date of an instant in a zone, without weekday and time: for lists and tables."""
    where = ZoneInfo(zone) if isinstance(zone, str) else zone
    return format_date(at.astimezone(where), "long", locale=reader_locale())


@register.simple_tag
def days(opens_at: datetime, closes_at: datetime, zone: tzinfo | str) -> str:
    """The days from one instant to another in a zone, as short as the language allows: "23 Jan – 13 Feb 2026"."""
    where = ZoneInfo(zone) if isinstance(zone, str) else zone
    first, last = opens_at.astimezone(where).date(), closes_at.astimezone(where).date()
    return format_interval(first, last, "yMMMd", locale=reader_locale())


def city_of(zone: tzinfo, locale: Locale) -> str:
    """The city whose clock a zone follows, in the language of `locale`.

    CLDR keeps names under a zone's first name (Europe/Kiev), while Babel looks them up under its newest.
    """
    name = str(zone)
    aliases = get_global("zone_aliases")
    newest = aliases.get(name, name)
    for known in (name, newest, *(old for old, new in aliases.items() if new == newest)):
        if city := locale.time_zones.get(known, {}).get("city"):
            return city
    return get_timezone_location(zone, locale=locale, return_city=True)


def from_now(at: datetime, now: datetime) -> str:
    """The distance of `at` from `now` in words of the active language."""
    distance = at - now
    seconds = abs(int(distance.total_seconds()))
    for unit, length in UNITS:
        # From two days on people count days, from two hours on hours.
        if seconds >= 2 * length or (unit == "minute" and seconds >= length):
            whole = timedelta(seconds=seconds // length * length)
            signed = whole if distance > timedelta(0) else -whole
            # An unreachable threshold keeps the unit chosen here.
            return format_timedelta(signed, granularity=unit, threshold=1e9, add_direction=True, locale=reader_locale())
    return _("now")


def _now(context: Context) -> datetime:
    found = context.get("at") or context.get("now")
    return found if isinstance(found, datetime) else clock.now()


# -- links ------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def in_language(context: Context, code: str) -> str:
    """The address of this page in another language."""
    path = context["request"].get_full_path()
    prefix = f"/{get_language()}/"
    # No address of ours is itself translated, so the first part is all that differs; to resolve and reverse the
    # address seven times took half of a page's time.
    return f"/{code}/{path.removeprefix(prefix)}" if path.startswith(prefix) else translate_url(path, code)


# -- what the form templates ask -----------------------------------------------------------------------------------
@register.filter
def has(attributes: dict[str, Any], name: str) -> bool:
    """Whether an HTML attribute is set; its name may carry a dash, which a template's dot cannot."""
    return name in attributes


@register.simple_tag
def character_count_words() -> SafeString:
    """What the character counter says, in each plural form of the active language, as data attributes."""
    left = {
        form: ngettext("%(n)s character left", "%(n)s characters left", example)
        for form, example in PLURAL_EXAMPLES.items()
    }
    over = {
        form: ngettext("%(n)s character too many", "%(n)s characters too many", example)
        for form, example in PLURAL_EXAMPLES.items()
    }
    words = [(f"characters-under-limit.{form}", text % {"n": "%{count}"}) for form, text in left.items()]
    words += [(f"characters-over-limit.{form}", text % {"n": "%{count}"}) for form, text in over.items()]
    words.append(("characters-at-limit", _("No characters left")))
    return format_html_join("", ' data-i18n.{}="{}"', words)
