"""The people of the tests, and the guards that forbid slop in every one of them."""

from __future__ import annotations

import random  # noqa: TID251 - the shuffle must be the same in each run
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import query
from django.template import engines
from django.test import Client

from commons.accounts.actions import attest_at_desk, give_office
from commons.accounts.models import Person
from commons.kernel import clock
from commons.places.actions import add_place
from commons.places.models import Place


class UndefinedVariable(str):
    """Stands where a template names a variable that its view never gave: the test fails with the name."""

    def __contains__(self, item: object) -> bool:
        return True

    def __mod__(self, variable: object) -> str:
        raise AssertionError(f"the template uses {variable!s}, which is not in its context")


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_collected(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Pages name fingerprinted files; the tests see them as they are served."""
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    call_command("collectstatic", "--no-input", verbosity=0)


@pytest.fixture(autouse=True)
def _undefined_template_variables_fail() -> Iterator[None]:
    engine = engines["django"].engine
    before, engine.string_if_invalid = engine.string_if_invalid, UndefinedVariable("%s")
    yield
    engine.string_if_invalid = before


@pytest.fixture(autouse=True)
def _unordered_querysets_come_back_shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list without ORDER BY has no order: whoever relies on one finds out here and not in production."""
    chance = random.Random(20261124)
    for iterable in (query.ModelIterable, query.ValuesIterable, query.ValuesListIterable):
        original = iterable.__iter__

        def shuffled(self: Any, original: Callable[[Any], Iterator[Any]] = original) -> Iterator[Any]:
            if self.queryset.ordered or self.queryset.query.is_sliced:
                return original(self)
            rows = list(original(self))
            chance.shuffle(rows)
            return iter(rows)

        monkeypatch.setattr(iterable, "__iter__", shuffled)


@pytest.fixture
def at(db: None) -> datetime:
    """The instant at which the test's story happens: now, by the database's clock."""
    return clock.now()


def _person(name: str, language: str = "uk") -> Person:
    return Person.objects.create_user(email=f"{name.lower()}@example.org", name=name, language=language)


@pytest.fixture
def volyn(at: datetime) -> Place:
    """A region, with the municipality of the tests and its neighbour below it."""
    return add_place(
        parent=None,
        kind="region",
        slug="volyn",
        names={"uk": "Волинь", "en": "Volyn"},
        languages=["uk"],
        time_zone="Europe/Kyiv",
        currency="UAH",
        at=at,
    )


@pytest.fixture
def liuboml(volyn: Place, at: datetime) -> Place:
    """The municipality where the tests live."""
    return add_place(
        parent=volyn,
        kind="municipality",
        slug="liuboml",
        names={"uk": "Любомль", "en": "Liuboml"},
        languages=["uk"],
        time_zone="Europe/Kyiv",
        currency="UAH",
        at=at,
    )


@pytest.fixture
def kovel(volyn: Place, at: datetime) -> Place:
    """The neighbouring municipality, where Boris lives."""
    return add_place(
        parent=volyn,
        kind="municipality",
        slug="kovel",
        names={"uk": "Ковель", "en": "Kovel"},
        languages=["uk"],
        time_zone="Europe/Kyiv",
        currency="UAH",
        at=at,
    )


@pytest.fixture
def petro(liuboml: Place, at: datetime) -> Person:
    """The official of Liuboml."""
    person = _person("Petro")
    give_office(person=person, place=liuboml, role="official", by=None, at=at)
    return person


@pytest.fixture
def olena(liuboml: Place, petro: Person, at: datetime) -> Person:
    """A resident of Liuboml."""
    person = _person("Olena")
    attest_at_desk(person=person, place=liuboml, by=petro, at=at)
    return person


@pytest.fixture
def rasa(liuboml: Place, at: datetime) -> Person:
    """The moderator of Liuboml's sessions."""
    person = _person("Rasa", "lt")
    give_office(person=person, place=liuboml, role="moderator", by=None, at=at)
    return person


@pytest.fixture
def audra(liuboml: Place, at: datetime) -> Person:
    """The auditor, who reads everything and changes nothing."""
    person = _person("Audra", "lt")
    give_office(person=person, place=liuboml, role="auditor", by=None, at=at)
    return person


@pytest.fixture
def boris(kovel: Place, at: datetime) -> Person:
    """The outsider: a resident and official of the neighbouring municipality, a stranger in Liuboml."""
    person = _person("Boris")
    give_office(person=person, place=kovel, role="official", by=None, at=at)
    attest_at_desk(person=person, place=kovel, by=person, at=at)
    return person


@pytest.fixture
def residents(liuboml: Place, petro: Person, at: datetime) -> Callable[[int], list[Person]]:
    """Make a number of residents of Liuboml."""

    def make(number: int) -> list[Person]:
        people = [_person(f"Resident{index}") for index in range(number)]
        for person in people:
            attest_at_desk(person=person, place=liuboml, by=petro, at=at)
        return people

    return make


@pytest.fixture
def database_url(db: None) -> str:
    """The address of the test's own database, for a process that the test starts."""
    here = connection.settings_dict
    named = {"host": here["HOST"], "port": here["PORT"], "user": here["USER"], "password": here["PASSWORD"]}
    given = {name: str(value) for name, value in named.items() if value}
    given |= {name: value for name, value in here["OPTIONS"].items() if name in named}
    return f"postgres:///{here['NAME']}?{urlencode(given)}"


@pytest.fixture
def client_of(db: None) -> Callable[[Person], Client]:
    """A browser in which the person is signed in."""

    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
