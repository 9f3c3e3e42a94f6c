"""What a reader can switch off, with a click in a letter or on a page; and the outbox of the demo."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse

from notifications.models import Letter, Mute, OutboxMessage
from notifications.tasks import letters as task
from notifications.unsubscribe import read_token, token_for


@pytest.fixture
def mail_program():
    """Somebody without a cookie, against whom the protection from forged forms is on."""
    return Client(enforce_csrf_checks=True)


def address(person, kind="outcome"):
    return reverse("notifications:unsubscribe", args=[token_for(person, kind)])


def muted(person):
    return sorted(Mute.objects.filter(person=person).values_list("kind", flat=True))


def test_looking_at_the_link_only_asks_and_posting_to_it_switches_one_kind_off(mail_program, olena, petro):
    asked = mail_program.get(address(olena))
    assert (asked.status_code, asked.context["done"]) == (200, False)
    assert muted(olena) == []
    for _repeat in range(2):
        done = mail_program.post(address(olena), {"List-Unsubscribe": "One-Click"})
        assert (done.status_code, done.context["done"]) == (200, True)
        assert muted(olena) == ["outcome"]
    assert muted(petro) == []
    mail_program.post(address(olena, "digest"))
    assert muted(olena) == ["digest", "outcome"]


def test_the_button_of_the_page_posts_where_the_link_points(mail_program, olena):
    page = mail_program.get(address(olena)).content.decode()
    assert page.count('<form method="post">') == 1  # without an action: to its own address
    assert mail_program.post(address(olena)).status_code == 200
    assert muted(olena) == ["outcome"]


def test_a_forged_token_finds_nothing(mail_program, olena, petro, settings):
    good = token_for(olena, "outcome")
    assert read_token(good) == (olena, "outcome")
    of_another = good.replace(f"{olena.pk}-", f"{petro.pk}-", 1)
    of_another_kind = good.replace("outcome", "digest")
    of_another_purpose = Signer(salt="voting.receipt").sign(f"{olena.pk}-outcome").replace(":", ".")
    unknown_kind = Signer(salt="notifications.unsubscribe").sign(f"{olena.pk}-everything").replace(":", ".")
    nobody = Signer(salt="notifications.unsubscribe").sign("999999-outcome").replace(":", ".")
    shortened = good[:-1]
    forged = (of_another, of_another_kind, of_another_purpose, unknown_kind, nobody, shortened, "x", ".", "1-outcome")
    for token in forged:
        page = reverse("notifications:unsubscribe", args=[token])
        assert mail_program.get(page).status_code == 404
        assert mail_program.post(page).status_code == 404
    assert Mute.objects.count() == 0
    settings.SECRET_KEY = "another site's"
    assert mail_program.post(address(olena).replace(token_for(olena, "outcome"), good)).status_code == 404


def test_a_token_stays_good_when_the_operator_changes_the_key_and_keeps_the_old_one(mail_program, olena, settings):
    old = address(olena)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "the new key"
    assert mail_program.post(old).status_code == 200
    assert muted(olena) == ["outcome"]


def test_olena_chooses_her_letters_on_her_page(client_of, olena, petro):
    browser = client_of(olena)
    page = reverse("notifications:preferences")
    assert [(kind, wanted) for kind, _label, wanted in browser.get(page).context["kinds"]] == [
        ("outcome", True),
        ("digest", True),
    ]
    assert browser.post(page, {"kinds": ["outcome"]}).headers["Location"] == page
    assert muted(olena) == ["digest"]
    assert [(kind, wanted) for kind, _label, wanted in browser.get(page).context["kinds"]] == [
        ("outcome", True),
        ("digest", False),
    ]
    browser.post(page, {"kinds": ["digest", "gossip"]})
    assert muted(olena) == ["outcome"]
    browser.post(page, {})
    assert muted(olena) == ["digest", "outcome"]
    browser.post(page, {"kinds": ["outcome", "digest"]})
    assert (muted(olena), muted(petro)) == ([], [])


def test_the_choice_is_the_readers_own(olena, mail_program, client_of):
    page = reverse("notifications:preferences")
    assert Client().get(page).headers["Location"].startswith(reverse("account_login"))
    assert Client().post(page, {}).headers["Location"].startswith(reverse("account_login"))
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(olena, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert forged.post(page, {}).status_code == 403
    assert client_of(olena).delete(page).status_code == 405
    assert Mute.objects.count() == 0


def test_the_outbox_is_the_demos_alone(client_of, settings, olena, petro):
    page = reverse("notifications:outbox")
    settings.DEMO = False
    for browser in (Client(), client_of(olena), client_of(petro)):
        assert browser.get(page).status_code == 404
    settings.DEMO = True
    shown = Client().get(page)
    assert (shown.status_code, list(shown.context["page"])) == (200, [])


def test_without_a_mail_server_letters_are_kept_and_shown_newest_first(
    outcome_letters, settings, olena, petro, rasa, at
):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "notifications.outbox.OutboxBackend"
    outcome_letters(olena, petro, title="Лавки <b>")
    assert task() == 2
    assert Letter.objects.filter(sent_at=None).count() == 0
    kept = list(OutboxMessage.objects.order_by("id"))
    assert sorted(message.to for message in kept) == [olena.email, petro.email]
    for message in kept:
        assert message.subject.count("Лавки <b>") == 1
        assert message.text.count("Лавки <b>") == 1
        assert (message.html.count("<b>"), message.html.count("Лавки &lt;b&gt;")) == (0, 2)
        assert sorted(message.headers) == [
            "Auto-Submitted",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "Message-ID",
        ]
    page = Client().get(reverse("notifications:outbox"))
    assert list(page.context["page"]) == kept[::-1]
    assert (page.content.decode().count("<b>"), page.content.decode().count("Лавки &lt;b&gt;")) == (0, 4)


def test_the_outbox_keeps_a_row_for_each_recipient_and_pages_by_twenty(settings, at):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "notifications.outbox.OutboxBackend"
    message = EmailMultiAlternatives("Код", "123", to=["a@example.org"], cc=["b@example.org"], bcc=["c@example.org"])
    assert message.send() == 1
    assert sorted(OutboxMessage.objects.values_list("to", "subject", "text", "html")) == [
        (f"{letter}@example.org", "Код", "123", "") for letter in "abc"
    ]
    for _number in range(6):
        message.send()
    page = reverse("notifications:outbox")
    assert len(Client().get(page).context["page"]) == 20
    assert len(Client().get(page, {"page": "2"}).context["page"]) == 1
    assert len(Client().get(page, {"page": "no number"}).context["page"]) == 20
