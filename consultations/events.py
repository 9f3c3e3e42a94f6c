from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from commons.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ConsultationEvent(Event):
    consultation: int

    def subject(self) -> str:
        return f"consultation:{self.consultation}"

    def topics(self) -> tuple[str, ...]:
        return (f"consultation:{self.consultation}",)


@dataclass(frozen=True, kw_only=True)
class ConsultationDrafted(ConsultationEvent):
    sentence = _("A consultation was drafted.")


@dataclass(frozen=True, kw_only=True)
class ConsultationEdited(ConsultationEvent):
    sentence = _("The draft of a consultation was changed.")


@dataclass(frozen=True, kw_only=True)
class ConsultationPublished(ConsultationEvent):
    sentence = _("A consultation was published.")


@dataclass(frozen=True, kw_only=True)
class PhaseOpened(ConsultationEvent):
    sentence = _("A step of a consultation began.")

    phase: int
    phase_kind: str


@dataclass(frozen=True, kw_only=True)
class PhaseClosed(ConsultationEvent):
    sentence = _("A step of a consultation ended.")

    phase: int
    phase_kind: str


@dataclass(frozen=True, kw_only=True)
class PhaseMoved(ConsultationEvent):
    sentence = _("A step of a consultation was moved.")

    phase: int
    phase_kind: str
    opens_at: str
    closes_at: str
    reason: str
