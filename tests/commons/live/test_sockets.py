"""Open pages hear of changes through real Daphne processes, exactly once and in order."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from commons.live.actions import publish
from commons.live.consumers import FLOOD, MAX_FRAME, MAX_MESSAGES, MAX_TOPICS, TOO_LARGE
from tests.commons.live.daphne import Daphne

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
PATIENCE = 10.0


@pytest.fixture
def daphnes(database_url) -> Iterator[Callable[[], Daphne]]:
    """Start socket servers against the test's own database."""
    environment = os.environ | {"DATABASE_URL": database_url, "VICHE_POOL": "1"}
    started: list[Daphne] = []

    def start() -> Daphne:
        started.append(Daphne(environment))
        started[-1].wait()
        return started[-1]

    yield start
    for daphne in started:
        if daphne.process.poll() is None:
            daphne.kill()


def join(page: ClientConnection, topic: str, since: int = 0) -> None:
    page.send(json.dumps({"do": "join", "topics": [{"topic": topic, "since": since}]}))


def hear(page: ClientConnection, count: int) -> list[int]:
    """The numbers of the next frames; pings are answered as a browser does."""
    heard: list[int] = []
    deadline = time.monotonic() + PATIENCE
    while len(heard) < count:
        frame = json.loads(page.recv(timeout=max(0.1, deadline - time.monotonic())))
        if "ping" in frame:
            page.send(json.dumps({"do": "pong", "ping": frame["ping"]}))
        elif "seq" in frame:
            heard.append(frame["seq"])
    return heard


def test_a_page_gets_what_it_missed_and_then_what_happens_in_order(daphnes):
    for number in range(3):
        publish("round:1", {"voters": number})
    with daphnes().open() as page:
        join(page, "round:1", since=1)
        assert hear(page, 2) == [2, 3]
        publish("round:1", {"voters": 4})
        publish("round:1", {"voters": 5})
        assert hear(page, 2) == [4, 5]


def test_two_servers_tell_their_pages_the_same_and_one_that_is_killed_loses_nothing(daphnes):
    first, second = daphnes(), daphnes()
    with second.open() as other:
        join(other, "round:1")
        with first.open() as page:
            join(page, "round:1")
            publish("round:1", {"voters": 1})
            assert (hear(page, 1), hear(other, 1)) == ([1], [1])
            first.kill()
        publish("round:1", {"voters": 2})
        with second.open() as again:
            join(again, "round:1", since=1)
            assert (hear(again, 1), hear(other, 1)) == ([2], [2])


def test_a_page_that_names_a_number_from_the_future_spoils_nothing_for_the_others(daphnes):
    daphne = daphnes()
    with daphne.open() as liar, daphne.open() as page:
        join(liar, "round:1", since=2**40)
        time.sleep(0.5)
        join(page, "round:1")
        publish("round:1", {"voters": 1})
        assert hear(page, 1) == [1]


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", None])
def test_a_page_of_another_site_gets_no_socket(daphnes, origin):
    with pytest.raises(InvalidStatus) as refused:
        daphnes().open(origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "malformed"),
        ("[]", "malformed"),
        ('{"do":"vote"}', "unknown_command"),
        ('{"do":"join","topics":[{"topic":"secret:1"}]}', "unknown_topic"),
        ('{"do":"join","topics":[{"topic":"round:1","since":-1}]}', "malformed"),
        (
            json.dumps({"do": "join", "topics": [{"topic": f"round:{n}"} for n in range(1, MAX_TOPICS + 2)]}),
            "too_many_topics",
        ),
    ],
)
def test_what_makes_no_sense_gets_a_code_and_the_page_stays_open(daphnes, message, code):
    publish("round:1", {"voters": 1})
    with daphnes().open() as page:
        page.send(message)
        assert json.loads(page.recv(timeout=PATIENCE))["error"] == code
        join(page, "round:1")
        assert hear(page, 1) == [1]


def closed_with(page: ClientConnection) -> int | None:
    """The code with which the server closes the page, after whatever it still sends."""
    try:
        while True:
            page.recv(timeout=PATIENCE)
    except ConnectionClosed:
        return page.close_code


def test_too_large_and_too_many_messages_close_the_page_and_no_other(daphnes):
    daphne = daphnes()
    with daphne.open() as quiet, daphne.open() as large, daphne.open() as loud:
        join(quiet, "round:1")
        large.send("x" * (MAX_FRAME + 1))
        for _ in range(MAX_MESSAGES + 1):
            loud.send('{"do":"pong"}')
        assert (closed_with(large), closed_with(loud)) == (TOO_LARGE, FLOOD)
        publish("round:1", {"voters": 1})
        assert hear(quiet, 1) == [1]


def test_who_has_no_socket_reads_the_same_log(client):
    for number in range(3):
        publish("round:1", {"voters": number})
    answer = client.get("/live/", {"topic": "round:1", "since": "1"})
    assert [frame["seq"] for frame in answer.json()["frames"]] == [2, 3]
    assert client.get("/live/", {"topic": "round:1", "since": "x"}).status_code == 400
    assert client.get("/live/", {"topic": "secret:1", "since": "0"}).status_code == 404


def test_a_journal_entry_is_told_once_however_often_it_is_relayed():
    assert publish("idea:1", {"changed": True}, position=7) == 1
    assert publish("idea:1", {"changed": True}, position=7) is None
    assert publish("idea:1", {"changed": True}, position=8) == 2
