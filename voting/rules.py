"""The rule of a round as validated, versioned data: every switch is named, none is implied by code.

No Django here: a stranger's recount reads the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

VERSION = 1
MAX_MONEY = 10**15  # minor units: ten trillion of any currency
TIE_LINKS = ("votes", "cost", "lot", "published-order")
# A chain ends in a link that never leaves two options equal.
DECISIVE = ("lot", "published-order")


def N_(sentence: str) -> str:  # noqa: N802 - the customary mark for sentences that are translated later
    """Mark a sentence for translation; pages translate it, a recount prints it as it stands."""
    return sentence


class RuleError(ValueError):
    """The rule is not one that can be counted by: a code, and where it is wrong."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class BallotError(ValueError):
    """The selection is not a ballot under this rule."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def validate_rule(data: dict[str, Any]) -> dict[str, Any]:
    """The full canonical form of a rule, every switch explicit.

    Accepts what a form or a file gives, with defaults for what is left out; raises RuleError (unknown_method,
    unknown_switch, bad_value, undecided_ties) naming the switch. Validating a canonical rule gives the same rule.
    """
    if not isinstance(data, dict) or not isinstance(method := data.get("method"), str) or method not in SWITCHES:
        raise RuleError("unknown_method", f"one of {', '.join(SWITCHES)} is wanted")
    if data.get("version", VERSION) != VERSION:
        raise RuleError("unknown_version", f"this software reads version {VERSION}")
    known = {"method": method, "version": VERSION}
    switches = {**COMMON, **SWITCHES[method]}
    for name in data:
        if name not in known and name not in switches:
            raise RuleError("unknown_switch", name)
    rule: dict[str, Any] = known | {name: check(name, data) for name, check in switches.items()}
    most, least = rule["max_selections"], rule["min_selections"]
    if most is not None and most < max(1, least):
        raise RuleError("bad_value", "max_selections is below min_selections or below one")
    return rule


def validate_ballot(rule: dict[str, Any], costs: Mapping[int, int], selection: Any) -> tuple[int, ...]:
    """The selection in canonical form: ascending option numbers. `costs` maps each option's number to its cost.

    Raises BallotError (malformed_ballot, unknown_option, repeated_option, too_many_options, too_few_options,
    over_budget).
    """
    if not isinstance(selection, list | tuple) or len(selection) > 10_000:
        raise BallotError("malformed_ballot")
    if not all(type(number) is int for number in selection):
        raise BallotError("malformed_ballot")
    if not all(number in costs for number in selection):
        raise BallotError("unknown_option")
    if len(set(selection)) != len(selection):
        raise BallotError("repeated_option")
    if rule["max_selections"] is not None and len(selection) > rule["max_selections"]:
        raise BallotError("too_many_options")
    if len(selection) < rule["min_selections"]:
        raise BallotError("too_few_options")
    limit = rule.get("max_cost")
    if limit is not None and sum(costs[number] for number in selection) > limit:
        raise BallotError("over_budget")
    return tuple(sorted(selection))


def describe(rule: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The rule in plain sentences: (message with %(name)s places, params). Money params are in minor units."""
    said: list[tuple[str, dict[str, Any]]] = []
    least, most = rule["min_selections"], rule["max_selections"]
    if most is None:
        said.append((N_("You may choose as many options as you like, but at least %(least)s."), {"least": least}))
    elif least == most:
        said.append((N_("Choose exactly %(most)s options."), {"most": most}))
    else:
        said.append((N_("Choose at least %(least)s and at most %(most)s options."), {"least": least, "most": most}))
    if rule.get("max_cost") is not None:
        said.append((N_("What you choose may cost at most %(budget)s together."), {"budget": rule["max_cost"]}))
    said += _DESCRIBE[rule["method"]](rule)
    said.append((_TIES[rule["ties"][-1]], {}))
    return said


