"""Olena writes an initiative on a weak line: nothing that she typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from commons.accounts.models import Person
from commons.kernel.clock import now
from consultations.models import Consultation
from ideas.actions import save_draft
from ideas.models import Draft, Idea
from tests.browser.windows import OpenWindow


def test_what_was_typed_is_kept_as_a_draft_and_survives_a_closed_window(
    window: OpenWindow, consultation: Consultation, olena: Person
):
    library = window(olena)
    page = library.go(f"/uk/consultations/{consultation.pk}/ideas/new/")
    with page.expect_response("**/ideas/draft/") as saved:
        page.get_by_label("Назва").fill("Лавки біля школи")
        page.get_by_label("Проблема").fill("Ніде сісти.")
    assert saved.value.ok
    page.get_by_text("Чернетку збережено о").wait_for()
    assert "%" not in page.locator(".viche-saved").inner_text()
    assert Draft.objects.get(author=olena).content["title"] == "Лавки біля школи"
    assert library.problems == []
    page.close()

    at_home = window(olena, width=320)  # another device
    page = at_home.go(f"/uk/consultations/{consultation.pk}/ideas/new/")
    assert page.get_by_label("Назва").input_value() == "Лавки біля школи"
    assert page.get_by_label("Проблема").input_value() == "Ніде сісти."


def test_what_was_typed_without_a_connection_is_kept_and_saved_when_it_is_back(
    window: OpenWindow, consultation: Consultation, olena: Person
):
    bus = window(olena, width=320)
    page = bus.go(f"/uk/consultations/{consultation.pk}/ideas/new/")
    page.context.set_offline(True)
    page.get_by_label("Назва").fill("Криниця")
    page.get_by_text("Збережено на цьому пристрої о").wait_for()
    assert not Draft.objects.exists()

    page.context.set_offline(False)
    page.get_by_text("Чернетку збережено о").wait_for()
    assert Draft.objects.get().content["title"] == "Криниця"


def test_a_window_closed_without_a_connection_still_has_it_when_it_is_opened_again(
    window: OpenWindow, consultation: Consultation, olena: Person
):
    phone = window(olena)
    page = phone.go(f"/uk/consultations/{consultation.pk}/ideas/new/")
    page.context.set_offline(True)
    page.get_by_label("Проблема").fill("Немає води.")
    page.get_by_text("Збережено на цьому пристрої о").wait_for()
    page.close()
    phone.page = phone.page.context.new_page()
    phone.page.context.set_offline(False)
    page = phone.go(f"/uk/consultations/{consultation.pk}/ideas/new/")
    assert page.get_by_label("Проблема").input_value() == "Немає води."


def test_a_newer_draft_from_another_device_wins_over_what_lies_in_this_browser(
    window: OpenWindow, consultation: Consultation, olena: Person
):
    phone = window(olena)
    address = f"/uk/consultations/{consultation.pk}/ideas/new/"
    page = phone.go(address)
    page.context.set_offline(True)
    page.get_by_label("Назва").fill("Колодязь")
    page.get_by_text("Збережено на цьому пристрої о").wait_for()
    page.close()
    save_draft(consultation=consultation, author=olena, content={"title": "Криниця"}, at=now() + timedelta(seconds=2))
    phone.page = phone.page.context.new_page()
    phone.page.context.set_offline(False)
    assert phone.go(address).get_by_label("Назва").input_value() == "Криниця"


def test_what_was_typed_offline_wins_over_an_older_draft(window: OpenWindow, consultation: Consultation, olena: Person):
    save_draft(consultation=consultation, author=olena, content={"title": "Криниця"}, at=now())
    phone = window(olena)
    address = f"/uk/consultations/{consultation.pk}/ideas/new/"
    page = phone.go(address)
    assert page.get_by_label("Назва").input_value() == "Криниця"
    page.context.set_offline(True)
    page.get_by_label("Назва").fill("Криниця біля школи")
    page.get_by_text("Збережено на цьому пристрої о").wait_for()
    page.close()
    phone.page = phone.page.context.new_page()
    phone.page.context.set_offline(False)
    assert phone.go(address).get_by_label("Назва").input_value() == "Криниця біля школи"


def test_the_next_person_at_a_shared_computer_does_not_see_what_the_one_before_typed(
    window: OpenWindow, consultation: Consultation, olena: Person, residents: Callable[[int], list[Person]]
):
    library = window(olena)
    address = f"/uk/consultations/{consultation.pk}/ideas/new/"
    page = library.go(address)
    page.context.set_offline(True)
    page.get_by_label("Проблема").fill("Про це знаю лише я.")
    page.get_by_text("Збережено на цьому пристрої о").wait_for()
    page.context.set_offline(False)
    (marta,) = residents(1)
    library.is_now(window(marta))
    assert library.go(address).get_by_label("Проблема").input_value() == ""


def test_nothing_is_left_on_the_computer_after_signing_out(
    window: OpenWindow, consultation: Consultation, olena: Person
):
    library = window(olena)
    page = library.go(f"/uk/consultations/{consultation.pk}/ideas/new/")
    page.get_by_label("Проблема").fill("Про це знаю лише я.")
    assert page.evaluate("Object.keys(localStorage).length") == 1
    page.get_by_role("button", name="Вийти").click()
    page.wait_for_url(lambda address: "/ideas/new/" not in address)
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_what_has_reached_the_server_is_not_kept_on_the_computer(
    window: OpenWindow, consultation: Consultation, olena: Person
):
    page = window(olena).go(f"/uk/consultations/{consultation.pk}/ideas/new/")
    page.get_by_label("Проблема").fill("Про це знаю лише я.")
    page.get_by_text("Чернетку збережено о").wait_for()
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_olena_previews_and_publishes_by_keyboard_and_a_neighbour_supports_it(
    window: OpenWindow,
    consultation: Consultation,
    olena: Person,
    residents: Callable[[int], list[Person]],
):
    olenas = window(olena)
    page = olenas.go(f"/uk/consultations/{consultation.pk}/ideas/new/")
    olenas.tab_to("Назва")
    page.keyboard.type("Лавки біля школи")
    olenas.tab_to("Проблема")
    page.keyboard.type("Ніде сісти.")
    olenas.tab_to("Що зробити")
    page.keyboard.type("Поставити десять лавок.")
    olenas.tab_to("Скільки це коштуватиме")
    page.keyboard.type("25000")
    olenas.tab_to("Попередній перегляд")
    olenas.press("Enter")
    page.get_by_text("Так це побачать інші").wait_for()
    olenas.tab_to("Опублікувати")
    olenas.press("Enter")
    page.wait_for_url(re.compile(r"/uk/ideas/\d+/$"))
    idea = Idea.objects.get()
    assert (idea.title, idea.author) == ("Лавки біля школи", olena)
    assert olenas.problems == []

    (marta,) = residents(1)
    martas = window(marta, width=320)
    page = martas.go(f"/uk/ideas/{idea.pk}/")
    page.get_by_role("button", name="Підтримати цю ініціативу").click()
    page.wait_for_load_state()
    assert idea.endorsements.filter(person=marta).exists()
    assert martas.problems == []
