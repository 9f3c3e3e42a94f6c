"""Who gets what at every address: one row per route, and a new route without a row fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from commons.kernel import clock
from commons.kernel.locks import SPACES
from consultations import actions as consultations
from consultations.timeline import PhasePlan
from ideas import actions as ideas
from voting import actions as voting
from voting.options import OptionDraft

# The outcome for each of: nobody signed in, Olena (resident), Rasa (moderator), Petro (official), Boris (official next
# door). 302 leads to signing in; 403 and 404 are refusals; 200 is the page.
READERS = ("nobody", "olena", "rasa", "petro", "boris")
PUBLIC = (200, 200, 200, 200, 200)
SIGNED_IN = (302, 200, 200, 200, 200)
OFFICE = (403, 403, 403, 200, 403)

GET: dict[str, tuple[int, ...]] = {
    "healthz": PUBLIC,
    "viche:home": PUBLIC,
    "viche:place": PUBLIC,
    "viche:verify": PUBLIC,
    "viche:accessibility": PUBLIC,
    "viche:source": PUBLIC,
    "viche:imprint": PUBLIC,
    "viche:me": SIGNED_IN,
    "viche:my-data": SIGNED_IN,
    "viche:leave": SIGNED_IN,
    "viche:styleguide": PUBLIC,
    "viche:demo-enter": (404, 404, 404, 404, 404),  # not a demo
    "viche:demo-progress": (404, 404, 404, 404, 404),
    "account_login": (200, 302, 302, 302, 302),
    "account_request_login_code": (200, 302, 302, 302, 302),
    "account_confirm_login_code": (302, 302, 302, 302, 302),
    "account_logout": (302, 200, 200, 200, 200),
    "account_inactive": PUBLIC,
    "accounts:residency": SIGNED_IN,
    "accounts:profile": SIGNED_IN,
    "accounts:register": OFFICE,
    "accounts:desk": OFFICE,
    "accounts:journal": (403, 403, 403, 403, 403),  # for the auditor alone: see tests/commons/accounts
    "accounts:journal-seals": (403, 403, 403, 403, 403),
    "accounts:journal-seal": (403, 403, 403, 403, 403),
    "notifications:preferences": SIGNED_IN,
    "notifications:unsubscribe": (404, 404, 404, 404, 404),  # the token of nobody
    "notifications:outbox": (404, 404, 404, 404, 404),
    "consultations:list": PUBLIC,
    "consultations:detail": PUBLIC,
    "consultations:edit": (403, 403, 403, 302, 403),  # it is published: to its page
    "consultations:preview": (403, 403, 403, 302, 403),
    "consultations:new": OFFICE,
    "consultations:move": OFFICE,
    "ideas:list": PUBLIC,
    "ideas:new": PUBLIC,
    "ideas:vote": (403, 403, 403, 409, 403),  # this consultation has no voting step
    "ideas:detail": PUBLIC,
    "ideas:decision": OFFICE,
    "ideas:desk": OFFICE,
    "voting:list": PUBLIC,
    "voting:round": PUBLIC,
    "voting:receipt": (302, 302, 302, 302, 302),  # nobody has voted: to the ballot
    "voting:rules": PUBLIC,
    "voting:result": PUBLIC,
    "voting:bundle": (409, 409, 409, 409, 409),  # not counted yet
    "live:since": (404, 404, 404, 404, 404),  # no topic named
    "api-schema": PUBLIC,
    "place-list": PUBLIC,
    "place-detail": PUBLIC,
    "me-list": (403, 200, 200, 200, 200),
    "consultation-list": PUBLIC,
    "consultation-detail": PUBLIC,
    "idea-list": PUBLIC,
    "idea-detail": PUBLIC,
    "round-list": PUBLIC,
    "round-detail": PUBLIC,
    "round-result": (409, 409, 409, 409, 409),
}
# What an empty POST gets: refused for want of permission, or (who may) done or refused for want of content; never an
# error of ours.
POST: dict[str, tuple[int, ...]] = {
    "set_language": (302, 302, 302, 302, 302),
    "accounts:end-sessions": (302, 302, 302, 302, 302),  # nobody: to signing in; others: no other session to end
    "consultations:publication": (403, 403, 403, 302, 403),
    "ideas:draft": (403, 200, 403, 403, 403),
    "ideas:endorsement": (403, 302, 403, 403, 403),
    "ideas:withdrawal": (403, 302, 403, 403, 403),
    "voting:cast": (403, 409, 409, 409, 409),
    "idea-endorsement": (403, 201, 403, 403, 403),
    "consultation-publication": (403, 403, 403, 409, 403),  # it is published already
    "phase-move": (403, 415, 415, 415, 415),
    "idea-decision": (403, 415, 415, 415, 415),
    "vote-list": (403, 415, 415, 415, 415),
    "round-ballot": (415, 415, 415, 415, 415),  # JSON only
}


def routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[str]:
    """Every named route of the site."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from routes(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def test_every_route_has_its_row():
    assert sorted(set(routes()) ^ (set(GET) | set(POST))) == []


