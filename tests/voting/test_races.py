"""Many at once, on the real database: nobody votes twice, nothing accepted is lost, one result comes out."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from commons.accounts.models import Person
from commons.journal.models import Entry
from commons.kernel import clock, locks
from commons.kernel.verdicts import Refused
from voting import keys, tasks
from voting.actions import cast, close_round, count_round
from voting.models import Ballot, Bundle, CastRequest, Result, Roll, Round

pytestmark = pytest.mark.django_db(transaction=True)
Schedule = Callable[..., Round]
HANDS = 20  # threads, each with a connection of its own


def at_once(work: list[Callable[[], Any]], hands: int = HANDS) -> list[Any]:
    """Run all of it on several threads that start together; the answers in the order of the work."""
    gate = threading.Barrier(min(hands, len(work)))
    waited = threading.local()

    def run(task: Callable[[], Any]) -> Any:
        if not getattr(waited, "done", False):
            waited.done = True
            gate.wait(timeout=30)
        try:
            return task()
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(min(hands, len(work))) as pool:
        return list(pool.map(run, work))


def vote(round: Round, person: Person, selection: list[int], request: UUID) -> Callable[[], str]:
    return lambda: cast(round_id=round.pk, person=person, selection=selection, request_id=request).code


def test_a_hundred_submits_of_each_voter_are_one_vote_each(
    schedule: Schedule, residents: Callable[[int], list[Person]]
):
    round = schedule()
    voters = residents(5)
    work = [vote(round, voter, [1 + n % 4], uuid4()) for n in range(100) for voter in voters]

    codes = at_once(work)

    assert Roll.objects.filter(round=round).count() == 5
    assert Ballot.objects.filter(round=round).count() == 5
    assert CastRequest.objects.filter(round=round).count() == 500
    assert {len(set(codes[voter::5])) for voter in range(5)} == {1}
    assert len(set(codes)) == 5


def test_one_request_sent_fifty_times_at_once_has_one_effect(schedule: Schedule, olena: Person):
    round = schedule()
    codes = at_once([vote(round, olena, [1 + n % 4], request) for request in [uuid4()] for n in range(50)])
    assert len(set(codes)) == 1
    assert CastRequest.objects.filter(round=round).count() == Ballot.objects.filter(round=round).count() == 1


def test_one_captured_post_is_replayed_fifty_times(
    schedule: Schedule, olena: Person, client_of: Callable[[Person], Client]
):
    round = schedule()
    clients = [client_of(olena) for _ in range(5)]
    data = {"request_id": str(uuid4()), "options": ["1", "2"]}
    answers = at_once(
        [
            lambda client=client: client.post(f"/en/rounds/{round.pk}/ballot/", data)
            for client in clients
            for _ in range(10)
        ],
        hands=5,
    )
    assert {(answer.status_code, answer["Location"].split("?")[0]) for answer in answers} == {
        (302, f"/en/rounds/{round.pk}/receipt/")
    }
    assert list(Ballot.objects.filter(round=round).values_list("selection", flat=True)) == [[1, 2]]


def test_two_people_with_one_request_get_one_vote(schedule: Schedule, residents: Callable[[int], list[Person]]):
    round = schedule()
    people = residents(8)
    request = uuid4()
    answers = at_once([vote(round, person, [1], request) for person in people])
    assert sorted(answers).count("request_of_another") == 7
    assert Roll.objects.filter(round=round).count() == Ballot.objects.filter(round=round).count() == 1


class History:
    """What every voter was told, ok or refused; checked against the box at the end."""

    def __init__(self) -> None:
        self.accepted: dict[int, list[int]] = {}
        self.refused: list[str] = []

    def check(self, round: Round) -> None:
        round.refresh_from_db()
        assert round.pseudonym_key is not None
        key = keys.open_round_key(round.pseudonym_key, round.slug)
        box = {bytes(name): s for name, s in Ballot.objects.filter(round=round).values_list("pseudonym", "selection")}
        assert box == {keys.pseudonym(key, person): selection for person, selection in self.accepted.items()}
        assert set(Roll.objects.filter(round=round).values_list("person_id", flat=True)) == set(self.accepted)
        result = Result.objects.get(round=round)
        assert result.ballots == len(self.accepted)
        votes = [number for selection in self.accepted.values() for number in selection]
        assert {row["option"]: row["votes"] for row in result.outcome["tally"]} == {
            n: votes.count(n) for n in (1, 2, 3, 4)
        }


def nonstop(round: Round, mine: list[Person], history: History) -> None:
    """One voter after the other votes and changes their mind, until the box is shut."""
    # Each person's requests are sent one after the other, so the last one accepted is known.
    chance = secrets.SystemRandom()
    while True:
        person, selection = chance.choice(mine), chance.sample([1, 2, 3, 4], 2)
        try:
            cast(round_id=round.pk, person=person, selection=selection, request_id=uuid4())
        except Refused as refused:
            history.refused.append(refused.code)
            return
        history.accepted[person.pk] = sorted(selection)


def beat(round: Round) -> None:
    """The beat knocks until the round is counted."""
    give_up = time.monotonic() + 20
    while not Result.objects.filter(round=round).exists():
        assert time.monotonic() < give_up
        tasks.close_due()
        time.sleep(0.02)


def test_whatever_is_accepted_is_counted_under_sixteen_nonstop_voters(
    schedule: Schedule, residents: Callable[[int], list[Person]]
):
    people = residents(160)
    refused: set[str] = set()
    for _ in range(10):
        at, history = clock.now(), History()
        round = schedule(opens_at=at, closes_at=at + timedelta(milliseconds=300), at=at)
        voters = [partial(nonstop, round, people[n * 10 : n * 10 + 10], history) for n in range(16)]
        at_once([partial(beat, round), *voters])
        assert len(history.accepted) > 16
        history.check(round)
        refused |= set(history.refused)
    assert refused == {"round_closed"}


def test_who_began_in_time_but_came_behind_the_close_is_refused(schedule: Schedule, olena: Person):
    """Her transaction began before the instant; the close held the lock first. Refused, not accepted and lost."""
    at = clock.now()
    round = schedule(opens_at=at, closes_at=at + timedelta(milliseconds=400), at=at)
    answers: list[Any] = []
    with transaction.atomic():
        locks.exclusive("round", round.pk)
        voter = threading.Thread(target=lambda: answers.extend(at_once([vote(round, olena, [1], uuid4())])))
        voter.start()
        time.sleep(0.6)
        assert answers == []
        # As close_round does it, but in this transaction, which began before the instant: step over the guard.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE voting_round SET closed_at = clock_timestamp() WHERE id = %s", [round.pk])
    voter.join(timeout=10)
    assert answers == ["round_closed"]
    assert not Roll.objects.filter(round=round).exists()


@pytest.mark.parametrize("hours", [-2, 2])
def test_the_clock_of_the_web_host_decides_nothing(
    schedule: Schedule, olena: Person, monkeypatch: pytest.MonkeyPatch, hours: int
):
    at = clock.now()
    running = schedule(opens_at=at, closes_at=at + timedelta(hours=1), at=at)
    coming = schedule(opens_at=at + timedelta(hours=1), closes_at=at + timedelta(hours=3), at=at)
    past = schedule(opens_at=at, closes_at=at + timedelta(milliseconds=1), at=at)
    wrong = at + timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: wrong)
    monkeypatch.setattr(time, "time", wrong.timestamp)
    assert cast(round_id=running.pk, person=olena, selection=[1], request_id=uuid4()).repeated is False
    for round, code in [(coming, "round_not_open_yet"), (past, "round_closed")]:
        with pytest.raises(Refused) as refused:
            cast(round_id=round.pk, person=olena, selection=[1], request_id=uuid4())
        assert refused.value.code == code
    assert tasks.close_due() == 1
    running.refresh_from_db()
    assert running.closed_at is None


def test_five_workers_close_and_count_at_once_and_one_result_comes_out(
    schedule: Schedule, residents: Callable[[int], list[Person]]
):
    at = clock.now()
    round = schedule(opens_at=at, closes_at=at + timedelta(milliseconds=300), at=at)
    for person in residents(5):
        cast(round_id=round.pk, person=person, selection=[1], request_id=uuid4())
    while (now := clock.now()) < round.closes_at:
        time.sleep(0.05)

    closed = at_once([lambda: close_round(round_id=round.pk, at=now)] * 5)
    counted = at_once([lambda: count_round(round_id=round.pk, at=now)] * 5)

    assert sorted(closed) == sorted(counted) == [False, False, False, False, True]
    assert Result.objects.count() == Bundle.objects.count() == 1
    kinds = Entry.objects.filter(subject=f"round:{round.pk}").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["voting.RoundScheduled", "voting.RoundClosed", "voting.RoundCounted"]


@pytest.mark.parametrize("stage", ["voting.bundle.write", "voting.actions.counting.record"])
def test_a_worker_killed_in_the_middle_leaves_nothing_behind(
    schedule: Schedule, olena: Person, monkeypatch: pytest.MonkeyPatch, stage: str
):
    """KeyboardInterrupt stands for the signal: no handler of ours sees it."""

    def killed(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    at = clock.now()
    round = schedule(opens_at=at, closes_at=at + timedelta(milliseconds=200), at=at)
    cast(round_id=round.pk, person=olena, selection=[1], request_id=uuid4())
    while (now := clock.now()) < round.closes_at:
        time.sleep(0.05)
    close_round(round_id=round.pk, at=now)
    with monkeypatch.context() as patched:
        patched.setattr(stage, killed)
        with pytest.raises(KeyboardInterrupt):
            count_round(round_id=round.pk, at=now)
    assert not Result.objects.exists()
    assert not Entry.objects.filter(kind="voting.RoundCounted").exists()
    assert tasks.close_due() == 1
    assert Result.objects.get(round=round).ballots == 1
