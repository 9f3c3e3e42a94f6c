"""Each step of a count in one plain sentence: (message with %(name)s places, params). Translated by the caller."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from voting.rules import N_

# Params called budget, cost, left, share, payment and supporters_have are money in minor units.
MONEY = ("budget", "cost", "left", "share", "payment", "supporters_have")

SENTENCES = {
    "elected": N_("%(title)s has %(votes)s votes and wins."),
    "not_elected": N_("%(title)s has %(votes)s votes and does not win."),
    "funded": N_("%(title)s has %(votes)s votes and costs %(cost)s: funded. %(left)s is left."),
    "does_not_fit": N_("%(title)s has %(votes)s votes and costs %(cost)s, more than the %(left)s that is left."),
    "rival_funded": N_("%(title)s has %(votes)s votes; an option that excludes it was funded before."),
    "below_minimum": N_("%(title)s has %(votes)s votes, too few to take part."),
    "cost_out_of_range": N_("%(title)s costs %(cost)s: nothing, or more than the whole budget. It takes no part."),
    "stopped": N_("Here the count ends, as the rule says. %(left)s is left."),
    "shares": N_("%(voters)s voters share the budget; each has %(share)s to spend."),
    "bought": N_("%(title)s costs %(cost)s and has %(votes)s votes: bought. Nobody pays more than %(payment)s for it."),
    "unaffordable": N_(
        "%(title)s costs %(cost)s; its %(votes)s voters have only %(supporters_have)s left together. Not bought."
    ),
    "would_overspend": N_(
        "With shares of %(share)s, the next step, the purchases would cost %(cost)s, more than %(budget)s."
    ),
    "all_bought": N_("Every option that takes part was bought."),
}


def explain(row: dict[str, Any], titles: dict[int, str]) -> tuple[str, dict[str, Any]]:
    """The sentence of a row of `Outcome.rounds`. Fractions of money are rounded down to whole minor units."""
    params = {name: value for name, value in row.items() if name not in ("code", "option")}
    for name in MONEY:
        if isinstance(params.get(name), str):
            params[name] = int(Fraction(params[name]))
    if "option" in row:
        params["title"] = titles[row["option"]]
    return SENTENCES[row["code"]], params
