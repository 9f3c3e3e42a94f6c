"""`viche replay FILE.pb`: a real participatory budget, walked through the platform's own doors."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code: 0 equal, 1 different, 2 not replayable."""
    from .command import run

    return run(argv)
