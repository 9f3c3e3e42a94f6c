"""An app declares, beside its events, who hears of them and in which words. The hub does the rest.

    @notice(IdeaDecided, urgency=OUTCOME, about=lambda r: f"consultation:{r.event.consultation}", facts=_facts)
    def idea_decided(recorded):
        return Endorsement.objects.filter(idea=recorded.event.idea).values_list("person_id")

The words stand in `templates/notices/<app>/<function>.txt`: the first line is the headline, the rest the text. They are
rendered in the reader's language with the facts (plain values, kept with the notice) and `origin`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from commons.kernel.events import Event, Recorded

# OUTCOME: one letter per person and matter, as soon as the matter has settled. DIGEST: the daily letter.
OUTCOME, DIGEST = "outcome", "digest"

Audience = Callable[[Recorded], "QuerySet[Any, Any]"]


@dataclass(frozen=True)
class Declaration:
    """One kind of notice. `audience` gives a one-column query of person ids; `about` what letters group by."""

    name: str
    urgency: str
    about: Callable[[Recorded], str]
    audience: Audience
    facts: Callable[[Recorded], dict[str, Any]]
    deadline: Callable[[Recorded], datetime | None]

    @property
    def template(self) -> str:
        return f"notices/{self.name.replace('.', '/')}.txt"


_by_kind: dict[str, list[Declaration]] = {}
_by_name: dict[str, Declaration] = {}


def notice(
    *events: type[Event],
    urgency: str,
    about: Callable[[Recorded], str] = lambda recorded: recorded.event.subject(),
    facts: Callable[[Recorded], dict[str, Any]] = lambda recorded: {},
    deadline: Callable[[Recorded], datetime | None] = lambda recorded: None,
) -> Callable[[Audience], Audience]:
    """Declare the decorated function as the audience of these events. `facts` values must be JSON-able."""
    if urgency not in (OUTCOME, DIGEST):
        raise ValueError(f"{urgency} is no urgency")

    def register(audience: Audience) -> Audience:
        app = audience.__module__.split(".")[-2]
        declaration = Declaration(f"{app}.{audience.__name__}", urgency, about, audience, facts, deadline)
        if declaration.name in _by_name:
            raise ValueError(f"{declaration.name} is declared twice")
        _by_name[declaration.name] = declaration
        for event in events:
            _by_kind.setdefault(event.kind, []).append(declaration)
        return audience

    return register


def declared_for(kind: str) -> list[Declaration]:
    """The notices to write for an event of this kind."""
    return _by_kind.get(kind, [])


def declared(name: str) -> Declaration:
    """The declaration of this name. Raises KeyError."""
    return _by_name[name]


def all_declared() -> list[Declaration]:
    """Every declaration, by name."""
    return [_by_name[name] for name in sorted(_by_name)]
