"""Olena votes: by keyboard, without scripts, with an eye on the money."""

from __future__ import annotations

from collections.abc import Callable

from commons.accounts.models import Person
from tests.browser.windows import OpenWindow, code_in_last_letter
from voting.models import Roll, Round

Schedule = Callable[..., Round]


def test_olena_signs_in_and_votes_by_keyboard_alone(window: OpenWindow, schedule: Schedule, olena: Person):
    round = schedule()
    at_home = window()
    at_home.go(f"/uk/rounds/{round.pk}/")
    at_home.tab_to("Увійти")
    at_home.press("Enter")
    at_home.page.wait_for_url("**/accounts/login/**")
    at_home.tab_to("електронна адреса")
    at_home.page.keyboard.type("olena@example.org")
    at_home.press("Enter")
    at_home.page.wait_for_url("**/login/code/**")
    at_home.tab_to("Код")
    at_home.page.keyboard.type(code_in_last_letter())
    at_home.press("Enter")
    at_home.page.wait_for_url(lambda address: "/login/" not in address)

    at_home.go(f"/uk/rounds/{round.pk}/")
    at_home.tab_to("Лавки біля школи")
    at_home.press("Space")
    at_home.tab_to("Дах клубу")
    at_home.press("Space")
    at_home.tab_to("Проголосувати")
    at_home.press("Enter")
    at_home.page.wait_for_url("**/receipt/")
    code = Roll.objects.get(round=round, person=olena).receipt
    assert code[:4] in at_home.text()
    assert at_home.problems == []


def test_the_skip_link_is_the_first_stop_and_leads_past_the_header(window: OpenWindow, schedule: Schedule):
    page = window().go(f"/uk/rounds/{schedule().pk}/rules/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("govuk-skip-link")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('header').contains(document.activeElement)") is False


def test_olena_votes_and_changes_her_mind_without_scripts(window: OpenWindow, schedule: Schedule, olena: Person):
    round = schedule()
    old_phone = window(olena, width=320, java_script_enabled=False)
    page = old_phone.go(f"/uk/rounds/{round.pk}/")
    page.get_by_label("Криниця").check()
    page.get_by_role("button", name="Проголосувати").click()
    first = old_phone.text()
    assert page.url.endswith("/receipt/")

    old_phone.go(f"/uk/rounds/{round.pk}/")
    page.get_by_label("Лавки біля школи").check()
    page.get_by_role("button", name="Змінити свій голос").click()
    assert page.url.endswith("/receipt/")
    assert old_phone.text() == first  # one receipt, whatever was chosen
    assert Roll.objects.filter(round=round).count() == 1
    assert old_phone.problems == []


def test_the_money_chosen_is_kept_while_one_ticks_and_the_server_says_the_same(
    window: OpenWindow, schedule: Schedule, olena: Person
):
    round = schedule(rule={"method": "greedy-budget", "budget": 100_000_00, "max_cost": 100_000_00})
    olenas = window(olena)
    page = olenas.go(f"/uk/rounds/{round.pk}/")
    chosen, over = page.locator("[data-basket-chosen]"), page.locator("[data-basket-over]")
    page.get_by_label("Криниця").check()
    assert olenas.problems == []
    assert chosen.inner_text().replace("\xa0", " ") == "60 000 ₴"
    assert over.is_hidden()
    page.get_by_label("Дах клубу").check()
    assert chosen.inner_text().replace("\xa0", " ") == "110 000 ₴"
    assert over.is_visible()

    page.get_by_role("button", name="Проголосувати").click()
    page.wait_for_selector(".govuk-error-summary")
    assert page.get_by_label("Криниця").is_checked()
    assert page.get_by_label("Дах клубу").is_checked()
    assert chosen.inner_text().replace("\xa0", " ") == "110 000 ₴"  # as the server writes it
    assert not Roll.objects.filter(round=round).exists()

    page.get_by_label("Дах клубу").uncheck()
    assert over.is_hidden()
    page.get_by_role("button", name="Проголосувати").click()
    page.wait_for_url("**/receipt/")


def test_a_ballot_sent_twice_by_an_impatient_thumb_is_one_vote(window: OpenWindow, schedule: Schedule, olena: Person):
    round = schedule()
    olenas = window(olena, width=320)
    page = olenas.go(f"/uk/rounds/{round.pk}/")
    page.get_by_label("Криниця").check()
    page.get_by_role("button", name="Проголосувати").dblclick()
    page.wait_for_url("**/receipt/**")
    assert Roll.objects.filter(round=round).count() == 1
    page.go_back()
    page.get_by_role("button", name="голос").first.click()
    page.wait_for_url("**/receipt/**")
    assert Roll.objects.filter(round=round).count() == 1
