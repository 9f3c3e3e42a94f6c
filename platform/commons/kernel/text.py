"""Text that people type: normalised once, and refused where it carries what nobody can see."""

from __future__ import annotations

import unicodedata

from .verdicts import Refused

# Bidirectional embeddings, overrides and isolates: they show a text in another order than it is stored.
_REORDERING = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}


def line(value: str, *, field: str, limit: int, required: bool = True) -> str:
    """One line: NFC, runs of white space as one space, at most `limit` characters.

    Raises Refused (required, too_long, control_characters) naming the field.
    """
    return _checked(" ".join(value.split()), field=field, limit=limit, required=required)


def paragraphs(value: str, *, field: str, limit: int, required: bool = True) -> str:
    """Several lines: NFC, LF as line end, no white space around, at most `limit` characters.

    Raises Refused (required, too_long, control_characters) naming the field.
    """
    unified = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _checked(unified.strip(), field=field, limit=limit, required=required)


def storable(value: str) -> str:
    """The text without what the database cannot hold (NUL, lone surrogates); for drafts, which are never refused."""
    return "".join(c for c in value if c != "\0" and unicodedata.category(c) != "Cs")


def _checked(value: str, *, field: str, limit: int, required: bool) -> str:
    normal = unicodedata.normalize("NFC", value)
    if required and not normal:
        raise Refused("required", field=field)
    if len(normal) > limit:
        raise Refused("too_long", field=field, limit=limit)
    if any((unicodedata.category(c) in ("Cc", "Cs") and c != "\n") or c in _REORDERING for c in normal):
        raise Refused("control_characters", field=field)
    return normal
