"""Reads and writes Pabulib's .pb files (format: Faliszewski et al., "Participatory Budgeting: Data, Tools and
Analysis", IJCAI 2023): META, PROJECTS and VOTES, each a semicolon-separated table with a header.

A file is read whole or refused with the number of the broken line; nothing is half-read.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

MAX_BYTES = 400_000_000
CENTS = 100


class PabulibError(ValueError):
    """A line that cannot be read: its number (from 1; 0 for the file as a whole) and the reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Project:
    """A project as the file has it. cost is in minor units; selected is 1 for funded by the city, None if unknown."""

    id: str
    title: str
    cost: int
    selected: int | None


@dataclass(frozen=True)
class Vote:
    """A ballot: the voter's id in the file and the projects named, in the file's order."""

    voter: str
    projects: tuple[str, ...]


@dataclass(frozen=True)
class PabulibFile:
    meta: dict[str, str]
    projects: tuple[Project, ...]
    votes: tuple[Vote, ...]

    @property
    def budget(self) -> int:
        """In minor units."""
        return _money(self.meta["budget"], 0)

    @property
    def winners(self) -> frozenset[str]:
        """Ids of the projects that the city announced as funded (selected = 1)."""
        return frozenset(project.id for project in self.projects if project.selected == 1)


def read(path: str | Path) -> PabulibFile:
    """Read a .pb or .pb.gz file. Raises PabulibError."""
    return parse(_text(Path(path)))


