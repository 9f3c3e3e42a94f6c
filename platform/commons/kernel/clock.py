"""The one clock. The domain never reads it: views, tasks and commands do, and pass `at=` on."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The database's clock at the start of the current transaction (or of this statement outside one).

    Never the host's clock: several web hosts may disagree, the database is one (DESIGN: "the instant decides").
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (instant,) = cursor.fetchone()
    return instant
