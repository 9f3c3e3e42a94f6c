from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from commons.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RoundEvent(Event):
    """Something that happened to a round. Never tells of a single vote: order and time would join voter and vote."""

    round: int

    def subject(self) -> str:
        return f"round:{self.round}"

    def topics(self) -> tuple[str, ...]:
        return (f"round:{self.round}",)


@dataclass(frozen=True, kw_only=True)
class RoundScheduled(RoundEvent):
    sentence = _("A vote was prepared.")

    opens_at: str
    closes_at: str
    rule_digest: str
    options_digest: str


@dataclass(frozen=True, kw_only=True)
class RoundOpened(RoundEvent):
    sentence = _("A vote began.")


@dataclass(frozen=True, kw_only=True)
class RoundExtended(RoundEvent):
    sentence = _("A vote was extended.")

    closes_at: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RoundClosed(RoundEvent):
    sentence = _("A vote closed.")

    ballots: int


@dataclass(frozen=True, kw_only=True)
class RoundCounted(RoundEvent):
    """Counted and published: `winners` are ids of options in the order in which they won."""

    sentence = _("A vote was counted.")

    ballots: int
    winners: tuple[int, ...]
    bundle_sha256: str


@dataclass(frozen=True, kw_only=True)
class RoundCertified(RoundEvent):
    """The link between voters and ballots is destroyed; `ballots` is how many lay in the box."""

    sentence = _("What joined voters and ballots was destroyed.")

    ballots: int
