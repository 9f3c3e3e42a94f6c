"""Olena's way through the pages of a vote, and what nobody can learn from them."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from commons.accounts.models import Person
from voting import tasks
from voting.actions import cast, count_turnout
from voting.models import Ballot, Bundle, Result, Roll, Round
from voting.options import OptionDraft
from voting.recount import recount

Schedule = Callable[..., Round]
ClientOf = Callable[[Person], Client]
TimePasses = Callable[[Round, timedelta], Round]
HOUR = timedelta(hours=1)
# What differs from view to view of the same page, and is drawn at random.
CHANCE = re.compile(
    r'(?<=name="csrfmiddlewaretoken" value=")[^"]+|(?<=name="request_id" value=")[^"]+|(?<=nonce=")[^"]+'
)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def request_id(text: str) -> str:
    found = re.search(r'name="request_id" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def test_olena_votes_changes_her_vote_and_checks_it_after_the_close(
    schedule: Schedule, olena: Person, client_of: ClientOf, time_passes: TimePasses
):
    round, client = schedule(), client_of(olena)
    text = page(client, f"/en/rounds/{round.pk}/")
    assert all(title in text for title in ("Лавки біля школи", "Криниця", "Дах клубу", "Велодоріжка", "Cast my vote"))
    sent = {"request_id": request_id(text), "options": ["1", "3"]}

    answer = client.post(f"/en/rounds/{round.pk}/ballot/", sent)

    assert (answer.status_code, answer["Location"]) == (302, f"/en/rounds/{round.pk}/receipt/")
    receipt = page(client, answer["Location"])
    code = Roll.objects.get(round=round).receipt
    assert code in receipt
    again = client.post(f"/en/rounds/{round.pk}/ballot/", sent | {"options": ["2"]})
    assert "the first sending counts" in page(client, again["Location"])
    text = page(client, f"/en/rounds/{round.pk}/")
    assert "You can change your vote until the close" in text
    assert " checked" not in text
    client.post(f"/en/rounds/{round.pk}/ballot/", {"request_id": request_id(text), "options": ["2"]})
    assert list(Ballot.objects.filter(round=round).values_list("selection", flat=True)) == [[2]]

    assert "No result yet" in page(client, f"/en/rounds/{round.pk}/result/")
    time_passes(round, 2 * HOUR)
    assert "The ballots are being counted" in page(client, f"/en/rounds/{round.pk}/result/")
    tasks.close_due()
    result = page(client, f"/en/rounds/{round.pk}/result/?receipt={code.lower()}")
    assert "Yes. This receipt stands on the list" in result
    assert "Криниця has 1 votes and costs" in result
    assert "does not stand on the list" in page(client, f"/en/rounds/{round.pk}/result/?receipt=XXXX-XXXX-XXXX")
    closed = page(client, f"/en/rounds/{round.pk}/")
    assert "Voting has closed" in closed
    assert "See the result" in closed
    assert "You can change your vote" not in closed + page(client, f"/en/rounds/{round.pk}/receipt/")
    refused = client.post(f"/en/rounds/{round.pk}/ballot/", {"request_id": str(uuid4()), "options": ["1"]})
    assert refused.status_code == 409


def test_the_bundle_is_handed_out_once_and_then_from_the_browsers_own_copy(
    schedule: Schedule, time_passes: TimePasses, client: Client, residents: Callable[[int], list[Person]]
):
    round = schedule()
    for person in residents(3):
        cast(round_id=round.pk, person=person, selection=[1, 2], request_id=uuid4())
    address = f"/en/rounds/{round.pk}/bundle/"
    assert client.get(address).status_code == 409
    time_passes(round, HOUR)
    tasks.close_due()

    answer = client.get(address)

    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="round-{round.slug}.viche.zip"'
    assert answer["ETag"] == f'"{Result.objects.get().bundle_sha256}"'
    assert answer.content == bytes(Bundle.objects.get().content)
    assert recount(io.BytesIO(answer.content)).agrees
    assert client.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304
    # A tie of two options is told in words.
    assert "“Лавки біля школи”, “Криниця” were equal" in page(client, f"/en/rounds/{round.pk}/result/")


def test_a_visitor_sees_what_is_missing_before_the_work_begins(
    schedule: Schedule, client: Client, boris: Person, olena: Person, client_of: ClientOf, at: datetime
):
    round, coming = schedule(), schedule(opens_at=at + HOUR, closes_at=at + 2 * HOUR)
    nobody, outsider = page(client, f"/en/rounds/{round.pk}/"), page(client_of(boris), f"/en/rounds/{round.pk}/")
    assert "Sign in first" in nobody
    assert "This is for residents of this place" in outsider
    assert "Voting has not opened yet" in page(client_of(olena), f"/en/rounds/{coming.pk}/")
    for text in (nobody, outsider):
        assert "Криниця" in text
        assert "Cast my vote" not in text
    sent = {"request_id": str(uuid4()), "options": ["1"]}
    assert client.post(f"/en/rounds/{round.pk}/ballot/", sent).status_code == 403
    assert client_of(boris).post(f"/en/rounds/{round.pk}/ballot/", sent).status_code == 403
    assert client_of(olena).post(f"/en/rounds/{coming.pk}/ballot/", sent).status_code == 409
    assert client.get(f"/en/rounds/{round.pk}/ballot/")["Location"] == f"/en/rounds/{round.pk}/"
    assert client.get(f"/en/rounds/{round.pk}/receipt/")["Location"] == f"/en/rounds/{round.pk}/"
    assert not Roll.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"options": ["1"]}, 400, "could not be read"),
        ({"request_id": "7", "options": ["1"]}, 400, "could not be read"),
        ({"request_id": str(uuid4())}, 400, "at least as many options"),
        ({"request_id": str(uuid4()), "options": ["x"]}, 400, "could not be read"),
        ({"request_id": str(uuid4()), "options": ["9" * 400]}, 400, "not on this ballot"),
        ({"request_id": str(uuid4()), "options": ["1", "1"]}, 400, "chosen twice"),
        ({"request_id": str(uuid4()), "options": ["1", "2", "3", "4"]}, 400, "more options than the rules allow"),
    ],
)
def test_a_refused_ballot_comes_back_with_what_was_ticked(
    schedule: Schedule, olena: Person, client_of: ClientOf, sent: dict[str, Any], status: int, sentence: str
):
    round = schedule()
    answer = client_of(olena).post(f"/en/rounds/{round.pk}/ballot/", sent)
    text = html.unescape(answer.content.decode())
    assert answer.status_code == status
    assert sentence in text
    assert text.count(" checked") == len({"1", "2", "3", "4"} & set(sent.get("options", [])))
    assert request_id(text) != sent.get("request_id")
    assert not Roll.objects.exists()


@pytest.mark.parametrize("pk", [10**6, 2**31, 10**18, 10**30])
def test_there_is_nothing_under_a_wrong_number(db: None, olena: Person, client_of: ClientOf, pk: int):
    client = client_of(olena)
    for address in ("", "rules/", "result/", "receipt/"):
        assert client.get(f"/en/rounds/{pk}/{address}").status_code == 404
    assert client.post(f"/en/rounds/{pk}/ballot/", {"request_id": str(uuid4())}).status_code == 404
    assert client.get(f"/api/v1/rounds/{pk}/").status_code == 404
    sent = {"request_id": str(uuid4()), "selection": [1]}
    assert client.post(f"/api/v1/rounds/{pk}/ballot/", sent, "application/json").status_code == 404


def test_a_round_without_money_has_a_plain_paper(
    schedule: Schedule, olena: Person, client_of: ClientOf, time_passes: TimePasses
):
    names = [OptionDraft(title="Вулиця Лесі"), OptionDraft(title="Вулиця Івана", text="Франка")]
    round = schedule(rule={"method": "approval", "winners": 1}, currency="", options=names)
    client = client_of(olena)
    text = page(client, f"/en/rounds/{round.pk}/")
    assert text.count('type="checkbox"') == 2
    client.post(f"/en/rounds/{round.pk}/ballot/", {"request_id": request_id(text), "options": ["2"]})
    assert "named on most ballots win" in page(client, f"/en/rounds/{round.pk}/rules/")
    time_passes(round, HOUR)
    tasks.close_due()
    assert "Вулиця Івана has 1 votes and wins." in page(client, f"/en/rounds/{round.pk}/result/")


def test_the_api_says_and_does_the_same(
    schedule: Schedule, olena: Person, boris: Person, client: Client, client_of: ClientOf, time_passes: TimePasses
):
    round = schedule()
    address = f"/api/v1/rounds/{round.pk}/"
    listed = client.get("/api/v1/rounds/").json()["results"]
    assert listed == [client.get(address).json()]
    assert [option["number"] for option in listed[0]["options"]] == [1, 2, 3, 4]
    assert listed[0]["rule"] == round.rule
    assert client.get("/api/v1/rounds/x/").status_code == 404

    def send(person: Person | None, **sent: Any) -> tuple[int, Any]:
        who = client_of(person) if person else client
        answer = who.post(f"{address}ballot/", sent, "application/json")
        return answer.status_code, answer.json().get("code") or answer.json().get("receipt") or answer.json()

    request = str(uuid4())
    status, code = send(olena, request_id=request, selection=[2])
    assert (status, code) == (201, Roll.objects.get(round=round).receipt)
    assert send(olena, request_id=request, selection=[2]) == (200, code)
    assert send(None, request_id=str(uuid4()), selection=[2]) == (403, "sign_in_first")
    assert send(boris, request_id=str(uuid4()), selection=[2]) == (403, "not_resident")
    assert send(olena, request_id=str(uuid4()), selection={"2": True}) == (400, "malformed_ballot")
    assert send(olena, request_id="7", selection=[2])[0] == 400
    assert send(olena, selection=[2])[0] == 400
    assert client.get(f"{address}result/").json()["code"] == "not_counted_yet"
    time_passes(round, HOUR)
    assert send(olena, request_id=str(uuid4()), selection=[1]) == (409, "round_closed")
    tasks.close_due()
    result = client.get(f"{address}result/").json()
    assert (result["outcome"]["winners"], result["ballots"]) == ([2], 1)


def test_while_a_round_is_open_nothing_depends_on_what_was_chosen(
    schedule: Schedule,
    residents: Callable[[int], list[Person]],
    petro: Person,
    audra: Person,
    boris: Person,
    client: Client,
    client_of: ClientOf,
    at: datetime,
):
    """Non-interference: the same round with other choices gives the same bytes on every address, for every role.

    The choices are made, read, undone to a savepoint, and made otherwise: numbers and codes stay comparable.
    """
    voters = residents(4)
    readers = [client, *(client_of(person) for person in (*voters, petro, audra, boris))]
    round = schedule()
    addresses = [f"/en/rounds/{round.pk}/{part}" for part in ("", "rules/", "result/", "receipt/", "bundle/")]
    addresses += [f"/api/v1/rounds/{round.pk}/{part}" for part in ("", "result/")]
    addresses += ["/api/v1/rounds/", "/en/", "/en/me/", "/en/places/liuboml/", f"/live/round:{round.pk}/"]

    def seen(choices: list[list[int]]) -> list[tuple[str, int, str]]:
        codes = iter(f"AAAA-AAAA-000{n}" for n in range(8))
        before = transaction.savepoint()
        with patch("voting.receipts.new", lambda: next(codes)):
            told: list[tuple[str, int, str]] = []
            for voter, selection, reader in zip(voters, choices, readers[1:5], strict=True):
                sent = {"request_id": str(uuid4()), "options": [str(number) for number in selection]}
                answer = reader.post(f"/en/rounds/{round.pk}/ballot/", sent)
                told.append((str(voter.pk), answer.status_code, str(answer.items())))
            count_turnout(round_id=round.pk, at=at + timedelta(microseconds=len(told)))
            for reader in readers:
                for address in addresses:
                    answer = reader.get(address)
                    body = b"".join(answer) if answer.streaming else answer.content
                    told.append((address, answer.status_code, CHANCE.sub("", body.decode())))
        transaction.savepoint_rollback(before)
        return told

    one, other = seen([[1], [1], [2], [1, 2, 3]]), seen([[4], [3, 2], [4], [4]])
    assert one == other
    assert {status for _, status, _ in one} >= {200, 302, 409}


def test_a_vote_by_http_takes_a_fixed_number_of_statements(
    schedule: Schedule, residents: Callable[[int], list[Person]], client_of: ClientOf
):
    """The session with its person, then the vote's three. However many have voted, it stays so."""
    round = schedule()
    counts = []
    for person in residents(3):
        client = client_of(person)
        with CaptureQueriesContext(connection) as captured:
            client.post(f"/en/rounds/{round.pk}/ballot/", {"request_id": str(uuid4()), "options": ["1"]})
        counts.append([q["sql"].split()[0] for q in captured if "SAVEPOINT" not in q["sql"]])
    # The first vote in a process reads the paper as well.
    assert counts[0][-1] == "WITH"
    assert counts[1] == counts[2] == ["SELECT", "SELECT", "SELECT", "WITH"]


def test_the_paper_says_whether_more_than_the_budget_may_be_named(
    schedule: Schedule, olena: Person, client_of: ClientOf
):
    loose = schedule()
    strict = schedule(rule={"method": "greedy-budget", "budget": 100_000_00, "max_cost": 100_000_00})
    client = client_of(olena)
    sent = {"request_id": str(uuid4()), "options": ["2", "3"]}  # 110 000 together
    assert "the count decides what fits" in page(client, f"/en/rounds/{loose.pk}/")
    assert "Untick something" in page(client, f"/en/rounds/{strict.pk}/")
    assert client.post(f"/en/rounds/{loose.pk}/ballot/", sent).status_code == 302
    refused = client.post(f"/en/rounds/{strict.pk}/ballot/", sent)
    assert (refused.status_code, Roll.objects.filter(round=strict).count()) == (400, 0)
    assert "costs more than the budget" in refused.content.decode()
