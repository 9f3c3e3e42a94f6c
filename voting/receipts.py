"""The short code a voter keeps: it proves that their envelope is in the box, not what is in it."""

from __future__ import annotations

import secrets

# Crockford's base 32: no I, L, O or U, so that a code survives a telephone and a handwritten note.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011", "- ")
_LENGTH, _GROUP = 12, 4


def new() -> str:
    """A random receipt such as "7K3M-9QXZ-2B4D": 55 bits of chance and a check character."""
    digits = [secrets.randbelow(32) for _ in range(_LENGTH - 1)]
    return _written([*digits, _check(digits)])


def read(typed: str) -> str | None:
    """The receipt as it is written in the bundle, from what somebody typed; None if it cannot be one.

    Case, blanks and dashes do not matter and O, I, L are taken for 0, 1, 1. The check character finds every
    single wrong character and every two neighbours that were swapped.
    """
    characters = typed.upper().translate(_MISREAD)
    if len(characters) != _LENGTH or any(character not in ALPHABET for character in characters):
        return None
    digits = [ALPHABET.index(character) for character in characters]
    return _written(digits) if _check(digits[:-1]) == digits[-1] else None


def _check(digits: list[int]) -> int:
    # A polynomial over GF(32), modulus x^5 + x^2 + 1, evaluated at x: each place has a weight of its own.
    total = 0
    for digit in digits:
        total = _times_x(total ^ digit)
    return total


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def _written(digits: list[int]) -> str:
    text = "".join(ALPHABET[digit] for digit in digits)
    return "-".join(text[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))
