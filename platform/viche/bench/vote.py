"""Ballots cast through HTTP, durable and with receipts; beside it the same transaction bare, and a bare view."""

from __future__ import annotations

import itertools
import os
import time
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode

import psycopg
from django.db import connection

from voting.models import CastRequest

from .clients import CSRF, Ask, ask_all, together
from .figures import Figure, cpu_seconds, percentile
from .town import OPTIONS, Town, signed_in

CLIENTS = 8
# The least that a vote has to do in the database: the shared lock, one row, a commit that is on the disk.
BARE = "SELECT pg_advisory_xact_lock_shared(1, 1)", "INSERT INTO bench_bare (voter, request) VALUES (%s, %s)"


class Lost(Exception):  # noqa: N818 - what must never be; the command ends with 1
    """A vote was lost or counted twice."""


def measure(pids: dict[str, int], *, quick: bool) -> Iterator[Figure]:
    """Yields figures. Raises Lost."""
    voters, votes = (60, 300) if quick else (1_000, 6_000)
    town = Town.found()
    round = town.open_round()
    people = town.settle(voters)
    sessions = signed_in(people)
    origin = os.environ["VICHE_ORIGIN"]

    def cast(number: int) -> Ask:
        # Everybody votes several times, each time for something else: the last one counts.
        chosen = [number % OPTIONS + 1, (number // 7) % OPTIONS + 1, (number // 49) % OPTIONS + 1]
        body = {"csrfmiddlewaretoken": CSRF, "request_id": uuid.uuid4(), "options": sorted(set(chosen))}
        headers = {
            "Cookie": f"sessionid={sessions[number % voters]}; csrftoken={CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return "POST", f"/uk/rounds/{round.pk}/ballot/", urlencode(body, doseq=True), headers

    ask_all(origin, [cast(number) for number in range(voters // 2)], clients=CLIENTS)  # warm, and not measured
    known = CastRequest.objects.filter(round=round).count()
    web, database = cpu_seconds([pids["web"]]), cpu_seconds([pids["PostgreSQL"]])
    answers = ask_all(origin, [cast(number) for number in range(votes)], clients=CLIENTS)
    web, database = cpu_seconds([pids["web"]]) - web, cpu_seconds([pids["PostgreSQL"]]) - database
    accepted = answers.statuses.get(302, 0)
    recorded = CastRequest.objects.filter(round=round).count() - known
    if accepted != votes or recorded != accepted or round.ballots.count() != min(voters, votes):
        raise Lost(
            f"{votes} sent, answered {answers.statuses}, {recorded} recorded, {round.ballots.count()} in the box"
        )

    # The CPU of one vote is measured with one voter at a time: two threads of one core slow each other down.
    few = votes // 4
    alone = _cpu_of(pids, origin, [cast(number) for number in range(few)])
    bare_view = _cpu_of(pids, origin, [("GET", "/healthz", None, {}) for _ in range(few)])
    bare = _bare_rate(votes)
    yield Figure("vote", "votes", votes / answers.took, "/s", bare)
    yield Figure("vote", "the bare transaction", bare, "/s")
    yield Figure("vote", "CPU of the application, one voter", alone, "ms", bare_view)
    yield Figure("vote", "CPU of a bare view, one voter", bare_view, "ms")
    yield Figure("vote", f"CPU of the application, {CLIENTS} voters", web / votes * 1e3, "ms")
    yield Figure("vote", f"CPU of the database, {CLIENTS} voters", database / votes * 1e3, "ms")
    for share in (0.5, 0.95, 0.99):
        yield Figure("vote", f"answered, p{share * 100:.0f}", percentile(answers.seconds, share) * 1e3, "ms")
    yield Figure("vote", "lost or doubled", 0, "votes")


def _cpu_of(pids: dict[str, int], origin: str, asks: list[Ask]) -> float:
    """CPU of the web processes for each of the requests, asked one after the other, in milliseconds."""
    begun = cpu_seconds([pids["web"]])
    ask_all(origin, asks, clients=1)
    return (cpu_seconds([pids["web"]]) - begun) / len(asks) * 1e3


def _bare_rate(number: int) -> float:
    """Bare transactions a second by as many clients as voted, in the same database."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_bare (voter bigint, request uuid UNIQUE)")
    numbers = itertools.count()

    def client() -> None:
        with psycopg.connect(os.environ["DATABASE_URL"]) as bare:
            while (turn := next(numbers)) < number:
                with bare.transaction():
                    bare.execute(BARE[0])
                    bare.execute(BARE[1], (turn, uuid.uuid4()))

    begun = time.perf_counter()
    together(client, CLIENTS)
    took = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_bare")
    return number / took
