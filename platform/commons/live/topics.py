"""Which topics exist, and who may listen. A topic is "<noun>:<id>"; each noun is declared once by its app."""

from __future__ import annotations

import re
from collections.abc import Callable

from commons.accounts.models import Person

MayListen = Callable[[Person | None, int], bool]
_nouns: dict[str, MayListen] = {}
_shape = re.compile(r"([a-z]{1,20}):([1-9][0-9]{0,17})")


def topic(noun: str, may_listen: MayListen = lambda person, number: True) -> None:
    """Declare a noun. `may_listen` gets the signed-in person (or None) and the id; the default is public."""
    if noun in _nouns:
        raise ValueError(f"the topic {noun} is declared twice")
    _nouns[noun] = may_listen


def permitted(name: object, person: Person | None) -> bool:
    """Whether such a topic exists and the person may listen to it."""
    found = _shape.fullmatch(name) if isinstance(name, str) else None
    return bool(found and found[1] in _nouns and _nouns[found[1]](person, int(found[2])))
