from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from commons.kernel import clock
from commons.places.models import Place
from viche import demo

from . import queries

SHOWN = 12


def home(request: HttpRequest) -> HttpResponse:
    """The front page: find your place, see what is open now and what closes soon."""
    at = clock.now()
    words = request.GET.get("q", "").strip()[:60]
    return render(
        request,
        "viche/home.html",
        {
            "at": at,
            "words": words,
            "found": queries.places_named(words) if words else [],
            "municipalities": [] if words else queries.municipalities(),
            "open_now": queries.open_phases(at)[:SHOWN],
            "demo_progress": demo.progress() if settings.DEMO else None,
        },
    )


def place(request: HttpRequest, slug: str) -> HttpResponse:
    """A place's own page: what is open, what it asks, what came of the last round, who holds office."""
    at = clock.now()
    here: Place = queries.place_named(slug)
    return render(
        request,
        "viche/place.html",
        {
            "at": at,
            "place": here,
            "open_now": queries.open_phases(at, place=here),
            "coming": queries.coming_phases(at, place=here),
            "results": queries.results(here),
            "offices": queries.offices(here, at),
        },
    )
