from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction

from commons.journal.actions import record
from commons.kernel.verdicts import Refused

from .events import PlaceAdded
from .models import Place


def add_place(
    *,
    parent: Place | None,
    kind: str,
    slug: str,
    names: dict[str, str],
    languages: list[str],
    time_zone: str,
    currency: str,
    register_code: str = "",
    palette: str = "viche",
    at: datetime,
) -> Place:
    """Add a place under its parent. Raises Refused (place_exists, unknown_time_zone, place_name_missing)."""
    if not languages or not names.get(languages[0]):
        raise Refused("place_name_missing", field="names")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused("unknown_time_zone", field="time_zone") from None
    try:
        with transaction.atomic(durable=True):
            place = Place.objects.create(
                parent=parent,
                kind=kind,
                slug=slug,
                # The path needs the id; until it is known the slug stands in, unique like the path itself.
                path=f"new:{slug}",
                names=names,
                languages=languages,
                time_zone=time_zone,
                currency=currency,
                register_code=register_code,
                palette=palette,
            )
            place.path = f"{parent.path if parent else '/'}{place.id}/"
            place.save(update_fields=["path"])
            record(PlaceAdded(place_id=place.id, parent=parent.id if parent else None), at=at)
    except IntegrityError:
        raise Refused("place_exists", field="slug") from None
    return place
