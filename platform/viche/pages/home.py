from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from commons.places.models import Place


def home(request: HttpRequest) -> HttpResponse:
    """The front page: find your place, see what is open now."""
    return render(request, "viche/home.html", {"places": Place.objects.filter(kind="municipality").order_by("slug")})
