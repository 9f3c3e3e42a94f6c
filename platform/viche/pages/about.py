"""What stands behind the site: how to verify a result, who runs it, its source, and how far everybody can use it."""

from __future__ import annotations

from importlib.metadata import version

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from commons.kernel import clock
from voting.queries import counted_rounds

LATEST = 5


@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """How anybody counts a result again at home, with the rounds that were counted last."""
    return render(request, "viche/verify.html", {"at": clock.now(), "rounds": counted_rounds()[:LATEST]})


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """What holds, what does not yet, and whom to tell."""
    return render(request, "viche/accessibility.html", {"contact": settings.CONTACT})


@require_GET
def source(request: HttpRequest) -> HttpResponse:
    """Where the source of exactly this site is (AGPL-3.0, section 13)."""
    context = {"source_url": settings.SOURCE_URL, "contact": settings.CONTACT, "version": version("viche")}
    return render(request, "viche/source.html", context)


@require_GET
def imprint(request: HttpRequest) -> HttpResponse:
    """Who runs this site, and what it keeps about people."""
    context = {
        "operator": settings.OPERATOR,
        "contact": settings.CONTACT,
        "session_days": settings.SESSION_COOKIE_AGE // 86_400,
        "objection_days": settings.OBJECTION_DAYS,
    }
    return render(request, "viche/imprint.html", context)
