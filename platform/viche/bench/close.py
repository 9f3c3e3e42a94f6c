"""From the instant of the close to the published bundle: closing, counting, signing."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction

from commons.kernel.clock import now
from voting.actions import close_round, count_round
from voting.methods import METHODS
from voting.models import Bundle, Result, Round

from .figures import Figure
from .town import OPTIONS, Town

RULES = {
    "greedy-budget": {"budget": 1_000_000_00},
    "equal-shares": {"budget": 1_000_000_00, "increment": 100},
    "approval": {"winners": 3},
}
# Filled by the owner of the tables: the guards let nobody else put rows into a box.
FILL = (
    "ALTER TABLE voting_roll DISABLE TRIGGER USER",
    "ALTER TABLE voting_ballot DISABLE TRIGGER USER",
    "ALTER TABLE voting_round DISABLE TRIGGER USER",
    """INSERT INTO voting_roll (round_id, person_id, channel, receipt)
       SELECT %(round)s, id, 'screen', 'BENCH' || id FROM accounts_person WHERE id = ANY (%(people)s)""",
    """INSERT INTO voting_ballot (id, round_id, pseudonym, salt, selection)
       SELECT gen_random_uuid(), %(round)s, sha256(convert_to(person::text, 'UTF8')),
              substring(sha256(convert_to('salt' || person, 'UTF8')) FOR 16),
              (SELECT jsonb_agg(option ORDER BY option) FROM (
                  SELECT DISTINCT 1 + (hashint8(person * 31 + turn) & 2147483647) %% %(options)s AS option
                  FROM generate_series(1, 5) AS turn) AS chosen)
       FROM unnest(%(people)s) AS person""",
    "UPDATE voting_round SET opens_at = now() - interval '2 hours', closes_at = now() WHERE id = %(round)s",
    "ALTER TABLE voting_roll ENABLE TRIGGER USER",
    "ALTER TABLE voting_ballot ENABLE TRIGGER USER",
    "ALTER TABLE voting_round ENABLE TRIGGER USER",
)


def measure(pids: dict[str, int], *, quick: bool) -> Iterator[Figure]:
    """Yields figures for each method. Runs in the bench's own process, as the worker would."""
    ballots = 2_000 if quick else 100_000
    town = Town.found()
    people = [person.pk for person in town.settle(ballots)]
    assert set(RULES) == set(METHODS)
    for method, switches in RULES.items():
        # Its opening lies ahead, so that the site's own worker does not take it before it is full.
        opens_at = now() + timedelta(hours=1)
        round = town.open_round(
            rule={"method": method, **switches}, opens_at=opens_at, closes_at=opens_at + timedelta(hours=1)
        )
        yield from _count(round, people, method)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure("close", "peak memory of the process", peak, "MB")


def _count(round: Round, people: list[int], method: str) -> Iterator[Figure]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in FILL:
            cursor.execute(statement, {"round": round.pk, "people": people, "options": OPTIONS})
        # Closed in the same transaction: a worker that looks sees the round full or not at all.
        Round.objects.filter(pk=round.pk).update(closed_at=now())
    begun, used = time.perf_counter(), time.process_time()
    close_round(round_id=round.pk, at=now())
    count_round(round_id=round.pk, at=now())
    while not Result.objects.filter(round=round).exists():
        time.sleep(0.05)  # the site's worker was first
    took, used = time.perf_counter() - begun, time.process_time() - used
    size = len(bytes(Bundle.objects.get(result__round=round).content)) / 1e6
    yield Figure("close", f"{method}, {len(people):,} ballots", took, "s")
    yield Figure("close", f"{method}: CPU of the count", used, "s CPU")
    yield Figure("close", f"{method}: bundle", size, "MB")
