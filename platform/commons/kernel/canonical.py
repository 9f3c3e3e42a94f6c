"""Canonical JSON: the same data gives the same bytes everywhere, so that a hash over it means something.

UTF-8 in Unicode normal form C, keys sorted by code point, no spaces, no floats, fractions as "a/b". No Django here.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from fractions import Fraction
from typing import Any


def dumps(value: Any) -> bytes:
    """The canonical bytes of JSON-able data (dict with str keys, list, tuple, str, int, bool, None, Fraction).

    Raises TypeError for anything else, floats above all: two machines may print one float differently.
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """SHA-256 over the canonical bytes, in lower-case hex."""
    return hashlib.sha256(dumps(value)).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("only text can be a key in canonical JSON")
        return {unicodedata.normalize("NFC", key): _plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} has no canonical form")
