"""Ready sign-in links of the demo. A site with real residents does not have these pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from commons.accounts import browsers
from commons.kernel import clock
from viche import demo


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in as one of the demo's people. GET only asks, so that a link preview signs nobody in."""
    person = demo.person_of(token) if settings.DEMO else None
    if person is None:
        raise Http404
    if request.method == "POST":
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        browsers.remember(request, at=clock.now())
        return redirect("viche:me")
    return render(request, "viche/demo_enter.html", {"person": person})


@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """How far the demo has loaded, as the fragment of the front page that asks for it."""
    if not settings.DEMO:
        raise Http404
    return render(request, "viche/demo_progress.html", {"demo_progress": demo.progress()})
