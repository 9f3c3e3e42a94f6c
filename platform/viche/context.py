"""What every page is told, whatever its view."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Defaults for base.html; a view's own context overrides them.

    live_origin: ws:// address of the socket, "" for the page's own origin. place: the municipality whose page
    this is, or None. demo: whether the demo's notes are shown.
    """
    return {"live_origin": settings.LIVE_ORIGIN, "place": None, "demo": settings.DEMO}
