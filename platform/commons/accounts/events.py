from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from commons.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class OfficeGiven(Event):
    sentence = _("Somebody was given an office.")

    person: int
    role: str

    def subject(self) -> str:
        return f"person:{self.person}"


@dataclass(frozen=True, kw_only=True)
class OfficeTaken(Event):
    sentence = _("An office was taken from somebody.")

    person: int
    role: str
    reason: str

    def subject(self) -> str:
        return f"person:{self.person}"


@dataclass(frozen=True, kw_only=True)
class RegisterImported(Event):
    sentence = _("A list of residents was imported.")

    register_import: int
    rows: int

    def subject(self) -> str:
        return f"place:{self.place_id}"


@dataclass(frozen=True, kw_only=True)
class ResidencyAttested(Event):
    sentence = _("It was attested where somebody lives.")

    person: int
    method: str

    def subject(self) -> str:
        return f"person:{self.person}"


@dataclass(frozen=True, kw_only=True)
class ResidencyWithdrawn(Event):
    sentence = _("An attestation of where somebody lives was withdrawn.")

    person: int
    reason: str

    def subject(self) -> str:
        return f"person:{self.person}"


@dataclass(frozen=True, kw_only=True)
class AccountDeleted(Event):
    """At the person's own wish. Of no place: nobody but the platform's operator needs to know."""

    sentence = _("Somebody deleted their account.")

    person: int

    def subject(self) -> str:
        return f"person:{self.person}"
