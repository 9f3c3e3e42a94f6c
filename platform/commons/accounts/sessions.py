"""Sessions in PostgreSQL that know their person. Named in settings.SESSION_ENGINE.

One statement reads a session with its person: Django's two were a fourth of what a vote costs.
"""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from .models import Person, Session

COLUMNS = [field.attname for field in Person._meta.concrete_fields]
LOAD = f"""
SELECT s.session_data, {", ".join(f"p.{column}" for column in COLUMNS)}
FROM accounts_session s LEFT JOIN accounts_person p ON p.id = s.person_id
WHERE s.session_key = %s AND s.expire_date > now()
"""


class SessionStore(DatabaseStore):
    """`person` is who is signed in, once the session was read."""

    person: Person | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: str | None) -> bool:
        # A quoted cookie can carry any character, a zero byte too, at which PostgreSQL would stumble.
        return bool(key) and 8 <= len(key or "") <= 40 and str(key).isascii() and str(key).isalnum()

    def load(self) -> dict[str, Any]:
        """What the session holds; empty for one that has ended or never was."""
        with connection.cursor() as cursor:
            cursor.execute(LOAD, [self.session_key])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        data, key, *rest = found
        self.person = Person.from_db(connection.alias, COLUMNS, [key, *rest]) if key else None
        return self.decode(data)

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row to be written: it names the person, so that their sessions can be listed and ended."""
        row = cast("Session", super().create_model_instance(data))
        row.person_id = data.get(auth.SESSION_KEY)
        return row


class PersonMiddleware(AuthenticationMiddleware):
    """Django's own, but the person who came with the session is not read again."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = cast("Person | AnonymousUser", SimpleLazyObject(lambda: _person_of(request)))


def _person_of(request: Any) -> Person | AnonymousUser:
    if not hasattr(request, "_cached_user"):
        request._cached_user = _came_along(request.session) or auth.get_user(request)
    return request._cached_user


def _came_along(session: SessionStore) -> Person | None:
    """The session's person, if all holds that Django checks; None leaves the case to Django (changed keys, …)."""
    if str(session.get(auth.SESSION_KEY)) != str(session.person and session.person.pk):
        return None
    person = session.person
    known = session.get(auth.BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    if person is None or not person.is_active or not known:
        return None
    given, wanted = session.get(auth.HASH_SESSION_KEY, ""), person.get_session_auth_hash()
    return person if constant_time_compare(given, wanted) else None
