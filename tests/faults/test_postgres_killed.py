"""F6: PostgreSQL is killed three times under sixteen voters. What was acknowledged is there, each request once."""

from __future__ import annotations

import http.client
import json
import os
import random  # noqa: TID251 - who ticks what; the seed makes it repeatable
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.viche.stack.running_site import Up, clean_environment

pytestmark = [pytest.mark.faults, pytest.mark.stack]

VOTERS, KILLS, OPTIONS = 16, 3, 6
SEED = 20261124
CSRF = "a" * 32

# Run beside the site, as an operator's command: a round, its residents, and a signed-in browser for each.
PREPARE = f"""
import json
from datetime import timedelta
from django.test import Client
from commons.accounts import actions as accounts
from commons.accounts.models import Person
from commons.kernel.clock import now
from commons.places.actions import add_place
from voting.actions import create_round
from voting.options import OptionDraft

at = now()
place = add_place(parent=None, kind="municipality", slug="liuboml", names={{"uk": "Любомль"}}, languages=["uk"],
                  time_zone="Europe/Kyiv", currency="UAH", at=at)
petro = Person.objects.create_user(email="petro@example.org", name="Petro", language="uk")
accounts.give_office(person=petro, place=place, role="official", by=None, at=at)
round = create_round(place=place, title="Бюджет", question="Що?", language="uk", currency="UAH", by=petro, at=at,
                     rule={{"method": "greedy-budget", "budget": 10_000_000}}, opens_at=at,
                     closes_at=at + timedelta(hours=1),
                     options=[OptionDraft(source=str(n), title=f"Справа {{n}}", cost=1_000) for n in range({OPTIONS})])
browsers = []
for number in range({VOTERS}):
    person = Person.objects.create_user(email=f"voter{{number}}@example.org", name=f"Voter {{number}}", language="uk")
    accounts.attest_at_desk(person=person, place=place, by=petro, at=at)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    browsers.append([person.pk, client.cookies["sessionid"].value])
print("PREPARED", json.dumps([round.pk, browsers]))
"""
LOOK = """
import json
from voting import keys
from voting.models import CastRequest, Roll, Round

round = Round.objects.get()
key = keys.open_round_key(round.pseudonym_key, round.slug)
box = {bytes(name): selection for name, selection in round.ballots.order_by("pk").values_list("pseudonym", "selection")}
people = sorted(round.roll.order_by("pk").values_list("person", flat=True))
found = {person: box[keys.pseudonym(key, person)] for person in people}
print("FOUND", json.dumps([people, len(box), found, CastRequest.objects.filter(round=round).count()]))
"""


@dataclass
class Voter:
    """Votes again and again, and repeats every request until it is answered."""

    person: int
    session: str
    port: int
    round: int
    chance: random.Random
    acknowledged: list[list[int]] = field(default_factory=list)
    refused_for_now: list[str | None] = field(default_factory=list)
    cut_off: int = 0
    surprises: list[str] = field(default_factory=list)

    def vote_until(self, over: threading.Event) -> None:
        while not over.is_set():
            selection = sorted(self.chance.sample(range(1, OPTIONS + 1), self.chance.randint(1, OPTIONS)))
            self._insist(
                urlencode({"csrfmiddlewaretoken": CSRF, "request_id": uuid.uuid4(), "options": selection}, True)
            )
            self.acknowledged.append(selection)

    def _insist(self, body: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                status, retry_after = self._send(body)
            except (OSError, http.client.HTTPException):
                self.cut_off += 1
            else:
                if status == 302:
                    return
                if status == 503:
                    self.refused_for_now.append(retry_after)
                else:
                    self.surprises.append(f"status {status}")
            time.sleep(0.1)
        self.surprises.append("a request was never answered")

    def _send(self, body: str) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {
                "Cookie": f"sessionid={self.session}; csrftoken={CSRF}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
            }
            connection.request("POST", f"/uk/rounds/{self.round}/ballot/", body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Retry-After")
        finally:
            connection.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Up]:
    running = Up(tmp_path / "site")
    running.wait_until_ready()
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGTERM)


def ask(site: Up, script: str, mark: str) -> Any:
    """Run a script beside the site; what it prints after the mark."""
    done = subprocess.run(
        [sys.executable, "-m", "viche", "shell", "-v", "0", "-c", script],
        env=clean_environment() | {"VICHE_DATA": str(site.folder), "VICHE_ORIGIN": f"http://127.0.0.1:{site.port}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (line,) = (line for line in done.stdout.splitlines() if line.startswith(mark))
    return json.loads(line.removeprefix(mark))


def processes_of_the_web(site: Up) -> set[int]:
    web = site.pid_of("web")
    return {web, *map(int, Path(f"/proc/{web}/task/{web}/children").read_text().split())}


def test_postgres_killed_under_sixteen_voters_loses_nothing_that_was_acknowledged(site: Up) -> None:
    round, browsers = ask(site, PREPARE, "PREPARED")
    chance = random.Random(SEED)
    voters = [Voter(person, session, site.port, round, random.Random(chance.random())) for person, session in browsers]
    web = processes_of_the_web(site)
    over = threading.Event()
    threads = [threading.Thread(target=voter.vote_until, args=(over,)) for voter in voters]
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            before = sum(len(voter.acknowledged) for voter in voters)
            time.sleep(chance.uniform(1, 2))
            os.kill(site.pid_of("postgres"), signal.SIGKILL)
            _wait_until(lambda known=before: sum(len(v.acknowledged) for v in voters) > known + 5 * VOTERS)
            _wait_until(lambda: site.status() == 200)
    finally:
        over.set()
        for thread in threads:
            thread.join(90)
    assert [surprise for voter in voters for surprise in voter.surprises] == []

    people, ballots, found, requests = ask(site, LOOK, "FOUND")
    assert people == sorted(voter.person for voter in voters)
    assert ballots == VOTERS
    # Each voter waits for the answer before voting anew: the last acknowledged choice is the one in the box.
    assert {int(person): chosen for person, chosen in found.items()} == {v.person: v.acknowledged[-1] for v in voters}
    # A request whose fate was unknown and that was repeated is one request.
    assert requests == sum(len(voter.acknowledged) for voter in voters)
    # The faults were real: somebody was turned away or cut off, with a word on when to come again.
    turned_away = [after for voter in voters for after in voter.refused_for_now]
    assert turned_away
    assert set(turned_away) == {"5"}
    assert processes_of_the_web(site) == web  # nothing had to be started anew


def _wait_until(true: Any, seconds: float = 45) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
