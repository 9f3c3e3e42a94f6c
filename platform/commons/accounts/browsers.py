"""In which browsers somebody is signed in, so that they can sign out of one that they have lost.

What is known of a browser lies in its session: since when, and its family. No address, no fingerprint, and nothing
that a page would have to write or read on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from .models import Person

KEY = "came_in"
# The first that occurs names the browser: others pretend to be those further down.
FAMILIES = (("Firefox/", "Firefox"), ("Edg", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class SignedIn:
    """A browser: since when, what it is ("Firefox, Linux"; either may be unknown), and whether it is the one asking."""

    reference: str
    since: datetime | None
    family: str
    ends: datetime
    is_this: bool


def remember(request: HttpRequest, *, at: datetime) -> None:
    """Note in the new session of somebody who has just come in when that was and with what."""
    if request.user.is_authenticated:
        request.session[KEY] = {"at": at.isoformat(), "family": family_of(request.headers.get("User-Agent", ""))}


def family_of(user_agent: str) -> str:
    """ "Firefox, Linux": as much as a person needs to recognise their own browser, and no more."""
    names = [next((name for mark, name in known if mark in user_agent), "") for known in (FAMILIES, SYSTEMS)]
    return ", ".join(filter(None, names))


def of(person: Person, this: str | None) -> list[SignedIn]:
    """The person's browsers, the one that asks first (one query). `this` is its session key."""
    found = []
    for session in person.sessions.order_by("-expire_date", "session_key"):
        known = session.get_decoded().get(KEY, {})
        found.append(
            SignedIn(
                reference=session.reference,
                since=datetime.fromisoformat(known["at"]) if known else None,
                family=known.get("family", ""),
                ends=session.expire_date,
                is_this=session.session_key == this,
            )
        )
    return sorted(found, key=lambda browser: not browser.is_this)
