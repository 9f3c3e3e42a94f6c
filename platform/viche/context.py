"""What every page is told, whatever its view."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from commons.accounts.visitors import visitor
from commons.kernel import clock
from commons.places.models import Place

from .pages import queries
from .pages.offices import DESK_ROLES


def page(request: HttpRequest) -> dict[str, Any]:
    """Defaults for base.html; a view's own context overrides them.

    live_origin: ws:// address of the socket, "" for the page's own origin. place: the municipality whose page
    this is, or None. demo: whether the demo's notes are shown. office_places: places where the reader
    answers initiatives (other offices find their work on my page).
    """
    return {
        "live_origin": settings.LIVE_ORIGIN,
        "place": None,
        "demo": settings.DEMO,
        "office_places": SimpleLazyObject(lambda: _desks(request)),
    }


def _desks(request: HttpRequest) -> list[Place]:
    """Places at whose desk the reader works; asked only when a page draws its header for somebody signed in."""
    person = visitor(request)
    held = queries.offices_of(person, clock.now()) if person else ()
    return list({office.place_id: office.place for office in held if office.role in DESK_ROLES}.values())