def _approval_words(rule: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    said = [(N_("The %(winners)s options named on most ballots win."), {"winners": rule["winners"]})]
    return said + _minimum_words(rule)


def _greedy_words(rule: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    said = [
        (N_("The budget is %(budget)s."), {"budget": rule["budget"]}),
        (N_("Options are funded in the order of their votes, as long as the money lasts."), {}),
    ]
    if rule["misfit"] == "skip":
        said.append((N_("An option that does not fit into what is left is skipped, and the next is tried."), {}))
    else:
        said.append((N_("At the first option that does not fit into what is left, the count ends."), {}))
    if rule["exclusive_groups"]:
        said.append((N_("Of options that exclude each other only the one with most votes is funded."), {}))
    return said + _minimum_words(rule)


def _shares_words(rule: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    said = [
        (N_("The budget is %(budget)s."), {"budget": rule["budget"]}),
        (N_("Every voter gets an equal share of the budget, to be spent on the options they chose."), {}),
        (N_("An option is bought when its voters can pay for it together; each of them pays the same."), {}),
    ]
    if rule["utility"] == "cost":
        said.append((N_("The option with most votes for the money its voters pay is bought first."), {}))
    else:
        said.append((N_("The option that costs each of its voters least is bought first."), {}))
    if rule["increment"]:
        said.append(
            (
                N_("The shares are raised by %(increment)s at a time until the next raise would overspend the budget."),
                {"increment": rule["increment"]},
            )
        )
    else:
        said.append((N_("What no group of voters can pay for together stays unspent."), {}))
    return said + _minimum_words(rule)


def _minimum_words(rule: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if not rule["minimum_votes"]:
        return []
    return [(N_("An option with fewer than %(minimum)s votes takes no part."), {"minimum": rule["minimum_votes"]})]


_DESCRIBE = {"approval": _approval_words, "greedy-budget": _greedy_words, "equal-shares": _shares_words}
_TIES = {
    "lot": N_(
        "Equal options are separated by lot; the lot is computed from the sealed ballot box, anyone can redo it."
    ),
    "published-order": N_("Equal options are separated by their order on the ballot."),
}


def _whole(default: int | None, low: int, high: int, *, none: bool = False) -> Any:
    def check(name: str, data: dict[str, Any]) -> int | None:
        value = data.get(name, default)
        if value is None and none:
            return None
        if type(value) is not int or not low <= value <= high:
            raise RuleError("bad_value", f"{name} is a whole number from {low} to {high}")
        return value

    return check


def _one_of(default: str, *values: str) -> Any:
    def check(name: str, data: dict[str, Any]) -> str:
        value = data.get(name, default)
        if value not in values:
            raise RuleError("bad_value", f"{name} is one of {', '.join(values)}")
        return str(value)

    return check


def _flag(default: bool) -> Any:
    def check(name: str, data: dict[str, Any]) -> bool:
        value = data.get(name, default)
        if not isinstance(value, bool):
            raise RuleError("bad_value", f"{name} is true or false")
        return value

    return check


def _ties(name: str, data: dict[str, Any]) -> list[str]:
    chain = data.get(name, ["votes", "cost", "lot"])
    if not isinstance(chain, list | tuple) or not all(link in TIE_LINKS for link in chain):
        raise RuleError("bad_value", f"{name} is a list of {', '.join(TIE_LINKS)}")
    if not chain or chain[-1] not in DECISIVE or len(set(chain)) != len(chain):
        raise RuleError("undecided_ties", f"{name} names each link once and ends in {' or '.join(DECISIVE)}")
    return list(chain)


def _groups(name: str, data: dict[str, Any]) -> list[list[int]]:
    groups = data.get(name, [])
    if not isinstance(groups, list | tuple) or not all(isinstance(group, list | tuple) for group in groups):
        raise RuleError("bad_value", f"{name} is a list of lists of option numbers")
    flat: Sequence[Any] = [number for group in groups for number in group]
    if not all(type(number) is int for number in flat) or len(set(flat)) != len(flat):
        raise RuleError("bad_value", f"{name} names each option once, by its number")
    return sorted(sorted(group) for group in groups)


COMMON: dict[str, Any] = {
    "min_selections": _whole(1, 0, 1_000),
    "max_selections": _whole(None, 1, 1_000, none=True),
    "minimum_votes": _whole(0, 0, 10**9),
    "ties": _ties,
}
SWITCHES: dict[str, dict[str, Any]] = {
    "approval": {"winners": _whole(1, 1, 1_000)},
    "greedy-budget": {
        "budget": _whole(None, 1, MAX_MONEY),
        "max_cost": _whole(None, 1, MAX_MONEY, none=True),
        "misfit": _one_of("skip", "skip", "stop"),
        "exclusive_groups": _groups,
    },
    "equal-shares": {
        "budget": _whole(None, 1, MAX_MONEY),
        "max_cost": _whole(None, 1, MAX_MONEY, none=True),
        "utility": _one_of("cost", "cost", "cardinality"),
        "increment": _whole(100, 0, 10**9),
        "count_empty_ballots": _flag(True),
    },
}
