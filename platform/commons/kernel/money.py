"""Amounts of money: as people type them, in minor units (kopiykas, cents), and as people read them; never a float."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency
from django.utils.translation import get_language

from .languages import locale_of
from .verdicts import Refused

# ISO 4217: decimal places of currencies that do not have two.
_DECIMALS = {"ISK": 0, "JPY": 0, "KRW": 0, "CLP": 0, "BHD": 3, "KWD": 3, "TND": 3}
_AMOUNT = re.compile(r"(?P<whole>[0-9]{1,3}(?:[ \u00a0\u202f'][0-9]{3}){1,4}|[0-9]{1,15})(?:[.,](?P<part>[0-9]{1,3}))?")


def decimals(currency: str) -> int:
    """How many decimal places the currency has (ISO 4217); two for one that is not known."""
    return _DECIMALS.get(currency, 2)


def minor_units(typed: str, currency: str, *, field: str = "") -> int:
    """ "25 000,50" in UAH is 2500050. Raises Refused (amount_malformed): "25.000" could mean two amounts."""
    places = decimals(currency)
    found = _AMOUNT.fullmatch(typed.strip())
    if not found:
        raise Refused("amount_malformed", field=field)
    part = found["part"] or ""
    if len(part) > places:
        raise Refused("amount_malformed", field=field)
    whole = re.sub(r"\D", "", found["whole"])
    return int(whole + part.ljust(places, "0"))


def as_typed(amount: int, currency: str) -> str:
    """The amount as one would type it again: 2500050 in UAH is "25000.50"."""
    places = decimals(currency)
    whole, part = divmod(amount, 10**places)
    return f"{whole}.{part:0{places}d}" if places and part else str(whole)


def written(minor: int, currency: str) -> str:
    """An amount in minor units as money in the reader's language; decimals are shown only when there are any.

    The number of decimals is ISO 4217's, not CLDR's (which knows no para). A currency without a symbol in the reader's
    language is named by its code.
    """
    return _written(minor, currency, get_language() or "en")


@lru_cache(maxsize=4096)
def _written(minor: int, currency: str, language: str) -> str:
    # A list shows the same amounts again and again; CLDR's patterns are slow to fill.
    locale, digits = locale_of(language), decimals(currency)
    amount = Decimal(minor).scaleb(-digits)
    shown = digits if amount != amount.to_integral_value() else 0
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * shown}" if shown else "0")
    text = format_currency(amount, currency, format=pattern, locale=locale, currency_digits=False)
    # CLDR parts a code of letters from the figure; Babel leaves that to us.
    return re.sub(r"(?<=[A-Za-z])(?=[\d-])", "\u00a0", text)
