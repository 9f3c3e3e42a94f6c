"""What a resident types into an initiative, checked once; forms and the API only translate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commons.kernel.text import line, paragraphs, storable
from commons.kernel.verdicts import Refused, RefusedFields
from consultations.models import Consultation

# What a draft may hold, and the greatest length of each when it is published.
LIMITS = {"title": 200, "problem": 4_000, "proposal": 8_000, "location": 200, "cost": 30}
# Far above any municipality's budget, far below what the column holds.
MOST_MONEY = 10**15


def checked(
    *, consultation: Consultation, title: str, problem: str, proposal: str, location: str, cost: int | None
) -> dict[str, Any]:
    """The fields of an initiative, normalised; `cost` is in minor units.

    Raises RefusedFields with all that is wrong: required, too_long, control_characters, cost_required
    (where there is a budget to share out), cost_out_of_range.
    """
    refusals: list[Refused] = []

    def keep(check: Callable[[], Any]) -> Any:
        try:
            return check()
        except Refused as refusal:
            refusals.append(refusal)
            return None

    content = {
        "title": keep(lambda: line(title, field="title", limit=LIMITS["title"])),
        "problem": keep(lambda: paragraphs(problem, field="problem", limit=LIMITS["problem"])),
        "proposal": keep(lambda: paragraphs(proposal, field="proposal", limit=LIMITS["proposal"])),
        "location": keep(lambda: line(location, field="location", limit=LIMITS["location"], required=False)),
        "cost": keep(lambda: checked_cost(cost, required=consultation.budget is not None)),
    }
    if refusals:
        raise RefusedFields(refusals)
    return content


def checked_cost(cost: int | None, *, required: bool) -> int | None:
    """A cost in minor units, positive where one is required. Raises Refused (cost_required, cost_out_of_range)."""
    if cost is None:
        if required:
            raise Refused("cost_required", field="cost")
        return None
    if not (1 if required else 0) <= cost <= MOST_MONEY:
        raise Refused("cost_out_of_range", field="cost")
    return cost


def draft_content(typed: dict[str, Any]) -> dict[str, str]:
    """What a draft keeps: the known fields, as typed. Raises Refused (draft_too_large) beyond twice the limits."""
    content = {name: storable(str(typed.get(name) or "")) for name in LIMITS}
    for name, limit in LIMITS.items():
        if len(content[name]) > 2 * limit:
            raise Refused("draft_too_large", field=name)
    return content
