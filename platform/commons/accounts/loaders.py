"""Loads a place for the office-holder who asks, or refuses: no view fetches one bare."""

from __future__ import annotations

from datetime import datetime

from commons.kernel.verdicts import Refused, require
from commons.places.models import Place

from .models import Person
from .policies import holds_office


def place_for_office(person: Person | None, slug: str, *roles: str, at: datetime) -> Place:
    """The place, if the person holds one of the roles there. Raises Refused (not_found, sign_in_first,
    not_your_office)."""
    place = Place.objects.filter(slug=slug).first()
    if place is None:
        raise Refused("not_found")
    require(holds_office(person, place, *roles, at=at))
    return place