@pytest.fixture
def addresses(liuboml, petro, olena, at) -> dict[str, dict[str, Any]]:
    """The arguments of every route: a published consultation of Liuboml with an initiative, and a round to come."""
    plans = [
        PhasePlan(kind="collect", opens_at=at - timedelta(seconds=1), closes_at=at + timedelta(days=1)),
        PhasePlan(kind="review", opens_at=at + timedelta(days=1), closes_at=at + timedelta(days=2)),
    ]
    draft = consultations.draft_consultation(
        place=liuboml,
        title="Що зробити?",
        summary="Запитуємо",
        text="Напишіть",
        language="uk",
        budget=None,
        support_threshold=1,
        phases=plans,
        by=petro,
        at=at,
    )
    consultation = consultations.publish_consultation(consultation=draft, by=petro, at=at)
    idea = ideas.publish_idea(
        consultation=consultation,
        author=olena,
        title="Лавка",
        problem="Нема де сісти",
        proposal="Поставити",
        location="",
        cost=None,
        language="uk",
        at=clock.now(),
    )
    round = voting.create_round(
        place=liuboml,
        title="Бюджет",
        question="Що?",
        language="uk",
        rule={"method": "greedy-budget", "budget": 100_000},
        options=[OptionDraft(source="", title="Лавка", text="", cost=50_000)],
        opens_at=at + timedelta(hours=1),
        closes_at=at + timedelta(hours=2),
        currency="UAH",
        by=petro,
        at=clock.now(),
    )
    of = {
        "consultations": {"pk": consultation.pk},
        "consultation": {"pk": consultation.pk},
        "ideas": {"pk": consultation.pk},
        "idea": {"pk": idea.pk},
        "voting": {"pk": round.pk},
        "round": {"pk": round.pk},
    }
    place = {"slug": liuboml.slug}
    special: dict[str, dict[str, Any]] = {
        "viche:place": place,
        "consultations:list": {},
        "voting:list": {},
        "viche:demo-enter": {"token": "x"},
        "accounts:register": place,
        "accounts:desk": place,
        "accounts:journal": place,
        "accounts:journal-seals": place,
        "accounts:journal-seal": place | {"number": 1},
        "notifications:unsubscribe": {"token": "x"},
        "consultations:new": place,
        "consultations:move": {"pk": consultation.phases.get(kind="review").pk},
        "ideas:desk": place,
        "ideas:detail": {"pk": idea.pk},
        "ideas:decision": {"pk": idea.pk},
        "ideas:endorsement": {"pk": idea.pk},
        "ideas:withdrawal": {"pk": idea.pk},
        "place-detail": place,
        "phase-move": {"pk": consultation.phases.get(kind="review").pk},
    }
    listing = {"consultation-list", "vote-list", "idea-list", "round-list", "place-list", "me-list"}
    return {
        name: special[name]
        if name in special
        else ({} if name in listing else of.get(name.split(":")[0] if ":" in name else name.split("-")[0], {}))
        for name in {*GET, *POST}
    }


@pytest.fixture
def browsers(olena, rasa, petro, boris, client_of: Callable[[Any], Client]) -> dict[str, Client]:
    """A browser for each reader."""
    return {"nobody": Client()} | {p.name.lower(): client_of(p) for p in (olena, rasa, petro, boris)}


def test_reading(addresses, browsers):
    got = {
        name: tuple(browsers[reader].get(reverse(name, kwargs=addresses[name])).status_code for reader in READERS)
        for name in GET
    }
    assert got == GET


def test_writing_nothing(addresses, browsers):
    got = {
        name: tuple(browsers[reader].post(reverse(name, kwargs=addresses[name])).status_code for reader in READERS)
        for name in POST
    }
    assert got == POST


def test_a_form_from_another_site_writes_nothing(addresses, olena):
    for name in (*POST, *(n for n in GET if ":" in n and n.split(":")[0] != "notifications")):
        if name.startswith(("idea-", "round-", "consultation-", "phase-", "vote-")) or name in (
            "viche:demo-enter",
            "viche:demo-progress",
        ):
            continue
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(olena, backend="allauth.account.auth_backends.AuthenticationBackend")
        status = browser.post(reverse(name, kwargs=addresses[name]), {"x": "1"}).status_code
        assert status in (403, 405), name


def test_locks_have_numbers_of_their_own():
    assert len(set(SPACES.values())) == len(SPACES)
