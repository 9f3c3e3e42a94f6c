"""What an official types into a consultation, checked once; forms and the API only translate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from commons.kernel.text import line, paragraphs
from commons.kernel.verdicts import Refused, RefusedFields
from commons.places.models import Place

from . import timeline
from .timeline import PhasePlan

MOST_SUPPORTERS = 1_000_000
# Far above any municipality's budget, far below what the column holds.
MOST_MONEY = 10**15


def checked(
    *,
    place: Place,
    title: str,
    summary: str,
    text: str,
    language: str,
    budget: int | None,
    support_threshold: int,
    phases: Sequence[PhasePlan],
) -> dict[str, Any]:
    """The fields of a consultation, normalised. Everything but the title may be empty in a draft.

    Raises RefusedFields with all that is wrong: required, too_long, control_characters, language_not_of_place,
    budget_not_positive, threshold_out_of_range, unknown_phase, phase_twice, phase_backwards, phases_overlap.
    A phase's field is "<kind>_opens" or "<kind>_closes".
    """
    refusals: list[Refused] = []

    def keep(check: Callable[[], Any]) -> Any:
        try:
            return check()
        except Refused as refusal:
            refusals.append(refusal)
            return None

    content = {
        "title": keep(lambda: line(title, field="title", limit=200)),
        "summary": keep(lambda: line(summary, field="summary", limit=400, required=False)),
        "text": keep(lambda: paragraphs(text, field="text", limit=20_000, required=False)),
        "language": language,
        "budget": budget,
        "support_threshold": support_threshold,
    }
    if language not in place.languages:
        refusals.append(Refused("language_not_of_place", field="language"))
    if budget is not None and not 0 < budget <= MOST_MONEY:
        refusals.append(Refused("budget_not_positive", field="budget"))
    if not 0 <= support_threshold <= MOST_SUPPORTERS:
        refusals.append(Refused("threshold_out_of_range", field="support_threshold"))
    refusals += _wrong_with(phases)
    if refusals:
        raise RefusedFields(refusals)
    return content


def _wrong_with(phases: Sequence[PhasePlan]) -> list[Refused]:
    kinds = [plan.kind for plan in phases]
    if unknown := set(kinds) - set(timeline.ORDER):
        return [Refused("unknown_phase", field=min(unknown))]
    twice = sorted(kind for kind in set(kinds) if kinds.count(kind) > 1)
    backwards = [plan.kind for plan in phases if plan.closes_at <= plan.opens_at]
    wrong = [Refused("phase_twice", field=f"{kind}_opens") for kind in twice]
    wrong += [Refused("phase_backwards", field=f"{kind}_closes") for kind in backwards]
    if not wrong and (kind := timeline.overlap(phases)):
        wrong.append(Refused("phases_overlap", field=f"{kind}_opens"))
    return wrong
