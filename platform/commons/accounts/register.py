"""A municipality's list of residents: read from CSV, kept only as keyed hashes.

Columns: `number` (of the document), `born` (birth date, ISO or day.month.year), `place` (address of the settlement in
Viche; empty for the municipality itself).
UTF-8 with or without BOM, Windows-1251 or Windows-1257; comma, semicolon or tab.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from commons.kernel.verdicts import Refused

MAX_BYTES = 40_000_000
SHOWN_LINES = 20
COLUMNS = ("number", "born", "place")
# Cyrillic letters that look like Latin ones stand on documents as either; both must give one hash.
LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЇ", "ABEKMHOPCTYXII")
DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})"),
)


@dataclass(frozen=True)
class Line:
    """A resident on the list: the hash, and the address of the place (empty: the municipality itself)."""

    fingerprint: bytes
    place: str


@dataclass(frozen=True)
class Broken:
    """A line that cannot be used: its number in the file, and a code."""

    line: int
    code: str


def normalised_number(number: str) -> str:
    """Capital letters and digits only, look-alike letters made one."""
    plain = unicodedata.normalize("NFKC", number).upper().translate(LOOKALIKES)
    return "".join(character for character in plain if character.isalnum())


def birth_date(text: str) -> date | None:
    """The date, or None if it is none."""
    for pattern in DATES:
        if found := pattern.fullmatch(text.strip()):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    return None


def fingerprint(number: str, born: date) -> bytes:
    """HMAC-SHA-256 under the register key: without the key nobody can test a guess against the table."""
    if not settings.REGISTER_KEY:
        raise RuntimeError("VICHE_REGISTER_KEY is not set: the register cannot be used without its key")
    content = f"{normalised_number(number)}|{born.isoformat()}".encode()
    return hmac.new(bytes.fromhex(settings.REGISTER_KEY), content, hashlib.sha256).digest()


def read(content: bytes, known_places: set[str]) -> tuple[list[Line], list[Broken]]:
    """All lines, and all that are broken (bad_number, bad_date, unknown_place, doubled, cells). Nothing is saved here.

    Raises Refused (register_unreadable) for a file that is no such list at all.
    """
    if len(content) > MAX_BYTES:
        raise Refused("register_unreadable", field="file", problem=f"more than {MAX_BYTES // 1_000_000} MB")
    text = _decoded(content)
    lines: list[Line] = []
    broken: list[Broken] = []
    seen: set[bytes] = set()
    for number, cells in _rows(text):
        outcome = _line(cells, known_places)
        if isinstance(outcome, str):
            broken.append(Broken(number, outcome))
        elif outcome.fingerprint in seen:
            broken.append(Broken(number, "doubled"))
        else:
            seen.add(outcome.fingerprint)
            lines.append(outcome)
    if not lines and not broken:
        raise Refused("register_unreadable", field="file", problem="there is no line in it")
    return lines, broken


def _line(cells: dict[str, str] | None, known_places: set[str]) -> Line | str:
    if cells is None:
        return "cells"
    if len(normalised_number(cells["number"])) < 4:
        return "bad_number"
    born = birth_date(cells["born"])
    if born is None or born.year < 1900:
        return "bad_date"
    if cells["place"] and cells["place"] not in known_places:
        return "unknown_place"
    return Line(fingerprint(cells["number"], born), cells["place"])


def _decoded(content: bytes) -> str:
    """UTF-8, else the Windows code page whose letters make words: Cyrillic 1251 or Baltic 1257."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused("register_unreadable", field="file", problem="save it as UTF-8, not UTF-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    for encoding in ("cp1251", "cp1257"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("register_unreadable", field="file", problem="its encoding is not known; save it as UTF-8")


def _rows(text: str) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Number and cells of every line below the header; None for a line with another number of cells."""
    if "\0" in text:
        raise Refused("register_unreadable", field="file", problem="it is not a text file")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [name.strip().lower() for name in next(reader, [])]
    if missing := [name for name in COLUMNS if name not in header]:
        raise Refused("register_unreadable", field="file", problem=f"the column {missing[0]} is missing")
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            cells = dict(zip(header, (c.strip() for c in row), strict=True)) if len(row) == len(header) else None
            yield reader.line_num, cells
    except csv.Error as error:
        raise Refused("register_unreadable", field="file", problem=f"line {reader.line_num}: {error}") from None
