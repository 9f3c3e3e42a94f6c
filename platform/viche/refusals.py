"""A refusal becomes an answer here, once for pages and once for the API."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework.response import Response
from rest_framework.views import exception_handler

from commons.kernel.verdicts import Refused, RefusedFields


class RefusalMiddleware:
    """Shows a Refused that no form caught as a page of its own, and an unreachable database as 503.

    An address with a zero byte is refused here for all: no page of ours makes one, and PostgreSQL stores none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            return malformed(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return render(request, "viche/refused.html", {"refusal": exception}, status=exception.status)
        if isinstance(exception, OperationalError | InterfaceError):
            return unavailable(request)
        return None


def malformed(request: HttpRequest) -> HttpResponse:
    """400 for what cannot be read at all."""
    if request.path.startswith("/api/"):
        refusal = Refused("malformed")
        return JsonResponse({"code": refusal.code, "detail": refusal.sentence}, status=refusal.status)
    return defaults.bad_request(request, Refused("malformed"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: a database that went away in the middle of a request is a 503, all else a plain 500."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return defaults.server_error(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After: the database does not answer; what was acknowledged is safe, the rest can be repeated."""
    if request.path.startswith("/api/"):
        answer: HttpResponse = JsonResponse({"code": "try_again", "detail": _("Try again in a few seconds.")})
    else:
        answer = render(request, "503.html")
    answer.status_code = 503
    answer["Retry-After"] = "5"
    return answer


def api_exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, plus `{"code", "detail", "field"}` for a refusal and `errors` where several fields are wrong."""
    if isinstance(exc, Refused):
        body: dict[str, Any] = {"code": exc.code, "detail": exc.sentence}
        if exc.field:
            body["field"] = exc.field
        if isinstance(exc, RefusedFields):
            body["errors"] = [
                {"code": refusal.code, "detail": refusal.sentence, "field": refusal.field} for refusal in exc.refusals
            ]
        return Response(body, status=exc.status)
    return exception_handler(exc, context)
