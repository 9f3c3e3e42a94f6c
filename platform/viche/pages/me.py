from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from commons.accounts.visitors import member
from commons.kernel import clock

from . import offices, queries


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """My page: where I live, my votes still missing, my initiatives, what came of those I support."""
    at = clock.now()
    person = member(request)
    return render(
        request,
        "viche/me.html",
        {
            "at": at,
            "residency": queries.residency_of(person, at),
            "votes_missing": queries.votes_missing(person, at),
            "votes_cast": queries.votes_cast(person),
            "ideas": queries.ideas_of(person),
            "supported": queries.ideas_supported_by(person),
            "offices": [offices.tasks_of(office) for office in queries.offices_of(person, at)],
        },
    )
