"""Signing in by a code that comes by e-mail."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from commons.accounts.models import Person


def code_in_last_letter() -> str:
    found = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", mail.outbox[-1].body, re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def test_olena_signs_in_with_the_code_from_her_letter(olena):
    browser = Client()
    asked = browser.post("/uk/accounts/login/", {"email": "olena@example.org"})
    assert asked.headers["Location"] == "/uk/accounts/login/code/"
    entered = browser.post("/uk/accounts/login/code/", {"code": code_in_last_letter()})
    assert entered.headers["Location"] == "/uk/me/"
    assert browser.get("/uk/me/").status_code == 200


def test_a_newcomer_signs_up_and_is_written_to_in_the_language_of_the_page(db):
    browser = Client()
    asked = browser.post("/lt/accounts/signup/", {"email": "Nauja@Example.org"})
    assert asked.headers["Location"] == "/lt/accounts/signup/code/"
    entered = browser.post("/lt/accounts/signup/code/", {"code": code_in_last_letter()})
    assert entered.status_code == 302
    newcomer = Person.objects.get(email="nauja@example.org")
    assert newcomer.language == "lt"
    assert browser.get("/lt/me/").status_code == 200


def test_a_wrong_code_is_refused_and_three_end_the_attempt(olena):
    browser = Client()
    browser.post("/uk/accounts/login/", {"email": "olena@example.org"})
    for _ in range(2):
        assert browser.post("/uk/accounts/login/code/", {"code": "WRONG1"}).status_code == 200
    assert browser.post("/uk/accounts/login/code/", {"code": "WRONG1"}).status_code == 302
    assert browser.get("/uk/me/").status_code == 302


def test_nobody_learns_from_the_pages_who_has_an_account(olena):
    def walk(address: str) -> tuple[int, str, str]:
        browser = Client()
        asked = browser.post("/uk/accounts/login/", {"email": address})
        page = browser.get("/uk/accounts/login/code/").content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
        return asked.status_code, asked.headers["Location"], page.replace(address, "ADDRESS")

    assert walk("olena@example.org") == walk("nobody@example.org")


@pytest.mark.parametrize(
    "spelling", ["OLENA@example.org", "olena@EXAMPLE.ORG", " olena@example.org ", "ｏlena@example.org"]
)
def test_other_spellings_of_an_address_lead_to_the_same_account(olena, spelling):
    browser = Client()
    browser.post("/uk/accounts/login/", {"email": spelling})
    browser.post("/uk/accounts/login/code/", {"code": code_in_last_letter()})
    assert browser.session["_auth_user_id"] == str(olena.pk)
