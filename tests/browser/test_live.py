"""A page that is open hears of what happens, and never loses what somebody is filling in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from commons.accounts.models import Person
from commons.kernel.clock import now
from tests.browser.windows import OpenWindow
from tests.commons.live.daphne import Daphne
from voting.actions import cast, count_turnout
from voting.models import Round


@pytest.fixture
def socket_server(site: Any, settings: Any, database_url: str) -> Iterator[Daphne]:
    """A Daphne at an address of its own, which the pages are told."""
    environment = os.environ | {"DATABASE_URL": database_url, "VICHE_POOL": "1", "VICHE_ORIGIN": site.url}
    # Its page's origin is the site's; it learns its own address only when it has a port.
    daphne = Daphne(environment, own_address="VICHE_LIVE_ORIGIN")
    daphne.wait()
    settings.LIVE_ORIGIN = daphne.address
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"connect-src": ["'self'", daphne.address]}
    }
    yield daphne
    daphne.kill()


def vote(round: Round, person: Person) -> None:
    cast(round_id=round.pk, person=person, selection=[1], request_id=uuid4())
    count_turnout(round_id=round.pk, at=now())


def test_the_turnout_rises_on_an_open_ballot_while_its_ticks_stay(
    window: OpenWindow,
    socket_server: Daphne,
    schedule: Callable[..., Round],
    olena: Person,
    residents: Callable[[int], list[Person]],
):
    round, neighbours = schedule(), residents(2)
    count_turnout(round_id=round.pk, at=now())
    olenas = window(olena, socket=True)
    with olenas.page.expect_websocket():
        page = olenas.go(f"/uk/rounds/{round.pk}/")
    page.get_by_label("Криниця").check()
    figure = page.locator("[data-live-field=voters]")
    assert figure.inner_text() == "0"
    for number, neighbour in enumerate(neighbours, start=1):
        vote(round, neighbour)
        expect(figure).to_have_text(str(number))
    assert page.get_by_label("Криниця").is_checked()
    assert olenas.problems == []


def test_without_a_socket_the_page_asks_now_and_then(
    window: OpenWindow, schedule: Callable[..., Round], olena: Person, residents: Callable[[int], list[Person]]
):
    round, (neighbour,) = schedule(), residents(1)
    count_turnout(round_id=round.pk, at=now())
    olenas = window(olena, socket=True)  # nobody answers at /ws/ here
    page = olenas.go(f"/uk/rounds/{round.pk}/")
    vote(round, neighbour)
    expect(page.locator("[data-live-field=voters]")).to_have_text("1", timeout=30_000)
    assert any("/live/?topic=round" in address for address in olenas.requests)
