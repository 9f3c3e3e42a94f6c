"""Olena sees where she is signed in, takes her data with her, and leaves; what she decided stays decided."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from commons.accounts.actions import attest_at_desk, attest_by_register, import_register
from commons.accounts.browsers import family_of
from commons.accounts.models import Office, Person, Residency, Session
from commons.accounts.register import fingerprint
from commons.journal.models import Entry
from commons.journal.sealing import verify
from commons.kernel.verdicts import Refused
from ideas.actions import endorse, save_draft
from ideas.models import Draft, Idea
from notifications.models import Mute, OutboxMessage
from tests.commons.accounts.test_sign_in import code_in_last_letter
from tests.consultations.fixtures import consultation, draft
from tests.ideas.conftest import idea, write
from tests.voting.conftest import keys_of_the_operator, schedule, time_passes
from viche.actions import delete_account, release_residencies
from viche.pages.my_data import ELSEWHERE, SECTIONS
from viche.tasks import release_residencies as knock
from voting.actions import cast, close_round, count_round
from voting.models import Bundle, Result, Roll, Turnout

__all__ = ["consultation", "draft", "idea", "keys_of_the_operator", "schedule", "time_passes", "write"]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Mobile Safari/537.36"
HOUR = timedelta(hours=1)


def sign_in(address: str, user_agent: str) -> Client:
    browser = Client(headers={"user-agent": user_agent})
    browser.post("/en/accounts/login/", {"email": address})
    browser.post("/en/accounts/login/code/", {"code": code_in_last_letter()})
    mail.outbox.clear()
    return browser


# -- sessions ---------------------------------------------------------------------------------------------------
def test_olena_sees_her_browsers_and_signs_out_of_the_one_she_lost(olena, petro, client_of):
    laptop, phone, petros = sign_in(olena.email, FIREFOX), sign_in(olena.email, PHONE), client_of(petro)
    page = laptop.get("/en/me/profile/")
    here, there = page.context["browsers"]
    assert (here.family, here.is_this) == ("Firefox, Linux", True)
    assert (there.family, there.is_this) == ("Chrome, Android", False)
    for session in Session.objects.all():
        assert session.session_key not in page.content.decode()
    laptop.post("/en/me/sessions/end/", {"session": there.reference})
    assert phone.get("/en/me/").status_code == 302
    assert laptop.get("/en/me/").status_code == 200
    assert petros.get("/en/me/").status_code == 200


def test_everywhere_else_is_everywhere_but_here(olena, petro, client_of):
    here, others, petros = client_of(olena), [client_of(olena) for _ in range(3)], client_of(petro)
    here.post("/en/me/sessions/end/")
    assert [other.get("/en/me/").status_code for other in others] == [302] * 3
    assert here.get("/en/me/").status_code == 200
    assert petros.get("/en/me/").status_code == 200


def test_nobody_ends_the_session_of_another(olena, petro, client_of):
    olenas, petros = client_of(olena), client_of(petro)
    hers = olena.sessions.get().reference
    assert petros.post("/en/me/sessions/end/", {"session": hers}).status_code == 404
    assert petros.post("/en/me/sessions/end/", {"session": "\0"}).status_code == 404
    assert olenas.get("/en/me/").status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_the_profile_asks_the_same_of_the_database_however_many_browsers(
    olena, client_of, number, django_assert_num_queries
):
    browser = [client_of(olena) for _ in range(number)][-1]
    with django_assert_num_queries(
        5
    ):  # the session with its person, the sessions, the clock; for the header clock and offices
        page = browser.get("/en/me/profile/")
    assert len(page.context["browsers"]) == number


def test_a_browser_is_known_by_its_family_alone():
    assert family_of(FIREFOX) == "Firefox, Linux"
    assert family_of(PHONE) == "Chrome, Android"
    assert family_of("curl/8") == ""


# -- export -----------------------------------------------------------------------------------------------------
def test_every_table_with_a_path_to_a_person_is_told_or_has_a_reason():
    told = {(section.model, section.of) for section in SECTIONS}
    paths = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if field.related_model is Person and model._meta.label not in ELSEWHERE
    }
    assert told == paths


def test_olena_downloads_what_is_kept_about_her_and_nothing_of_others(olena, petro, consultation, idea, client_of, at):
    endorse(idea_id=idea.pk, person=olena, at=at)
    save_draft(consultation=consultation, author=olena, content={"title": "Гойдалка"}, at=at)
    OutboxMessage.objects.create(to="Olena@example.org", subject="Ваш код", text="ABC")
    OutboxMessage.objects.create(to=petro.email, subject="Не для неї", text="ABC")
    answer = client_of(olena).get("/en/me/data/")
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    told = json.loads(answer.content)
    assert told["account"]["email"] == "olena@example.org"
    assert told["residency"][0]["place__slug"] == "liuboml"
    assert told["initiatives"][0]["title"] == idea.title
    assert told["support"][0]["idea_id"] == idea.pk
    assert told["drafts"][0]["content"]["title"] == "Гойдалка"
    assert [letter["subject"] for letter in told["letters_kept_here"]] == ["Ваш код"]
    assert {entry["kind"] for entry in told["journal"]} == {
        "accounts.ResidencyAttested",
        "ideas.IdeaPublished",
        "ideas.IdeaEndorsed",
    }
    text = answer.content.decode()
    assert "Petro" not in text
    assert petro.email not in text
    assert all(session.session_key not in text for session in Session.objects.all())


def test_what_petro_did_for_olena_is_told_to_him_without_her(olena, petro, client_of):
    told = json.loads(client_of(petro).get("/en/me/data/").content)
    assert len(told["attested_for_others"]) == 1
    assert f"person:{olena.pk}" not in json.dumps(told)
    assert [office["role"] for office in told["offices"]] == ["official"]


def test_the_download_does_not_depend_on_what_was_chosen(schedule, residents, client_of):
    round = schedule()
    first, second = residents(2)
    cast(round_id=round.pk, person=first, selection=[1], request_id=uuid4())
    cast(round_id=round.pk, person=second, selection=[3], request_id=uuid4())
    votes = [json.loads(client_of(person).get("/en/me/data/").content)["votes"][0] for person in (first, second)]
    for vote in votes:
        assert len(vote.pop("receipt")) > 8
    assert votes[0] == votes[1] == {"round_id": round.pk, "round__title": round.title, "channel": "screen"}


# -- leaving ----------------------------------------------------------------------------------------------------
def test_olena_leaves_only_when_she_says_she_is_sure(olena, client_of):
    browser = client_of(olena)
    assert "This cannot be undone." in browser.get("/en/me/leave/").content.decode()
    assert browser.post("/en/me/leave/").status_code == 200
    olena.refresh_from_db()
    assert olena.is_active


def test_nothing_that_names_her_stays(olena, consultation, idea, client_of, at):
    save_draft(consultation=consultation, author=olena, content={"title": "Гойдалка"}, at=at)
    OutboxMessage.objects.create(to="Olena@example.org", subject="Ваш код", text="ABC")
    Mute.objects.create(person=olena, kind="digest", at=at)
    browser, other = client_of(olena), client_of(olena)
    assert browser.post("/en/me/leave/", {"sure": "on"}).headers["Location"] == "/en/"
    assert browser.get("/en/me/").status_code == 302
    assert other.get("/en/me/").status_code == 302
    shell = Person.objects.get(pk=olena.pk)
    assert (shell.email, shell.canonical_email, shell.name, shell.language) == (None, None, "", "en")
    assert not shell.is_active
    assert not shell.has_usable_password()
    for table in (Draft, Mute, Session, OutboxMessage, EmailAddress):
        assert not table.objects.exists()
    page = Client().get(f"/en/ideas/{idea.pk}/").content.decode()
    assert idea.title in page
    assert "Olena" not in page
    assert Idea.objects.get(pk=idea.pk).author is None
    assert verify() == []
    assert Entry.objects.latest("id").kind == "accounts.AccountDeleted"


def test_the_address_is_free_again_and_leads_to_a_new_account(olena, at):
    delete_account(person=olena, at=at)
    sign_in("olena@example.org", FIREFOX)
    assert Person.objects.get(canonical_email="olena@example.org").pk != olena.pk


def test_an_official_who_leaves_holds_no_office(petro, at, liuboml):
    Office.objects.update(since=at - HOUR)
    delete_account(person=petro, at=at)
    assert not Office.objects.held(at).filter(person=petro).exists()
    taken = Entry.objects.get(kind="accounts.OfficeTaken")
    assert (taken.place_id, taken.data["role"]) == (liuboml.pk, "official")


def test_the_result_is_the_same_as_if_she_had_stayed(schedule, olena, residents, time_passes, at):
    round = schedule()
    for person, choice in zip([olena, *residents(2)], ([1], [1, 2], [3]), strict=True):
        cast(round_id=round.pk, person=person, selection=choice, request_id=uuid4())

    def counted() -> tuple[object, ...]:
        close_round(round_id=round.pk, at=at)
        assert count_round(round_id=round.pk, at=at)
        result = Result.objects.get(round=round)
        turnout = Turnout.objects.get(round=round)
        return result.outcome, result.bundle_sha256, result.ballots, turnout.voters, turnout.electorate

    time_passes(round, HOUR)
    before = transaction.savepoint()
    stayed = counted()
    transaction.savepoint_rollback(before)
    delete_account(person=olena, at=at)
    release_residencies(at=at + 2 * HOUR)
    assert counted() == stayed
    assert Roll.objects.filter(round=round, person=olena).exists()
    assert Bundle.objects.count() == 1


@pytest.fixture
def hanna(liuboml, petro, at):
    """A resident whom the register attests."""
    import_register(place=liuboml, content=b"number,born,place\nAB123,1985-03-27,\n", by=petro, at=at)
    person = Person.objects.create_user(email="hanna@example.org", name="Hanna")
    comes_by_the_register(person, liuboml, at)
    return person


def comes_by_the_register(person, place, at) -> None:
    attest_by_register(person=person, place=place, fingerprint=fingerprint("AB123", date(1985, 3, 27)), at=at)


def test_who_has_voted_cannot_leave_and_vote_again_with_the_same_document(hanna, liuboml, schedule, time_passes, at):
    round = schedule()
    cast(round_id=round.pk, person=hanna, selection=[1], request_id=uuid4())
    delete_account(person=hanna, at=at)
    assert release_residencies(at=at + 2 * HOUR) == 0
    again = Person.objects.create_user(email="hanna@example.org")
    with pytest.raises(Refused) as refused:
        comes_by_the_register(again, liuboml, at)
    assert refused.value.code == "register_line_used"
    time_passes(round, HOUR)
    close_round(round_id=round.pk, at=at)
    count_round(round_id=round.pk, at=at)
    assert release_residencies(at=at + 2 * HOUR) == 1
    assert release_residencies(at=at + 2 * HOUR) == 0
    comes_by_the_register(again, liuboml, at + 2 * HOUR)
    assert Residency.objects.valid(at + 3 * HOUR).get(person=again).place == liuboml


def test_support_that_still_counts_holds_the_register_line_too(hanna, idea, consultation, liuboml, at):
    endorse(idea_id=idea.pk, person=hanna, at=at)
    delete_account(person=hanna, at=at)
    assert release_residencies(at=at + 2 * HOUR) == 0
    collecting = consultation.phases.get(kind="collect")
    assert release_residencies(at=collecting.closes_at) == 1
    assert idea.endorsements.count() == 1


def test_what_was_under_way_is_over_before_a_residency_is_released(hanna, at):
    delete_account(person=hanna, at=at)
    assert release_residencies(at=at + timedelta(minutes=59)) == 0
    assert knock() == 0
    assert release_residencies(at=at + timedelta(minutes=61)) == 1


def test_the_database_keeps_no_name_for_a_deleted_account(olena, at):
    delete_account(person=olena, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=olena.pk).update(name="Olena")


def test_a_resident_who_stays_keeps_everything(olena, petro, residents, at):
    (neighbour,) = residents(1)
    delete_account(person=olena, at=at)
    release_residencies(at=at + 2 * HOUR)
    neighbour.refresh_from_db()
    assert neighbour.email
    assert Residency.objects.valid(at + 3 * HOUR).filter(person=neighbour).exists()
    with pytest.raises(Refused):
        attest_at_desk(person=neighbour, place=petro.offices.get().place, by=petro, at=at)
