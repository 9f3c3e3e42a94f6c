"""May this person do this? A policy answers with a Verdict; a write that is not allowed raises Refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FORBIDDEN, CONFLICT, INVALID, MISSING, BUSY = 403, 409, 400, 404, 503


@dataclass(frozen=True)
class Verdict:
    """The answer of a policy: allowed, or not and why (a code that pages and the API show)."""

    code: str = ""

    @property
    def allowed(self) -> bool:
        return not self.code

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def sentence(self) -> str:
        """The reason in words for people, in the active language; empty when allowed."""
        return str(reason(self.code).sentence) if self.code else ""


ALLOWED = Verdict()


class Refused(Exception):  # noqa: N818 - the domain's word; it is an answer, not a fault
    """A request that the rules do not permit: a code for machines, a sentence for people.

    `field` names the form field concerned, if there is one. Views show it as a form error, the API
    as 403/409/400 with the code, a socket as an error frame: each in one place.
    """

    def __init__(self, code: str, *, field: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params

    @property
    def status(self) -> int:
        return reason(self.code).status

    @property
    def sentence(self) -> str:
        text = str(reason(self.code).sentence)
        return text % self.params if self.params else text


class RefusedFields(Refused):
    """Several fields are wrong: all of them are named at once, so that nobody mends a form one error at a time.

    Its own code and field are those of the first.
    """

    def __init__(self, refusals: list[Refused]) -> None:
        first = refusals[0]
        super().__init__(first.code, field=first.field, **first.params)
        self.refusals = tuple(refusals)


@dataclass(frozen=True)
class Reason:
    """What a refusal code means: its HTTP status and its sentence."""

    sentence: str | Promise
    status: int = CONFLICT


_reasons: dict[str, Reason] = {}


def declare(reasons: dict[str, Reason]) -> None:
    """Add an app's refusal codes (from its `refusals.py`). A code has one meaning in the whole project."""
    for code, meaning in reasons.items():
        if code in _reasons and _reasons[code] != meaning:
            raise ValueError(f"the refusal code {code} is declared twice")
        _reasons[code] = meaning


def reason(code: str) -> Reason:
    """Look a code up. Raises KeyError for a code that nobody declared: a misspelt code must not pass."""
    return _reasons[code]


def codes() -> tuple[str, ...]:
    """All declared codes, sorted."""
    return tuple(sorted(_reasons))


def require(verdict: Verdict) -> None:
    """Go on only if the policy allows it. Raises Refused with the policy's code."""
    if not verdict.allowed:
        raise Refused(verdict.code)


declare(
    {
        "sign_in_first": Reason(_("Sign in first, then try again."), FORBIDDEN),
        "not_your_office": Reason(_("This needs an office in this place that you do not hold."), FORBIDDEN),
        "not_found": Reason(_("There is nothing here under this address."), MISSING),
        "required": Reason(_("Fill this in."), INVALID),
        "too_long": Reason(_("This is too long. At most %(limit)s characters fit."), INVALID),
        "control_characters": Reason(
            _("This contains invisible control characters. Type it again, or paste it as plain text."), INVALID
        ),
        "instant_malformed": Reason(_("Give a date and a time, for example 2026-05-17 and 18:00."), INVALID),
        "instant_does_not_exist": Reason(
            _("The clocks go forward then, so this time does not exist that day. Choose an hour later."), INVALID
        ),
        "instant_ambiguous": Reason(
            _("The clocks go back then, so this time comes twice that day. Choose an hour earlier or later."), INVALID
        ),
        "amount_malformed": Reason(_("Write the amount in digits, for example 25000 or 25000.50."), INVALID),
        "malformed": Reason(_("This could not be read. Check it and try again."), INVALID),
        "try_again": Reason(_("The platform is busy for a moment. Try again in a few seconds."), BUSY),
    }
)
