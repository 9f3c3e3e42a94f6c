"""Signing in by a code that comes by e-mail."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from commons.accounts.actions import enter
from commons.accounts.addresses import canonical
from commons.accounts.models import Person

CODE = re.compile(r"^\s*([A-Z0-9-]{6,})\s*$", re.MULTILINE)


@pytest.fixture(autouse=True)
def nobody_has_asked_yet(db):
    """The limits lie in a table that outlives tests which commit."""
    cache.clear()


def code_in_last_letter() -> str:
    found = CODE.search(mail.outbox[-1].body)
    assert found, mail.outbox[-1].body
    return found[1]


def test_olena_signs_in_with_the_code_from_her_letter(olena):
    browser = Client()
    asked = browser.post("/uk/accounts/login/", {"email": "olena@example.org"})
    assert asked.headers["Location"] == "/uk/accounts/login/code/"
    entered = browser.post("/uk/accounts/login/code/", {"code": code_in_last_letter()})
    assert entered.headers["Location"] == "/uk/me/"
    assert browser.get("/uk/me/").status_code == 200


def test_a_newcomer_comes_in_by_the_same_form_and_is_written_to_in_the_language_of_the_page(db):
    browser = Client()
    asked = browser.post("/lt/accounts/login/", {"email": "Nauja@Example.org"})
    assert asked.headers["Location"] == "/lt/accounts/login/code/"
    assert not Person.objects.exists()  # an address alone makes no account
    assert mail.outbox[-1].to == ["Nauja@Example.org"]
    entered = browser.post("/lt/accounts/login/code/", {"code": code_in_last_letter()})
    assert entered.headers["Location"] == "/lt/me/profile/"  # to be asked for a name
    newcomer = Person.objects.get(canonical_email="nauja@example.org")
    assert (newcomer.language, newcomer.name) == ("lt", "")
    assert browser.get("/lt/me/").status_code == 200


def test_the_language_that_olena_chose_stays_hers(olena):
    browser = Client()
    browser.post("/lt/accounts/login/", {"email": "olena@example.org"})
    browser.post("/lt/accounts/login/code/", {"code": code_in_last_letter()})
    olena.refresh_from_db()
    assert olena.language == "uk"


@pytest.mark.parametrize("address", ["olena@example.org", "nova@example.org"])
@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/uk/p/liuboml/", "/uk/p/liuboml/"), ("//evil.example/", None), ("https://evil.example/uk/", None)],
)
def test_who_came_from_a_page_goes_back_to_it_and_never_to_another_site(olena, address, wanted, reached):
    browser = Client()
    asked = browser.post("/uk/accounts/login/", {"email": address, "next": wanted})
    page = browser.get(asked.headers["Location"])
    entered = browser.post("/uk/accounts/login/code/", {"code": code_in_last_letter(), "next": wanted})
    assert page.status_code == 200
    assert entered.headers["Location"] == reached or (reached is None and "evil" not in entered.headers["Location"])


def test_who_mistyped_the_address_can_type_another(olena):
    browser = Client()
    browser.post("/uk/accounts/login/", {"email": "olina@example.org"})
    assert "/uk/accounts/login/" in browser.get("/uk/accounts/login/code/").content.decode()
    assert browser.get("/uk/accounts/login/").status_code == 200
    browser.post("/uk/accounts/login/", {"email": "olena@example.org"})
    browser.post("/uk/accounts/login/code/", {"code": code_in_last_letter()})
    assert browser.session["_auth_user_id"] == str(olena.pk)


def test_a_new_code_comes_on_request_and_the_old_one_is_void(db):
    browser = Client()
    browser.post("/uk/accounts/login/", {"email": "nova@example.org"})
    first = code_in_last_letter()
    browser.post("/uk/accounts/login/code/", {"action": "resend"})
    assert len(mail.outbox) == 2
    assert browser.post("/uk/accounts/login/code/", {"code": first}).status_code == 200
    assert browser.post("/uk/accounts/login/code/", {"code": code_in_last_letter()}).status_code == 302
    assert Person.objects.count() == 1


def test_a_wrong_code_is_refused_and_three_end_the_attempt(olena):
    browser = Client()
    browser.post("/uk/accounts/login/", {"email": "olena@example.org"})
    for _ in range(2):
        assert browser.post("/uk/accounts/login/code/", {"code": "WRONG1"}).status_code == 200
    assert browser.post("/uk/accounts/login/code/", {"code": "WRONG1"}).status_code == 302
    assert browser.get("/uk/me/").status_code == 302


def test_nobody_learns_from_pages_letters_or_queries_who_has_an_account(olena):
    def walk(address: str) -> list[object]:
        browser, seen = Client(), []
        with CaptureQueriesContext(connection) as asking:
            asked = browser.post("/uk/accounts/login/", {"email": address})
        seen += [asked.status_code, asked.headers["Location"], shapes(asking)]
        seen.append((mail.outbox[-1].to[0].replace(address, "ADDRESS"), CODE.sub("CODE", mail.outbox[-1].body)))
        for sent in ({"code": "WRONG1"}, {"action": "resend"}, {"code": "WRONG1"}, {"code": "WRONG1"}):
            page = browser.get("/uk/accounts/login/code/").content.decode()
            page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
            with CaptureQueriesContext(connection) as trying:
                tried = browser.post("/uk/accounts/login/code/", sent)
            seen += [page.replace(address, "ADDRESS"), tried.status_code, tried.headers.get("Location"), shapes(trying)]
        return [*seen, len(mail.outbox)]

    def shapes(captured: CaptureQueriesContext) -> list[str]:
        values = re.compile(r"'(?:[^']|'')*'|\b\d+\b|\bs\d+_x\d+\b")
        return [values.sub("?", query["sql"]) for query in captured.captured_queries]

    walk("first@example.org")  # the first row of the rate limits is inserted, all others update it
    mail.outbox.clear()
    known = walk("olena@example.org")
    mail.outbox.clear()
    assert walk("nobody@example.org") == known


SPELLINGS = [
    "OLENA@example.org",
    "olena@EXAMPLE.ORG",
    " olena@example.org ",
    "ｏlena@example.org",
    "olena+vote2@example.org",
    "Olena+a+b@example.org",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_other_spellings_of_an_address_lead_to_the_same_account_and_the_code_to_its_own_mailbox(olena, spelling):
    browser = Client()
    browser.post("/uk/accounts/login/", {"email": spelling})
    assert mail.outbox[-1].to == ["olena@example.org"]
    browser.post("/uk/accounts/login/code/", {"code": code_in_last_letter()})
    assert browser.session["_auth_user_id"] == str(olena.pk)
    assert Person.objects.filter(canonical_email="olena@example.org").count() == 1


def test_200_spellings_of_one_address_make_one_account(db):
    names = ["o.lena", "olena", "ol.ena", "o.l.e.n.a", "OLENA"]
    domains = ["gmail.com", "GMAIL.com", "googlemail.com", "ｇmail.com"]
    spellings = [f"{n}{tag}@{d}" for n in names for d in domains for tag in ("", *(f"+{i}" for i in range(9)))]
    assert len(set(spellings)) == 200
    assert {canonical(spelling) for spelling in spellings} == {"olena@gmail.com"}
    assert canonical("Рада@Громада.укр") == canonical("рада@xn--80aahf2bln.xn--j1amh")
    assert canonical("o.lena@example.org") != canonical("olena@example.org")  # elsewhere dots are part of the name
    assert canonical("+@example.org") == "+@example.org"


def test_the_database_keeps_a_second_account_out_however_it_is_made(olena):
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.bulk_create([Person(email="olena+2@Example.org", password="!")])
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create_user(email="Olena@example.org")


def test_whoever_owns_the_tagged_mailbox_at_a_provider_without_tags_does_not_get_olenas_account(db):
    stranger = Client()
    stranger.post("/uk/accounts/login/", {"email": "olena+x@example.org"})
    code = code_in_last_letter()
    Person.objects.create_user(email="olena@example.org")  # Olena comes in between
    refused = stranger.post("/uk/accounts/login/code/", {"code": code}, follow=True)
    assert "_auth_user_id" not in stranger.session
    assert "alert" in refused.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_at_once_make_one_account():
    both = threading.Barrier(2)

    def come() -> int:
        both.wait(10)
        try:
            return enter(address="nova@example.org", language="uk")[0].pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(come), pool.submit(come)
        assert first.result(20) == second.result(20)
    assert Person.objects.count() == 1


def test_tags_do_not_flood_a_mailbox(olena):
    for number in range(8):
        Client().post("/uk/accounts/login/", {"email": f"olena+{number}@example.org"})
    assert len(mail.outbox) == 5


def test_a_closed_account_says_so_only_to_its_owner(olena):
    Person.objects.filter(pk=olena.pk).update(is_active=False)
    browser = Client()
    assert browser.post("/uk/accounts/login/", {"email": olena.email}).headers["Location"] == "/uk/accounts/login/code/"
    entered = browser.post("/uk/accounts/login/code/", {"code": code_in_last_letter()})
    assert entered.headers["Location"] == "/uk/accounts/inactive/"
