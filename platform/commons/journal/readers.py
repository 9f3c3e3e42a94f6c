"""Who reads the journal. An app's `receivers.py` registers functions; the relay calls them after commit.

A reader is idempotent (by a unique key of its own): the relay may call it again after a crash.
"""

from __future__ import annotations

from collections.abc import Callable

from commons.kernel.events import Event, Recorded

Reader = Callable[[Recorded], None]
_by_kind: dict[str, list[Reader]] = {}
_of_all: list[Reader] = []


def reads(*events: type[Event]) -> Callable[[Reader], Reader]:
    """Register a reader for these events; with none named, for all."""

    def register(reader: Reader) -> Reader:
        if not events:
            _of_all.append(reader)
        for event in events:
            _by_kind.setdefault(event.kind, []).append(reader)
        return reader

    return register


def readers_of(kind: str) -> list[Reader]:
    """The readers to call for an event of this kind, in the order of registration."""
    return _by_kind.get(kind, []) + _of_all
