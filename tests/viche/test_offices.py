"""My page tells each office-holder what the office can do, and leads only to doors that open."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from commons.accounts.actions import give_office
from commons.accounts.models import Office, Person
from viche.pages.offices import TASKS


def offices_on(page: str) -> str:
    found = re.search(r"My offices</h2>(.*?)<h2", page, re.DOTALL)
    assert found
    return found[1]


def test_every_office_is_told_of():
    assert set(TASKS) == set(Office.Role)


@pytest.mark.parametrize("role", [role.value for role in Office.Role])
def test_an_office_finds_its_work_on_my_page_and_every_door_opens(role, liuboml, client_of, at):
    holder = Person.objects.create_user(email="daiva@example.org", name="Daiva")
    give_office(person=holder, place=liuboml, role=role, by=None, at=at)
    browser = client_of(holder)
    page = browser.get("/en/me/").content.decode()
    doors = re.findall(r'href="([^"]*)"', offices_on(page))
    assert [browser.get(door).status_code for door in doors] == [200] * len(doors)
    assert ("There is nothing to do for this office yet." in offices_on(page)) == (not TASKS[role])
    assert f"Liuboml: {Office.Role(role).label}" in offices_on(page)
    assert len(doors) == len(TASKS[role])


def test_the_auditor_is_led_to_the_journal_and_not_to_the_desk(audra, client_of):
    page = client_of(audra).get("/en/me/").content.decode()
    assert "/en/office/liuboml/journal/" in offices_on(page)
    assert "Office desk" not in page


def test_the_desk_of_a_reviewer_shows_no_door_that_is_shut_to_reviewers(liuboml, client_of, at):
    reviewer = Person.objects.create_user(email="vida@example.org", name="Vida")
    give_office(person=reviewer, place=liuboml, role="reviewer", by=None, at=at)
    browser = client_of(reviewer)
    desk = browser.get(reverse("ideas:desk", args=["liuboml"]))
    inside = re.findall(r'href="(/en/office/[^"]*)"', desk.content.decode())
    assert desk.status_code == 200
    assert all(browser.get(link).status_code == 200 for link in inside)
