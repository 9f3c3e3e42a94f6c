"""What goes into a count and what comes out of it: plain data, no database, no Django."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Selection = tuple[int, ...]
# Equal ballots are counted together: selection (ascending option numbers) -> how many ballots say exactly this.
BallotBox = Mapping[Selection, int]
Row = dict[str, Any]


@dataclass(frozen=True)
class OptionData:
    """An option on the ballot. `number` is 1-based; `cost` is in minor units of the round's currency."""

    number: int
    title: str
    cost: int = 0


@dataclass(frozen=True)
class Outcome:
    """The result of a count.

    winners: option numbers in the order in which they won. tally: votes per option number. spent and left: minor
    units (0 where no money is involved). voters: how many ballots counted. rounds: every step, JSON-able, fractions
    as "a/b". ties: every tie that was met, who was in it and what decided it.
    """

    method: str
    winners: tuple[int, ...]
    tally: dict[int, int]
    voters: int
    spent: int
    left: int
    rounds: tuple[Row, ...]
    ties: tuple[Row, ...]

    def to_json(self) -> dict[str, Any]:
        """The outcome as canonical data: what is published and what a recount must equal."""
        return {
            "method": self.method,
            "winners": list(self.winners),
            "tally": [{"option": number, "votes": self.tally[number]} for number in sorted(self.tally)],
            "voters": self.voters,
            "spent": self.spent,
            "left": self.left,
            "rounds": list(self.rounds),
            "ties": list(self.ties),
        }


def box_of(selections: Iterable[Selection]) -> dict[Selection, int]:
    """Group equal ballots."""
    return dict(Counter(selections))


def votes_per_option(options: Iterable[OptionData], box: BallotBox) -> dict[int, int]:
    """How many ballots name each option."""
    tally = {option.number: 0 for option in options}
    for selection, ballots in box.items():
        for number in selection:
            tally[number] += ballots
    return tally
