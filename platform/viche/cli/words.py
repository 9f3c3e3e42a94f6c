"""`viche words`: the catalogues of the interface, brought up to date from the source and compiled.

Extraction is Django's own (`makemessages`), over a copy of our packages and templates, so that no half-written file
is left among the sources. Merging, sorting and compiling are polib's, so that the same words always give the same
bytes. Serbian is kept once, in Cyrillic; the Latin catalogue is made from it.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cyrtranslit
import django
import polib
from django.core.management import CommandError, call_command
from django.core.management.commands import makemessages

from viche.stack.site import ROOT

CATALOGUES = ROOT / "platform" / "viche" / "locale"
LOCALES = ("bg", "lt", "ru", "sr", "sr_Latn", "uk")
# Made by transliteration: locale -> (the locale it is made from, cyrtranslit's name of that language).
TRANSLITERATED = {"sr_Latn": ("sr", "sr")}
SOURCES = (
    "platform/commons",
    "platform/viche",
    "consultations",
    "ideas",
    "notifications",
    "voting",
    "templates",
)
NOT_SOURCES = ("__pycache__", "locale", "migrations", "tests")


class MissingGettext(Exception):  # noqa: N818 - a sentence for a person, not a fault
    """The programs of GNU gettext are not on this machine."""


class _Extraction(makemessages.Command):
    """Django's extraction, told about our mark for sentences that are translated later, and of no settings."""

    settings_available = False  # a cached property there; ours needs no LOCALE_PATHS
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=N_"]


def extract() -> polib.POFile:
    """Every string of ours that is marked for translation, as a catalogue without translations.

    Raises MissingGettext where xgettext or msguniq is not installed.
    """
    if not (shutil.which("xgettext") and shutil.which("msguniq")):
        raise MissingGettext("GNU gettext is needed to read the strings: on Debian, `apt-get install gettext`.")
    with tempfile.TemporaryDirectory() as folder:
        for source in SOURCES:
            shutil.copytree(ROOT / source, Path(folder) / source, ignore=shutil.ignore_patterns(*NOT_SOURCES))
        (Path(folder) / "locale").mkdir()
        with contextlib.chdir(folder):
            # No locale exists there yet: "all" extracts the strings and merges them into none.
            call_command(_Extraction(), all=True, keep_pot=True, add_location="file", verbosity=0)
        return polib.pofile(str(Path(folder) / "locale" / "django.pot"))


def path_of(locale: str, ending: str = "po") -> Path:
    """Where a catalogue lies; `ending` is "po" for the words, "mo" for what is compiled from them."""
    return CATALOGUES / locale / "LC_MESSAGES" / f"django.{ending}"


def read(locale: str) -> polib.POFile:
    """The catalogue of a locale, or an empty one if there is none yet."""
    path = path_of(locale)
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def updated(old: polib.POFile, template: polib.POFile, locale: str) -> polib.POFile:
    """The template with the translations of `old`: sorted, without strings that are no longer asked for."""
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=110)
    new.metadata = {
        "Project-Id-Version": "Viche",
        "Language": locale,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": plural_forms(locale),
    }
    for asked in sorted(template, key=lambda entry: (entry.msgid.casefold(), entry.msgid, entry.msgctxt or "")):
        entry = copy.copy(asked)
        entry.linenum = None
        entry.occurrences = sorted({(file, "") for file, _ in asked.occurrences})
        entry.flags = [flag for flag in asked.flags if flag != "fuzzy"]
        found = known.get((asked.msgctxt, asked.msgid, asked.msgid_plural))
        if asked.msgid_plural:
            empty = dict.fromkeys(range(count_of_forms(locale)), "")
            entry.msgstr_plural = empty | (dict(found.msgstr_plural) if found else {})
        elif found:
            entry.msgstr = found.msgstr
        if found:
            entry.tcomment = found.tcomment
        new.append(entry)
    return new


def transliterated(original: polib.POFile, language: str, locale: str) -> polib.POFile:
    """The same catalogue in Latin letters. Only Cyrillic letters change: placeholders, tags and addresses stay."""
    new = updated(original, original, locale)
    for entry in new:
        entry.msgstr = cyrtranslit.to_latin(entry.msgstr, language)
        for form, words in entry.msgstr_plural.items():
            entry.msgstr_plural[form] = cyrtranslit.to_latin(words, language)
    return new


def plural_forms(locale: str) -> str:
    """The rule of plurals that Django's own catalogue of this locale has.

    It has to be the same rule, letter for letter: Django keeps catalogues with different rules apart.
    """
    path = Path(django.__file__).parent / "conf" / "locale" / locale / "LC_MESSAGES" / "django.po"
    return str(polib.pofile(str(path)).metadata["Plural-Forms"])


def count_of_forms(locale: str) -> int:
    """How many plural forms a locale has."""
    found = re.match(r"nplurals=(\d+)", plural_forms(locale))
    if not found:
        raise ValueError(f"The rule of plurals of {locale} cannot be read.")
    return int(found[1])


def missing(catalogue: polib.POFile) -> Iterator[polib.POEntry]:
    """The entries of a catalogue without a translation, or without one of its plural forms."""
    for entry in catalogue:
        words = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        if not all(words):
            yield entry


def main(argv: Sequence[str] | None = None) -> int:
    """Bring every catalogue up to date and compile it. Returns 1 when strings are left to translate."""
    parser = argparse.ArgumentParser(prog="viche words", description="Bring the interface's catalogues up to date.")
    parser.add_argument("--compile", action="store_true", help="only compile what is translated; needs no gettext")
    arguments = parser.parse_args(argv)
    try:
        template = None if arguments.compile else extract()
    except (MissingGettext, CommandError) as reason:
        print(reason)
        return 1
    left = 0
    for locale in LOCALES:
        if locale in TRANSLITERATED:
            origin, language = TRANSLITERATED[locale]
            catalogue = transliterated(read(origin), language, locale)
        else:
            old = read(locale)
            catalogue = updated(old, template if template is not None else old, locale)
        path_of(locale).parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path_of(locale)))
        catalogue.save_as_mofile(str(path_of(locale, "mo")))
        open_entries = list(missing(catalogue))
        left += len(open_entries)
        print(f"{locale:<8} {len(catalogue)} strings, {len(open_entries)} to translate")
        for entry in open_entries[:10]:
            print(f"         {entry.msgid!r} ({', '.join(file for file, _ in entry.occurrences)})")
    return 1 if left else 0
