"""Signed in, and out again: one statement reads a session with its person, and all that ends one still does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from commons.accounts.actions import forget_ended_sessions
from commons.accounts.models import Person, Session
from commons.accounts.tasks import forget_sessions

ClientOf = Callable[[Person], Client]


def is_signed_in(client: Client) -> bool:
    return client.get("/en/me/profile/").status_code == 200


def test_session_and_person_are_read_by_one_statement(olena: Person, client_of: ClientOf):
    client = client_of(olena)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get("/en/me/residency/")
    assert answer.wsgi_request.user == olena
    read = [
        query["sql"] for query in captured if "accounts_session" in query["sql"] or "accounts_person" in query["sql"]
    ]
    assert len(read) == 1


def test_who_comes_along_with_the_session_is_the_whole_person(olena: Person, client_of: ClientOf):
    person = client_of(olena).get("/en/me/profile/").wsgi_request.user
    assert {field.name: getattr(person, field.name) for field in Person._meta.concrete_fields} == {
        field.name: getattr(olena, field.name) for field in Person._meta.concrete_fields
    } | {"last_login": person.last_login}
    assert not person.get_deferred_fields()


def test_the_row_names_its_person_so_that_all_of_somebodys_sessions_can_be_ended(
    olena: Person, petro: Person, client_of: ClientOf
):
    at_home, at_the_library, petros = client_of(olena), client_of(olena), client_of(petro)
    assert olena.sessions.count() == 2
    olena.sessions.all().delete()
    assert not is_signed_in(at_home)
    assert not is_signed_in(at_the_library)
    assert is_signed_in(petros)


@pytest.mark.parametrize(
    "change",
    [
        lambda person: Person.objects.filter(pk=person.pk).update(is_active=False),
        lambda person: Person.objects.filter(pk=person.pk).update(password="!another"),
        lambda person: Session.objects.filter(person=person).update(expire_date="2020-01-01T00:00Z"),
        lambda person: Session.objects.filter(person=person).update(person=None, session_data="broken"),
    ],
    ids=["blocked", "password changed", "time over", "broken data"],
)
def test_a_session_that_holds_no_longer_signs_nobody_in(olena: Person, client_of: ClientOf, change: Any):
    client = client_of(olena)
    assert is_signed_in(client)
    change(olena)
    assert not is_signed_in(client)


def test_a_session_signed_with_the_key_before_the_last_still_holds(olena: Person, client_of: ClientOf, settings: Any):
    client = client_of(olena)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key of the operator"
    assert is_signed_in(client)


def test_a_session_without_person_is_anonymous(db: None):
    client = Client()
    session = client.session
    session["basket"] = [1]
    session.save()
    answer = client.get("/en/")
    assert not answer.wsgi_request.user.is_authenticated
    assert answer.wsgi_request.session["basket"] == [1]


def test_a_made_up_key_is_nobodys(db: None):
    client = Client()
    client.cookies["sessionid"] = "x" * 500
    assert not is_signed_in(client)
    client.cookies["sessionid"] = "with-a-zero\0-byte"
    assert not is_signed_in(client)


def test_ended_sessions_are_forgotten_and_others_kept(olena: Person, petro: Person, client_of: ClientOf, at: datetime):
    client, _ = client_of(olena), client_of(petro)
    petro.sessions.update(expire_date=at - timedelta(seconds=1))
    assert forget_ended_sessions(at=at) == 1
    assert is_signed_in(client)
    assert forget_sessions() == 0
