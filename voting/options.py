"""What is put on a ballot paper, before and when it is frozen."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from commons.kernel.verdicts import Refused

MAX_OPTIONS, MAX_TITLE, MAX_TEXT, MAX_SOURCE = 1000, 200, 20_000, 40
MAX_COST = 10**15  # minor units: beyond any municipality, within a BIGINT with room for sums


@dataclass(frozen=True, kw_only=True)
class OptionDraft:
    """One thing to vote for. `source` names what it was made from ("idea:12"); `cost` is in minor units."""

    source: str = ""
    title: str
    text: str = ""
    cost: int = 0


def checked(drafts: Sequence[OptionDraft]) -> list[OptionDraft]:
    """The drafts in normal form (NFC, no blanks around). Raises Refused(options_missing, option_invalid, ...)."""
    if not drafts:
        raise Refused("options_missing", field="options")
    if len(drafts) > MAX_OPTIONS:
        raise Refused("options_too_many", field="options", limit=MAX_OPTIONS)
    clean = [_checked(number, draft) for number, draft in enumerate(drafts, start=1)]
    sources = [draft.source for draft in clean if draft.source]
    papers = [(draft.title, draft.text, draft.cost) for draft in clean]
    if len(set(sources)) < len(sources) or len(set(papers)) < len(papers):
        raise Refused("options_repeat", field="options")
    return clean


def _checked(number: int, draft: OptionDraft) -> OptionDraft:
    title, text = _normal(draft.title), _normal(draft.text)
    if not title:
        raise Refused("option_without_title", field="options", number=number)
    if len(title) > MAX_TITLE or len(text) > MAX_TEXT or len(draft.source) > MAX_SOURCE:
        raise Refused("option_too_long", field="options", number=number)
    # bool is an int in Python: a cost of True is somebody's mistake, not one cent.
    if type(draft.cost) is not int or not 0 <= draft.cost <= MAX_COST:
        raise Refused("option_cost_invalid", field="options", number=number)
    return OptionDraft(source=draft.source, title=title, text=text, cost=draft.cost)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\x00", "").strip()
