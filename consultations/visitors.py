"""Who is asking: the signed-in person of a request, or nobody."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

from commons.accounts.models import Person
from commons.kernel.verdicts import Refused


def visitor(request: HttpRequest | Request) -> Person | None:
    """The person who is signed in, None for anybody else."""
    return request.user if isinstance(request.user, Person) else None


def member(request: HttpRequest | Request) -> Person:
    """The person who is signed in. Raises Refused (sign_in_first)."""
    person = visitor(request)
    if person is None:
        raise Refused("sign_in_first")
    return person
