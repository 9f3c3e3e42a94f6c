from __future__ import annotations

from dataclasses import dataclass

from commons.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class OfficeGiven(Event):
    person: int
    role: str

    def subject(self) -> str:
        return f"person:{self.person}"


@dataclass(frozen=True, kw_only=True)
class OfficeTaken(Event):
    person: int
    role: str
    reason: str

    def subject(self) -> str:
        return f"person:{self.person}"


@dataclass(frozen=True, kw_only=True)
class RegisterImported(Event):
    register_import: int
    rows: int

    def subject(self) -> str:
        return f"place:{self.place_id}"


@dataclass(frozen=True, kw_only=True)
class ResidencyAttested(Event):
    person: int
    method: str

    def subject(self) -> str:
        return f"person:{self.person}"


@dataclass(frozen=True, kw_only=True)
class ResidencyWithdrawn(Event):
    person: int
    reason: str

    def subject(self) -> str:
        return f"person:{self.person}"
