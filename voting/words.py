"""Rules and counts in the reader's language, for pages. Their sentences stand in rules.py and methods/explain.py."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from commons.kernel import money

from .methods.explain import MONEY, explain
from .rules import N_, describe

RULE_MONEY = ("budget", "increment")


def rule_words(rule: dict[str, Any], currency: str) -> list[str]:
    """The rule, sentence by sentence."""
    return [_(sentence) % _shown(params, RULE_MONEY, currency) for sentence, params in describe(rule)]


def step_words(outcome: dict[str, Any], titles: dict[int, str], currency: str) -> list[str]:
    """The steps of the count, sentence by sentence."""
    told = (explain(row, titles) for row in outcome["rounds"])
    return [_(sentence) % _shown(params, MONEY, currency) for sentence, params in told]


# What decided a tie, by the link of the rule's chain (voting.rules.TIE_LINKS).
DECIDED = {
    "votes": N_("%(titles)s were equal. The one with more votes went first: %(first)s."),
    "cost": N_("%(titles)s were equal. The one that costs less went first: %(first)s."),
    "lot": N_("%(titles)s were equal. The lot drawn from the sealed ballot box put first: %(first)s."),
    "published-order": N_("%(titles)s were equal. The order on the ballot put first: %(first)s."),
}


def tie_words(outcome: dict[str, Any], titles: dict[int, str]) -> list[str]:
    """Each tie that was met, sentence by sentence. Titles are quoted: a title may itself hold a comma."""
    return [
        _(DECIDED[tie["decided_by"]])
        % {
            "titles": ", ".join(f"“{titles[number]}”" for number in tie["options"]),
            "first": f"“{titles[tie['order'][0]]}”",
        }
        for tie in outcome["ties"]
    ]


def result_rows(outcome: dict[str, Any], titles: dict[int, str], language: str) -> list[dict[str, Any]]:
    """Winners in their order, then the others by votes: rows of components/result_bars.html."""
    votes = {row["option"]: row["votes"] for row in outcome["tally"]}
    winners = outcome["winners"]
    others = sorted((number for number in votes if number not in winners), key=lambda n: (-votes[n], n))
    return [
        {"name": titles[number], "language": language, "value": votes[number], "won": number in winners, "note": ""}
        for number in [*winners, *others]
    ]


def _shown(params: dict[str, Any], amounts: tuple[str, ...], currency: str) -> dict[str, Any]:
    return {name: money.written(value, currency) if name in amounts else value for name, value in params.items()}
