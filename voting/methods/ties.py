"""Ties are decided by a chain that is published before the round opens, and each leaves a trace."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from .interface import OptionData, Row


def lot(seed: bytes, number: int) -> bytes:
    """The option's lot: SHA-256(seed || number as four bytes, big-endian). The smallest wins. Anyone can redo it."""
    return hashlib.sha256(seed + number.to_bytes(4, "big")).digest()


class TieBreaker:
    """Orders options that the method cannot tell apart, by the rule's chain, and remembers each tie it met."""

    def __init__(self, chain: Sequence[str], *, tally: dict[int, int], seed: bytes) -> None:
        self._chain = tuple(chain)
        self._keys: dict[str, Callable[[OptionData], int | bytes]] = {
            "votes": lambda option: -tally[option.number],
            "cost": lambda option: option.cost,
            "published-order": lambda option: option.number,
            "lot": lambda option: lot(seed, option.number),
        }
        self.met: list[Row] = []

    def order(self, tied: Sequence[OptionData], *, step: int) -> list[OptionData]:
        """The tied options, the preferred first. Two or more are recorded with the link of the chain that decided."""
        ranked = sorted(tied, key=lambda option: tuple(self._keys[link](option) for link in self._chain))
        if len(ranked) > 1:
            self.met.append(
                {
                    "step": step,
                    "options": sorted(option.number for option in ranked),
                    "order": [option.number for option in ranked],
                    "decided_by": self._deciding(ranked),
                }
            )
        return ranked

    def _deciding(self, ranked: list[OptionData]) -> str:
        """The last link that was needed to tell all of them apart."""
        for length, link in enumerate(self._chain, start=1):
            seen = {tuple(self._keys[used](option) for used in self._chain[:length]) for option in ranked}
            if len(seen) == len(ranked):
                return link
        return self._chain[-1]
