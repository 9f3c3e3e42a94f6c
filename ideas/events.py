from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

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
    sentence = _("An initiative was published.")


@dataclass(frozen=True, kw_only=True)
class IdeaEndorsed(IdeaEvent):
    sentence = _("Somebody supported an initiative.")


@dataclass(frozen=True, kw_only=True)
class EndorsementWithdrawn(IdeaEvent):
    sentence = _("Somebody withdrew their support from an initiative.")


@dataclass(frozen=True, kw_only=True)
class ThresholdReached(IdeaEvent):
    sentence = _("An initiative reached enough support.")

    support: int


@dataclass(frozen=True, kw_only=True)
class IdeaDecided(IdeaEvent):
    """The official's decision: "shortlisted" or "refused", with reasons in the decision itself."""

    sentence = _("It was decided on an initiative.")

    outcome: str


@dataclass(frozen=True, kw_only=True)
class IdeaVotedOn(IdeaEvent):
    """The round was counted: "won" or "not_won"."""

    sentence = _("An initiative came out of the vote.")

    outcome: str
    votes: int


@dataclass(frozen=True, kw_only=True)
class ShortlistPutToVote(ConsultationEvent):
    """The shortlisted initiatives were frozen into the options of a round, in this order."""

    sentence = _("The shortlist was put to the vote.")

    round: int
    ideas: tuple[int, ...]
