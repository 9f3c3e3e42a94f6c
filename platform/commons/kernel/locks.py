"""Transaction-level advisory locks of PostgreSQL, named by a noun and an id.

Writers that may run side by side take the lock *shared*; the one that ends their time takes it *exclusive*.
A row lock would either starve the exclusive side (FOR SHARE) or queue all writers (FOR UPDATE).
"""

from __future__ import annotations

from django.db import connection

# The first key of the pair. Never renumber: two running versions must agree on what they lock.
SPACES = {"round": 1, "relay": 2, "seal": 3, "turnout": 4, "letters": 5, "phase": 6, "demo": 7, "idea": 8}


def shared(space: str, number: int) -> None:
    """Take the lock together with other sharers, until the transaction ends. Waits for an exclusive holder."""
    _take("pg_advisory_xact_lock_shared", space, number)


def exclusive(space: str, number: int) -> None:
    """Take the lock alone, until the transaction ends. Waits until all sharers have committed."""
    _take("pg_advisory_xact_lock", space, number)


def try_exclusive(space: str, number: int) -> bool:
    """Take the lock alone if it is free at once; False if somebody holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [SPACES[space], number])
        (taken,) = cursor.fetchone()
    return bool(taken)


def _take(function: str, space: str, number: int) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("an advisory lock outside a transaction would be released at once")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [SPACES[space], number])
