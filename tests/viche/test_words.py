"""The catalogues of the interface: complete, with the same placeholders, and compiled from what stands in them."""

from __future__ import annotations

import re

import polib
import pytest

from viche.cli import words

COMPLETE = ("bg", "lt", "ru", "sr", "sr_Latn", "uk")
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


# Names, formats and what a computer reads; they stay as they are in every script.
LATIN = {"viche", "csv", "uah", "uk", "json", "number", "born", "place", "templates", "components", "join", "pong"}
LATIN |= {"since", "topic", "topics", "openapi", "wcag", "aa", "cookie"}
LATIN |= {"the", "recount", "agrees", "gnu", "affero", "general", "public", "license"}


def letters_of(text: str, script: str) -> set[str]:
    """The words in that script, lower case, without placeholders and tags."""
    return {word.lower() for word in re.findall(rf"{script}+", PLACEHOLDER.sub(" ", text))}


@pytest.mark.parametrize("locale", ["bg", "ru", "sr", "uk"])
def test_cyrillic_languages_are_written_in_cyrillic(locale):
    mixed = {
        word for entry in words.read(locale) for text in said(entry) for word in letters_of(text, "[A-Za-zČčĆćŠšŽžĐđ]")
    }
    assert mixed <= LATIN


@pytest.mark.parametrize("locale", ["lt", "sr_Latn"])
def test_latin_languages_are_written_in_latin(locale):
    mixed = {word for entry in words.read(locale) for text in said(entry) for word in letters_of(text, "[Ѐ-ӿ]")}
    assert mixed == set()