def _text(path: Path) -> str:
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as stream:
                raw = stream.read(MAX_BYTES + 1)
        else:
            raw = path.read_bytes()
    except (OSError, EOFError) as error:
        raise PabulibError(0, f"the file cannot be read: {error}") from None
    if len(raw) > MAX_BYTES:
        raise PabulibError(0, f"the file is larger than {MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PabulibError(line, "the file is not in UTF-8") from None


def parse(text: str) -> PabulibFile:
    """Read the text of a .pb file. Raises PabulibError."""
    sections = _sections(text)
    meta = _meta(sections["META"])
    projects = _projects(sections["PROJECTS"])
    votes = _votes(sections["VOTES"], {project.id for project in projects})
    if not projects:
        raise PabulibError(sections["PROJECTS"][0][0], "there is no project")
    return PabulibFile(meta, tuple(projects), tuple(votes))


Numbered = list[tuple[int, list[str]]]


def _sections(text: str) -> dict[str, Numbered]:
    """The rows of each section with their line numbers; the first row of a section is its header."""
    sections: dict[str, Numbered] = {}
    current: Numbered | None = None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        for row in reader:
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            name = row[0].strip()
            if len(row) == 1 and name in ("META", "PROJECTS", "VOTES"):
                if name in sections:
                    raise PabulibError(reader.line_num, f"a second section {name}")
                current = sections[name] = []
            elif current is None:
                raise PabulibError(reader.line_num, "the file must begin with META")
            else:
                current.append((reader.line_num, [cell.strip() for cell in row]))
    except csv.Error as error:
        raise PabulibError(reader.line_num, f"this line is not a row of a table: {error}") from None
    for name in ("META", "PROJECTS", "VOTES"):
        if not sections.get(name):
            raise PabulibError(0, f"the section {name} is missing or empty")
    return sections


def _meta(rows: Numbered) -> dict[str, str]:
    meta: dict[str, str] = {}
    for line, cells in rows[1:]:
        if len(cells) < 2:
            raise PabulibError(line, "a line of META is key;value")
        meta[cells[0]] = cells[1]
    if "budget" not in meta:
        raise PabulibError(rows[0][0], "META does not name the budget")
    line = next((number for number, cells in rows[1:] if cells[0] == "budget"), rows[0][0])
    if _money(meta["budget"], line) <= 0:
        raise PabulibError(line, "the budget is not positive")
    return meta


def _table(rows: Numbered, needed: tuple[str, ...]) -> Iterable[tuple[int, dict[str, str]]]:
    line, header = rows[0]
    missing = [name for name in needed if name not in header]
    if missing:
        raise PabulibError(line, f"the header lacks {', '.join(missing)}")
    if len(set(header)) != len(header):
        raise PabulibError(line, "the header names a column twice")
    for number, cells in rows[1:]:
        if len(cells) != len(header):
            raise PabulibError(number, f"{len(cells)} cells where the header has {len(header)}")
        yield number, dict(zip(header, cells, strict=True))


def _projects(rows: Numbered) -> list[Project]:
    projects: dict[str, Project] = {}
    for line, cells in _table(rows, ("project_id", "cost")):
        key = cells["project_id"]
        if not key or key in projects:
            raise PabulibError(line, f"the project id {key!r} is empty or stands there twice")
        selected = cells.get("selected", "")
        if selected not in ("", "0", "1", "2", "3"):
            raise PabulibError(line, f"selected is {selected!r}")
        cost = _money(cells["cost"], line)
        if cost < 0:
            raise PabulibError(line, "the cost is negative")
        projects[key] = Project(key, cells.get("name") or key, cost, int(selected) if selected else None)
    return list(projects.values())


def _votes(rows: Numbered, known: set[str]) -> list[Vote]:
    votes: dict[str, Vote] = {}
    for line, cells in _table(rows, ("voter_id", "vote")):
        voter = cells["voter_id"]
        if not voter or voter in votes:
            raise PabulibError(line, f"the voter id {voter!r} is empty or stands there twice")
        named = tuple(part.strip() for part in cells["vote"].split(",") if part.strip())
        unknown = [key for key in named if key not in known]
        if unknown:
            raise PabulibError(line, f"the vote names the unknown project {unknown[0]!r}")
        if len(set(named)) != len(named):
            raise PabulibError(line, "the vote names a project twice")
        votes[voter] = Vote(voter, named)
    return list(votes.values())


def _money(text: str, line: int) -> int:
    """Minor units of an amount with at most two decimal places."""
    try:
        amount = Decimal(text.replace(",", ".")) * CENTS
    except InvalidOperation:
        raise PabulibError(line, f"{text!r} is not an amount of money") from None
    if not amount.is_finite() or abs(amount) > 10**15 or amount != amount.to_integral_value():
        raise PabulibError(line, f"{text!r} is not an amount of money with at most two decimals")
    return int(amount)


def rule_for(file: PabulibFile) -> dict[str, Any]:
    """Our rule for the file's own, unvalidated. Raises PabulibError for one that cannot be replayed yet."""
    meta = file.meta
    if meta.get("vote_type") not in ("approval", "choose-1"):
        raise PabulibError(0, f"ballots of type {meta.get('vote_type')!r} cannot be counted yet")
    rule: dict[str, Any] = {"budget": file.budget, "min_selections": int(meta.get("min_length") or 1)}
    if meta["vote_type"] == "choose-1":
        rule["max_selections"] = 1
    elif meta.get("max_length"):
        rule["max_selections"] = int(meta["max_length"])
    if meta.get("max_sum_cost"):
        rule["max_cost"] = _money(meta["max_sum_cost"], 0)
    named = meta.get("rule", "")
    if named.startswith("greedy"):
        # "greedy-custom" is Poznań's: it too ends at the first project that does not fit.
        stops = named in ("greedy-no-skip", "greedy-custom")
        rule |= {"method": "greedy-budget", "misfit": "stop" if stops else "skip"}
        if named == "greedy-threshold" and meta.get("min_project_score_threshold"):
            rule["minimum_votes"] = int(meta["min_project_score_threshold"])
    elif named == "equalshares/add1":
        rule |= {"method": "equal-shares", "utility": "cost", "increment": CENTS}
    else:
        raise PabulibError(0, f"the rule {named!r} cannot be counted yet")
    return rule
