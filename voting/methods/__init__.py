"""Ways to count. Pure functions: plain data in, plain data out; no Django, no database, no clock, no chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import approval, equal_shares, greedy
from .interface import BallotBox, OptionData, Outcome

METHODS = {
    "approval": approval.count,
    "greedy-budget": greedy.count,
    "equal-shares": equal_shares.count,
}


def count(rule: dict[str, Any], options: Sequence[OptionData], box: BallotBox, *, seed: bytes) -> Outcome:
    """Count the box by a rule that `voting.rules.validate_rule` gave. `seed` decides lots (32 bytes)."""
    return METHODS[rule["method"]](rule, options, box, seed=seed)
