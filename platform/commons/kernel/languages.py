"""The reader's language as CLDR knows it."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

# Where CLDR's name for a language differs from Django's; English is the one of Europe (day before month).
CLDR_NAMES = {"en": "en_GB", "sr": "sr_Cyrl", "sr-latn": "sr_Latn"}


def reader_locale() -> Locale:
    """The CLDR locale of the active language."""
    return locale_of(get_language() or "en")


@lru_cache
def locale_of(language: str) -> Locale:
    """The CLDR locale of one of our languages."""
    return Locale.parse(CLDR_NAMES.get(language, language), sep="_")
