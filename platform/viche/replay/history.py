"""The history of all votes as the voters saw it, held against what was counted.

Each submit ended as *ok* (a receipt was shown), *refused* (a sentence was shown) or *unknown* (the line broke). At the
end: every ok is counted, with the last choice; whatever is counted was ok or unknown; nothing refused is counted; one
per voter.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"
Selection = tuple[int, ...]


@dataclass(frozen=True)
class Submit:
    """One submit of one voter, in the voter's own order."""

    voter: int
    selection: Selection
    outcome: str
    receipt: str = ""


@dataclass
class History:
    """Filled by many walkers at once; asked when they are done."""

    submits: list[Submit] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, submit: Submit) -> None:
        with self._lock:
            self.submits.append(submit)

    def count(self, outcome: str) -> int:
        return sum(1 for submit in self.submits if submit.outcome == outcome)

    def expected(self) -> tuple[Counter[Selection], list[str]]:
        """The box that must have been counted, and what is wrong with the history itself.

        A voter's last accepted choice counts. Walkers repeat an unknown submit with the same request id until it is
        answered (an accepted one gives its receipt even after the close), so one that stays unknown is a fault.
        """
        last: dict[int, Submit] = {}
        latest: dict[int, str] = {}
        wrong: list[str] = []
        for submit in self.submits:
            latest[submit.voter] = submit.outcome
            if submit.outcome == OK:
                last[submit.voter] = submit
        unresolved = sorted(voter for voter, outcome in latest.items() if outcome == UNKNOWN)
        wrong += [f"voter {voter}: the fate of the vote was never learnt" for voter in unresolved]
        receipts: dict[int, set[str]] = {}
        for submit in self.submits:
            if submit.outcome == OK:
                receipts.setdefault(submit.voter, set()).add(submit.receipt)
        wrong += [f"voter {voter} holds {len(codes)} receipts" for voter, codes in receipts.items() if len(codes) != 1]
        return Counter(submit.selection for submit in last.values()), wrong

    def differences(self, counted: Iterable[Selection], receipts: Iterable[str]) -> list[str]:
        """What does not agree between the voters' own story and the published box; empty if all does."""
        expected, wrong = self.expected()
        box = Counter(counted)
        for selection in sorted((expected | box).keys()):
            if expected[selection] != box[selection]:
                wrong.append(f"{selection}: {expected[selection]} voters chose it, {box[selection]} ballots say so")
        held = {submit.receipt for submit in self.submits if submit.outcome == OK}
        published = list(receipts)
        if len(published) != len(set(published)):
            wrong.append("a receipt is published twice")
        if missing := held - set(published):
            wrong.append(f"{len(missing)} receipts that voters hold are not published")
        if invented := set(published) - held:
            wrong.append(f"{len(invented)} published receipts belong to nobody who was shown one")
        return wrong
