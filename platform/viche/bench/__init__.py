"""`viche bench`: what a machine can bear, in CPU per operation and as ratios measured in one run."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code: 0 measured, 1 something was lost or doubled, 2 nothing could be measured."""
    from .command import run

    return run(argv)
