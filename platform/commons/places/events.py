from __future__ import annotations

from dataclasses import dataclass

from commons.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PlaceAdded(Event):
    parent: int | None

    def subject(self) -> str:
        return f"place:{self.place_id}"
