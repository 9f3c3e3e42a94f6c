from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from commons.accounts.visitors import member
from commons.kernel import clock
from commons.kernel.verdicts import Refused

from .actions import mute, unmute
from .models import Letter, Mute, OutboxMessage
from .unsubscribe import read_token


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Which letters I get."""
    person = member(request)
    if request.method == "POST":
        wanted = request.POST.getlist("kinds")
        for kind in Letter.Kind.values:
            if kind in wanted:
                unmute(person=person, kind=kind)
            else:
                mute(person=person, kind=kind, at=clock.now())
        messages.success(request, _("Saved. This holds from the next letter on."))
        return redirect("notifications:preferences")
    muted = set(Mute.objects.filter(person=person).values_list("kind", flat=True))
    kinds = [(kind, label, kind not in muted) for kind, label in Letter.Kind.choices]
    return render(request, "notifications/preferences.html", {"kinds": kinds})


# A mail program posts here on the reader's behalf without a cookie (RFC 8058): the signed token is the permission.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Switch off the kind of letter that the token names. GET only asks: link scanners must not unsubscribe anyone."""
    found = read_token(token)
    if found is None:
        raise Refused("not_found")
    person, kind = found
    done = request.method == "POST"
    if done:
        mute(person=person, kind=kind, at=clock.now())
    return render(request, "notifications/unsubscribe.html", {"kind": Letter.Kind(kind).label, "done": done})


def outbox(request: HttpRequest) -> HttpResponse:
    """The letters of the demo, newest first. A site with real residents does not have this page."""
    if not settings.DEMO:
        raise Http404
    page = Paginator(OutboxMessage.objects.order_by("-id"), 20).get_page(request.GET.get("page"))
    return render(request, "notifications/outbox.html", {"page": page})
