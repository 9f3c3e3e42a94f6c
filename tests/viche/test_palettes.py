"""Whatever palette a place chooses, by day and by night, people can read its pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from viche import palettes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def source() -> dict[str, Any]:
    return json.loads((ROOT / "frontend" / "palettes.json").read_text())


def test_contrast_is_that_of_wcag() -> None:
    assert palettes.contrast("#000000", "#ffffff") == 21
    assert palettes.contrast("#1c6553", "#1c6553") == 1
    assert round(palettes.contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("text", ["green", "#fff", "1234567"])
def test_only_a_colour_of_six_digits_is_one(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is not a colour"):
        palettes.luminance(text)


def test_every_pair_in_use_can_be_read(source: dict[str, Any]) -> None:
    assert list(palettes.too_faint(source)) == []


def test_a_faint_pair_is_found_and_named(source: dict[str, Any]) -> None:
    source["palettes"]["river"]["dark"]["link"] = "#5a4b40"
    found = {(pair.palette, pair.scheme, pair.front) for pair in palettes.too_faint(source)}
    assert found == {("river", "dark", "link")}


def test_a_place_is_offered_the_palettes_that_exist(source: dict[str, Any]) -> None:
    assert [name for name, _ in palettes.CHOICES] == list(source["palettes"])


def test_the_shipped_stylesheet_carries_these_colours(source: dict[str, Any]) -> None:
    css = (ROOT / "static" / "viche" / "viche.css").read_text()
    for name, palette in source["palettes"].items():
        for scheme in ("light", "dark"):
            written = ";".join(f"--viche-{colour}:{value}" for colour, value in palette[scheme].items())
            assert written in css, f"{name} {scheme}: run npm run build in frontend/"


def test_the_stylesheet_fetches_nothing_and_borrows_no_crown() -> None:
    css = (ROOT / "static" / "viche" / "viche.css").read_text()
    for foreign in ("url(http", "@import", "@font-face", "GDS Transport", "crest", "crown"):
        assert foreign not in css
