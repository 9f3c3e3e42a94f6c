"""The colours a place may choose, and whether people can read them. Rule: WCAG 2.2, 1.4.3 and 1.4.11."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# The names that `Place.palette` may hold, for forms; the colours are in frontend/palettes.json.
CHOICES = [("viche", _("linden and honey")), ("river", _("river")), ("berry", _("viburnum")), ("amber", _("amber"))]


@dataclass(frozen=True)
class TooFaint:
    """A pair of colours whose contrast stays under what it needs."""

    palette: str
    scheme: str
    front: str
    back: str
    ratio: float
    needed: float


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 (black) to 1 (white), by WCAG's formula. ValueError for other text."""
    if len(colour) != 7 or not colour.startswith("#"):
        raise ValueError(f"{colour!r} is not a colour like #1c6553")
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_faint(source: dict[str, Any]) -> Iterator[TooFaint]:
    """Every pair of `source` (the content of palettes.json) that is harder to read than it may be.

    Raises KeyError when a palette lacks a colour that a pair names.
    """
    for name, palette in source["palettes"].items():
        for scheme in ("light", "dark"):
            colours = {**source[scheme], **palette[scheme]}
            for front, back, needed in source["pairs"]:
                ratio = contrast(colours[front], colours[back])
                if ratio < needed:
                    yield TooFaint(name, scheme, front, back, round(ratio, 2), needed)
