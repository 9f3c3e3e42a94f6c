from __future__ import annotations

from dataclasses import dataclass

from commons.kernel.events import Event
from consultations.events import ConsultationEvent


@dataclass(frozen=True, kw_only=True)
class IdeaEvent(Event):
    idea: int
    consultation: int

    def subject(self) -> str:
        return f"idea:{self.idea}"

    def topics(self) -> tuple[str, ...]:
        return (f"idea:{self.idea}", f"consultation:{self.consultation}")


@dataclass(frozen=True, kw_only=True)
class IdeaPublished(IdeaEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class IdeaEndorsed(IdeaEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class EndorsementWithdrawn(IdeaEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class ThresholdReached(IdeaEvent):
    support: int


@dataclass(frozen=True, kw_only=True)
class IdeaDecided(IdeaEvent):
    """The official's decision: "shortlisted" or "refused", with reasons in the decision itself."""

    outcome: str


@dataclass(frozen=True, kw_only=True)
class IdeaVotedOn(IdeaEvent):
    """The round was counted: "won" or "not_won"."""

    outcome: str
    votes: int


@dataclass(frozen=True, kw_only=True)
class ShortlistPutToVote(ConsultationEvent):
    """The shortlisted initiatives were frozen into the options of a round, in this order."""

    round: int
    ideas: tuple[int, ...]
