"""The catalogues of the interface: complete, with the same placeholders, and compiled from what stands in them."""

from __future__ import annotations

import re

import polib
import pytest

from viche.cli import words

COMPLETE = ("bg", "lt", "uk")
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%?s|\{\w+\}|</?\w+[^>]*>")


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("locale", COMPLETE)
def test_every_string_is_translated_in_every_plural_form(locale):
    assert [entry.msgid for entry in words.missing(words.read(locale))] == []


@pytest.mark.parametrize("locale", COMPLETE)
def test_placeholders_survive_the_translation(locale):
    for entry in words.read(locale):
        wanted = set(PLACEHOLDER.findall(entry.msgid))
        assert [set(PLACEHOLDER.findall(text)) for text in said(entry)] == [wanted] * len(said(entry)), entry.msgid


@pytest.mark.parametrize("locale", COMPLETE)
def test_what_is_compiled_is_what_stands_in_the_catalogue(locale):
    compiled = {(e.msgctxt, e.msgid): said(e) for e in polib.mofile(str(words.path_of(locale, "mo")))}
    assert compiled == {(e.msgctxt, e.msgid): said(e) for e in words.read(locale)}


def test_no_string_in_the_source_is_missing_from_the_catalogues():
    asked = {(entry.msgctxt, entry.msgid) for entry in words.extract()}
    for locale in COMPLETE:
        assert {(entry.msgctxt, entry.msgid) for entry in words.read(locale)} == asked
