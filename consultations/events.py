from __future__ import annotations

from dataclasses import dataclass

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
    pass


@dataclass(frozen=True, kw_only=True)
class ConsultationEdited(ConsultationEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class ConsultationPublished(ConsultationEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class PhaseOpened(ConsultationEvent):
    phase: int
    phase_kind: str


@dataclass(frozen=True, kw_only=True)
class PhaseClosed(ConsultationEvent):
    phase: int
    phase_kind: str


@dataclass(frozen=True, kw_only=True)
class PhaseMoved(ConsultationEvent):
    phase: int
    phase_kind: str
    opens_at: str
    closes_at: str
    reason: str
