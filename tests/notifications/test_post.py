"""Letters on their way: to a real mail server that answers well, badly, or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.test import Client

from commons.accounts.models import Person
from notifications.actions import mute, plan_letters
from notifications.models import Letter
from notifications.post import LAST_ATTEMPT, LEASE, compose, message_id, send_due
from notifications.tasks import letters as task
from tests.notifications.conftest import DIGEST, OUTCOME
from tests.notifications.sink import Sink, free_port

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def fates():
    """Of each letter by name: whether it was sent, whether it failed, why, and how often it was tried."""
    return {
        letter.person.name: (
            letter.sent_at is not None,
            letter.failed_at is not None,
            letter.failure,
            letter.attempts,
        )
        for letter in Letter.objects.select_related("person").order_by("id")
    }


def next_tries(at):
    """Minutes from the instant to the next try of each letter that is neither sent nor failed."""
    open_ = Letter.objects.filter(sent_at=None, failed_at=None).order_by("id")
    return [(letter.next_try_at - at) / MINUTE for letter in open_]


def its_time_comes():
    Letter.objects.update(next_try_at=Letter.objects.order_by("id").first().requested_at)


def in_threads(number, work):
    """Run the work that many times at the same moment, each with its own connection. Returns the results."""
    together = Barrier(number)

    def one(_number):
        try:
            together.wait(timeout=20)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


# -- all is well --------------------------------------------------------------------------------------------------


def test_the_task_plans_and_sends_and_a_second_knock_finds_nothing_to_do(tell, sink, olena, petro, residents, at):
    people = [olena, petro, *residents(30)]
    tell(*people, name=OUTCOME, written=at - HOUR)
    tell(*people, name=DIGEST, written=at - 2 * DAY)
    assert task() == 64
    assert task() == 0
    assert sink.copies() == {person.email: 2 for person in people}
    # One connection carries a batch of letters.
    assert sink.connections == 4
    assert Letter.objects.filter(sent_at=None).count() == 0


def test_each_reader_gets_the_letter_in_their_language_as_text_and_html(tell, sink, olena, rasa, at):
    tell(olena, rasa, name=OUTCOME, written=at - HOUR, title="Лавки & <стіл>")
    assert task() == 2
    by_address = {str(message["To"]): message for message in sink.kept}
    for person, language in ((olena, "uk"), (rasa, "lt")):
        message = by_address[person.email]
        text = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        assert message.get_content_type() == "multipart/alternative"
        assert f"{site.ORIGIN}/{language}/ideas/1/" in text
        assert (text.count("Лавки & <стіл>"), html.count("<стіл>")) == (1, 0)
        assert html.count("Лавки &amp; &lt;стіл&gt;") == 2  # the title and the headline
        assert html.count(f'<html lang="{language}">') == 1
        assert html.count(f'href="{site.ORIGIN}/{language}/ideas/1/"') == 1


def test_the_headers_say_who_writes_how_to_leave_and_which_letter_it_is(outcome_letters, sink, olena):
    (letter,) = outcome_letters(olena)
    assert send_due() == 1
    (message,) = sink.kept
    leave = str(message["List-Unsubscribe"]).strip()  # a long header is folded
    assert message["From"] == site.DEFAULT_FROM_EMAIL
    assert message["Message-ID"] == message_id(letter)
    assert message["Message-ID"].endswith("@127.0.0.1>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert leave.startswith(f"<{site.ORIGIN}/uk/letters/unsubscribe/")
    assert leave[1:-1] in message.get_body(("plain",)).get_content()
    assert leave[1:-1] in message.get_body(("html",)).get_content()
    # What a mail program does with the two headers.
    mail_program = Client(enforce_csrf_checks=True)
    answer = mail_program.post(leave[1:-1].removeprefix(site.ORIGIN), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert [mute.kind for mute in olena.mutes.order_by("id")] == ["outcome"]


def test_letters_differ_in_their_message_id_and_one_letter_keeps_it(outcome_letters, olena, petro):
    first, second = outcome_letters(olena, petro)
    assert len({message_id(first), message_id(second)}) == 2
    again = Letter.objects.get(pk=first.pk)
    again.attempts += 5
    assert message_id(again) == message_id(first)


def test_the_subject_of_a_daily_letter_names_the_first_and_says_that_there_is_more(tell, olena, at):
    Person.objects.filter(pk=olena.pk).update(language="en")
    tell(olena, name=DIGEST, written=at - 2 * DAY, title="Benches")
    plan_letters(at=at)
    letter = Letter.objects.get()
    notices = list(letter.notices.select_related("news").order_by("id"))
    assert compose(letter, notices).subject == "“Benches” goes to the vote"
    assert compose(letter, notices * 2).subject == "“Benches” goes to the vote, and more news"


# -- the server says no -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", ["on_rcpt", "on_data"])
def test_an_address_that_does_not_exist_fails_with_its_reason_and_holds_nobody_up(
    outcome_letters, sink, olena, petro, rasa, hook
):
    outcome_letters(olena, petro, rasa)
    setattr(sink, hook, lambda address: "550 no such user" if address.startswith("petro") else "")
    assert send_due() == 3
    assert fates() == {
        "Olena": (True, False, "", 1),
        "Petro": (False, True, "550 no such user", 1),
        "Rasa": (True, False, "", 1),
    }
    its_time_comes()
    assert send_due() == 0
    assert sink.copies() == {olena.email: 1, rasa.email: 1}


@pytest.mark.parametrize("hook", ["on_mail", "on_rcpt", "on_data"])
def test_a_storm_of_4xx_passes_and_then_everybody_has_one_letter(outcome_letters, sink, olena, petro, rasa, hook, at):
    people = [olena, petro, rasa]
    outcome_letters(*people)
    setattr(sink, hook, lambda address: "451 come back later")
    for attempt, minutes in ((1, 1), (2, 4), (3, 9)):
        assert send_due() == 3
        assert next_tries(at) == [minutes] * 3
        assert {fate[3] for fate in fates().values()} == {attempt}
        assert send_due() == 0  # it is not yet time
        its_time_comes()
    setattr(sink, hook, lambda address: "")
    assert send_due() == 3
    assert fates() == {person.name: (True, False, "", 4) for person in people}
    assert sink.copies() == {person.email: 1 for person in people}


def test_a_server_that_hangs_up_after_each_letter_gets_all_of_them_in_time(outcome_letters, sink, olena, petro, rasa):
    people = [olena, petro, rasa]
    outcome_letters(*people)
    kept_before = []

    def one_each(address):
        """421 and good-bye to whoever wants a second letter over the same connection."""
        if len(kept_before) < len(sink.kept):
            kept_before.append(address)
            return "421 too much at once"
        return ""

    sink.on_mail = one_each
    while Letter.objects.filter(sent_at=None).exists():
        its_time_comes()
        assert send_due() > 0
    assert sink.copies() == {person.email: 1 for person in people}


def test_a_server_that_is_away_costs_one_try_and_loses_nothing(outcome_letters, settings, sink, olena, petro, at):
    outcome_letters(olena, petro)
    settings.EMAIL_PORT = free_port()
    assert task() == 0
    assert fates() == {
        "Olena": (False, False, "ConnectionRefusedError", 1),
        "Petro": (False, False, "ConnectionRefusedError", 1),
    }
    assert next_tries(at) == [1, 1]
    its_time_comes()
    with Sink(settings.EMAIL_PORT) as back:
        assert task() == 2
        assert back.copies() == {olena.email: 1, petro.email: 1}
    assert sink.kept == []


def test_a_wrong_password_is_the_operators_fault_and_fails_no_letter(outcome_letters, settings, sink, olena, at):
    outcome_letters(olena)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "viche", "wrong"
    assert task() == 0
    assert fates() == {"Olena": (False, False, "SMTPNotSupportedError", 1)}
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    its_time_comes()
    assert task() == 1
    assert sink.copies() == {olena.email: 1}


def test_a_sender_that_is_refused_is_the_operators_fault_and_fails_no_letter(outcome_letters, sink, olena):
    outcome_letters(olena)
    sink.on_mail = lambda address: "550 not from here"
    assert send_due() == 1
    assert fates() == {"Olena": (False, False, "SMTPSenderRefused 550", 1)}


def test_after_about_two_days_it_is_given_up(outcome_letters, sink, olena):
    (letter,) = outcome_letters(olena)
    sink.on_rcpt = lambda address: "451 come back later"
    Letter.objects.filter(pk=letter.pk).update(attempts=LAST_ATTEMPT - 2)
    assert send_due() == 1
    assert fates() == {"Olena": (False, False, "451 come back later", LAST_ATTEMPT - 1)}
    its_time_comes()
    assert send_due() == 1
    assert fates() == {"Olena": (False, True, "451 come back later", LAST_ATTEMPT)}
    minutes = sum(min(attempt**2, 60) for attempt in range(1, LAST_ATTEMPT))
    assert minutes // 60 == 54


def test_a_letter_that_cannot_be_written_holds_nobody_up(tell, sink, olena, petro, rasa, at):
    tell(olena, name=DIGEST, written=at - 2 * DAY)
    tell(petro, name=DIGEST, written=at - 2 * DAY, idea="no number, so no address can be made of it")
    tell(rasa, name=DIGEST, written=at - 2 * DAY)
    assert task() == 3
    assert fates() == {
        "Olena": (True, False, "", 1),
        "Petro": (False, False, "NoReverseMatch", 1),
        "Rasa": (True, False, "", 1),
    }


# -- the reader has gone ------------------------------------------------------------------------------------------


def test_a_letter_without_address_or_news_is_not_sent_to_nobody(outcome_letters, sink, olena, petro, rasa, boris):
    outcome_letters(olena, petro, rasa, boris)
    Person.objects.filter(pk=olena.pk).update(email=None)
    Person.objects.filter(pk=petro.pk).update(is_active=False)
    rasa.notices.all().delete()
    assert send_due() == 4
    assert fates() == {
        "Olena": (False, True, "no address", 1),
        "Petro": (False, True, "no address", 1),
        "Rasa": (False, True, "nothing to say", 1),
        "Boris": (True, False, "", 1),
    }
    assert sink.copies() == {boris.email: 1}


@pytest.mark.django_db(transaction=True)
def test_who_unsubscribes_while_letters_go_out_gets_none(outcome_letters, sink, olena, petro, at):
    outcome_letters(olena, petro)
    clicked = []

    def the_other_clicks(number):
        clicked.append(petro if sink.copies() == {olena.email: 1} else olena)
        in_threads(1, lambda: mute(person=clicked[0], kind="outcome", at=at))

    sink.on_kept = the_other_clicks
    assert send_due() == 2
    (silent,) = clicked
    (reader,) = {olena, petro} - {silent}
    assert fates() == {reader.name: (True, False, "", 1), silent.name: (False, True, "unsubscribed", 1)}
    assert sink.copies() == {reader.email: 1}


@pytest.mark.django_db(transaction=True)
def test_a_4xx_that_crosses_the_click_does_not_bring_the_letter_back(outcome_letters, sink, olena, at):
    outcome_letters(olena)

    def clicks_first(address):
        in_threads(1, lambda: mute(person=olena, kind="outcome", at=at))
        return "451 come back later"

    sink.on_rcpt = clicks_first
    assert send_due() == 1
    its_time_comes()
    assert send_due() == 0
    assert fates() == {"Olena": (False, True, "unsubscribed", 1)}


def test_a_batch_is_never_larger_than_its_limit_whatever_plan_the_database_chooses(outcome_letters, sink, residents):
    outcome_letters(*residents(10))
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "material", "sort", "indexscan", "indexonlyscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    assert [send_due(limit=4) for _batch in range(4)] == [4, 4, 2, 0]


# -- several at once ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_five_senders_at_once_share_the_letters(outcome_letters, sink, residents):
    people = residents(60)
    outcome_letters(*people)
    assert sum(in_threads(5, task)) == 60
    assert sink.copies() == {person.email: 1 for person in people}
    assert set(fates().values()) == {(True, False, "", 1)}


@pytest.mark.django_db(transaction=True)
def test_a_sender_does_not_wait_for_letters_that_another_is_just_taking(outcome_letters, sink, residents):
    outcome_letters(*residents(4))

    def send_the_rest():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        return send_due()

    with transaction.atomic():
        taken = set(Letter.objects.select_for_update().order_by("id")[:2].values_list("person__email", flat=True))
        assert in_threads(1, send_the_rest) == [2]
    assert set(sink.copies()) & taken == set()
    assert send_due() == 2
    assert sorted(sink.copies().values()) == [1, 1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_a_slow_sender_whose_claim_ran_out_leaves_the_letters_to_the_next(outcome_letters, sink, residents):
    people = residents(6)
    outcome_letters(*people)

    def overtaken(number):
        """While the first letter is being taken, the claims of the others run out and another sender takes them."""
        sink.on_kept = lambda number: None
        being_sent = str(sink.kept[0]["To"])
        in_threads(1, lambda: let_claims_run_out_except(being_sent))
        others.extend(in_threads(1, send_due))

    def let_claims_run_out_except(address):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE notifications_letter SET claimed_until = now() - interval '1 second' "
                "FROM accounts_person WHERE accounts_person.id = person_id AND email <> %s",
                [address],
            )

    others = []
    sink.on_kept = overtaken
    send_due()
    assert others == [5]
    assert sink.copies() == {person.email: 1 for person in people}


def test_a_claim_outlives_every_task_that_may_hold_it():
    assert LEASE > site.CELERY_TASK_TIME_LIMIT
