"""Events: facts in the past tense, made of ids and codes only, so that they can be kept for ever."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any, ClassVar, Self

from django.utils.functional import Promise

_registry: dict[str, type[Event]] = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """Base of every event. A subclass adds fields of type int, str, bool, None or a tuple of those.

    `kind` is "<app>.<ClassName>"; it is written to the journal and must never change its meaning.
    `place_id` is where it happened (None for the platform as a whole).
    """

    kind: ClassVar[str] = ""
    # What happened, in a sentence for people; codes and numbers are shown beside it.
    sentence: ClassVar[str | Promise] = ""

    place_id: int | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        parts = cls.__module__.split(".")
        app = parts[1] if parts[0] == "commons" else parts[0]
        cls.kind = f"{app}.{cls.__name__}"
        if cls.kind in _registry:
            raise TypeError(f"two events are called {cls.kind}")
        _registry[cls.kind] = cls

    def topics(self) -> tuple[str, ...]:
        """Live topics ("consultation:5") whose open pages should hear of this event."""
        return ()

    def subject(self) -> str:
        """What the event is about, as "<noun>:<id>"; groups the journal and the letters."""
        return ""

    def data(self) -> dict[str, Any]:
        """The event's own fields as JSON-able values (tuples become lists)."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "place_id"}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in fields.items()}

    @classmethod
    def load(cls, kind: str, place_id: int | None, data: dict[str, Any]) -> Event:
        """Rebuild the event that `data()` was written from. Raises KeyError for an unknown kind."""
        return _registry[kind]._from(place_id, data)

    @classmethod
    def _from(cls, place_id: int | None, data: dict[str, Any]) -> Self:
        values = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
        return cls(place_id=place_id, **values)


def sentence_of(kind: str) -> str:
    """What happened, in words; the kind itself if this release does not know it."""
    event = _registry.get(kind)
    return str(event.sentence) if event else kind


def kinds() -> tuple[str, ...]:
    """All known event kinds, sorted."""
    return tuple(sorted(_registry))


@dataclasses.dataclass(frozen=True)
class Recorded:
    """An event as a journal reader receives it: with its position and its instant."""

    position: int
    at: datetime
    actor_id: int | None
    event: Event
