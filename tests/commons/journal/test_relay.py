"""Every entry reaches its readers after the commit, whatever dies in between."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection, transaction

from commons.journal import relay
from commons.journal.actions import record
from commons.journal.models import Entry
from commons.journal.readers import reads
from commons.kernel.events import Event, Recorded

pytestmark = pytest.mark.django_db(transaction=True)
heard: list[int] = []
broken: list[bool] = []


@dataclass(frozen=True, kw_only=True)
class SomethingHappened(Event):
    number: int


@reads(SomethingHappened)
def listen(recorded: Recorded) -> None:
    if broken:
        raise RuntimeError("this reader is broken")
    event = recorded.event
    if isinstance(event, SomethingHappened):
        heard.append(event.number)


@pytest.fixture(autouse=True)
def _nobody_has_heard_anything():
    heard.clear()
    broken.clear()


def happen(at, *numbers: int) -> None:
    for number in numbers:
        with transaction.atomic():
            record(SomethingHappened(number=number), at=at)


def later() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE journal_entry SET claimed_until = now() - interval '1 second'")


def test_entries_are_relayed_once_and_in_order(at):
    happen(at, 1, 2, 3)
    assert relay.relay_batch() >= 3
    assert relay.relay_batch() == 0
    assert heard == [1, 2, 3]


def test_what_a_dead_relay_had_claimed_is_given_out_again(at):
    happen(at, 1)
    with connection.cursor() as cursor:
        cursor.execute(relay.CLAIM, [relay.CLAIMED_FOR, 100])  # and then it was killed
    assert relay.relay_batch() == 0
    later()
    relay.relay_batch()
    assert heard == [1]


def test_no_more_is_claimed_than_the_limit_says(at):
    happen(at, 1, 2, 3)
    Entry.objects.exclude(kind=SomethingHappened.kind).update(relayed_at=at)
    assert [relay.relay_batch(limit=2), relay.relay_batch(limit=2)] == [2, 1]


def test_a_reader_that_fails_is_called_again_later(at):
    broken.append(True)
    happen(at, 1)
    relay.relay_batch()
    assert heard == []
    broken.clear()
    later()
    relay.relay_batch()
    assert heard == [1]


def test_an_event_is_recorded_in_a_transaction_or_not_at_all(at):
    with pytest.raises(RuntimeError, match="or not at all"):
        record(SomethingHappened(number=1), at=at)
