"""Every page on a phone and on a large screen, light and dark: accessible, quiet, light, no wider than its window."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe

from commons.accounts.models import Person
from commons.journal.sealing import seal_batch
from commons.kernel.clock import now
from ideas.models import Idea
from tests.browser.windows import OpenWindow
from tests.voting.conftest import time_passes
from voting.actions import cast, close_round, count_round, count_turnout
from voting.models import Round

__all__ = ["time_passes"]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What a reader may set for themselves (WCAG 2.2, 1.4.12) without losing words.
SPACING = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
LONG = "Найдовшеукраїнськесловоякогонемаєвжодномусловнику"
WEIGHT = 60_000


@pytest.fixture
def somewhere(
    idea: Idea,
    write: Callable[..., Idea],
    schedule: Callable[..., Round],
    olena: Person,
    residents: Callable[[int], list[Person]],
    time_passes: Callable[..., Round],
) -> dict[str, list[str]]:
    """A municipality with something of everything; the addresses that each of its people opens."""
    write(title=f"{LONG} {LONG}")
    counted = schedule(title=f"Минулорічний бюджет {LONG}")
    for number, person in enumerate([olena, *residents(3)]):
        cast(round_id=counted.pk, person=person, selection=[number + 1], request_id=uuid4())
    time_passes(counted, timedelta(hours=2))
    close_round(round_id=counted.pk, at=now())
    count_round(round_id=counted.pk, at=now())
    open_ = schedule()
    cast(round_id=open_.pk, person=olena, selection=[1], request_id=uuid4())
    count_turnout(round_id=open_.pk, at=now())
    consultation = idea.consultation
    return {
        "nobody": [
            "/uk/",
            "/uk/p/liuboml/",
            "/uk/consultations/",
            "/uk/consultations/?state=ended&place=liuboml",
            "/uk/rounds/",
            "/uk/verify/",
            "/uk/accessibility/",
            "/uk/source/",
            "/uk/imprint/",
            f"/uk/consultations/{consultation.pk}/",
            f"/uk/consultations/{consultation.pk}/ideas/",
            f"/uk/ideas/{idea.pk}/",
            f"/uk/rounds/{open_.pk}/",
            f"/uk/rounds/{open_.pk}/rules/",
            f"/uk/rounds/{open_.pk}/result/",
            f"/uk/rounds/{counted.pk}/result/",
            "/uk/accounts/login/",
            "/uk/styleguide/",
        ],
        "olena": [
            "/uk/me/",
            "/uk/me/profile/",
            "/uk/me/residency/",
            "/uk/me/leave/",
            "/uk/me/letters/",
            f"/uk/consultations/{consultation.pk}/ideas/new/",
            f"/uk/rounds/{open_.pk}/",
            f"/uk/rounds/{open_.pk}/receipt/",
            "/uk/accounts/logout/",
        ],
        "petro": [
            "/uk/office/liuboml/",
            "/uk/office/liuboml/register/",
            "/uk/office/liuboml/desk/",
            "/uk/office/liuboml/consultations/new/",
            f"/uk/ideas/{idea.pk}/decision/",
            f"/uk/phases/{consultation.phases.get(kind='review').pk}/move/",
        ],
        "audra": ["/uk/me/", "/uk/office/liuboml/journal/", "/uk/office/liuboml/journal/seals/"],
    }


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")], ids=lambda value: str(value)
)
def test_every_page_can_be_used_by_everyone(
    window: OpenWindow,
    somewhere: dict[str, list[str]],
    olena: Person,
    petro: Person,
    audra: Person,
    width: int,
    scheme: str,
):
    wrong = []
    seal_batch(at=now())
    for name, person in (("nobody", None), ("olena", olena), ("petro", petro), ("audra", audra)):
        reader = window(person, width=width, color_scheme=scheme, reduced_motion="reduce")
        for address in somewhere[name]:
            page = reader.go(address)
            found = Axe().run(page, options=RULES).response["violations"]
            wrong += [f"{address}: {one['id']} {node['html'][:120]}" for one in found for node in one["nodes"]]
            if excess := reader.scrolls_sideways():
                wrong.append(f"{address}: {excess} px wider than the window")
            if width == 320:
                page.evaluate(WIDER, SPACING)
                if excess := reader.scrolls_sideways():
                    wrong.append(f"{address}: {excess} px wider with wide spacing")
        wrong += reader.problems
        wrong += [f"from elsewhere: {one}" for one in reader.requests if not one.startswith((reader.origin, "data:"))]
    assert wrong == []


@pytest.mark.parametrize("language", ["bg", "sr", "sr-latn", "lt", "ru", "en"])
def test_no_language_is_wider_than_a_phone(window: OpenWindow, somewhere: dict[str, list[str]], language: str):
    phone = window(width=320)
    wide = []
    for address in somewhere["nobody"]:
        page = phone.go(address.replace("/uk/", f"/{language}/", 1))
        assert page.locator("html").get_attribute("lang") == language
        if excess := phone.scrolls_sideways():
            wide.append(f"{page.url}: {excess} px")
    assert wide == []


# A sheet made by script is not an inline style, which the site's policy forbids.
WIDER = """rules => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(rules)
    document.adoptedStyleSheets = [sheet]
}"""


def test_a_first_visit_weighs_little(window: OpenWindow, somewhere: dict[str, list[str]]):
    heavy = {}
    for address in somewhere["nobody"]:
        if "styleguide" in address:
            continue
        visitor = window()
        session = visitor.page.context.new_cdp_session(visitor.page)
        session.send("Network.enable")
        weight = []
        session.on("Network.loadingFinished", lambda event, weight=weight: weight.append(event["encodedDataLength"]))
        visitor.go(address)
        visitor.page.wait_for_load_state("networkidle")
        assert len(weight) >= 3
        if sum(weight) > WEIGHT:
            heavy[address] = sum(weight)
    assert heavy == {}


def test_each_page_has_one_heading_a_language_and_a_title_of_its_own(
    window: OpenWindow, somewhere: dict[str, list[str]]
):
    titles = []
    visitor = window()
    for address in somewhere["nobody"]:
        page = visitor.go(address)
        assert page.locator("h1").count() == 1, address
        assert page.locator("html").get_attribute("lang") == "uk"
        titles.append(page.title())
        if "styleguide" in address:
            continue  # for those who build pages
        left = re.findall(r"\b(the|and|of|is)\b", page.inner_text("body"))
        assert left == [], f"{address} still speaks English"
    assert len(set(titles)) >= len(titles) - 1  # the ballot's page and its rules may share theirs
