from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from commons.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PlaceAdded(Event):
    sentence = _("A place was added.")

    parent: int | None

    def subject(self) -> str:
        return f"place:{self.place_id}"
