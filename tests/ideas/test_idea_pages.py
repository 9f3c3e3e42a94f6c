import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from commons.journal.relay import relay_batch
from consultations.models import Phase
from ideas.actions import decide, endorse
from ideas.models import Decision, Draft, Endorsement, Idea

TYPED = {
    "title": "Лавки біля школи",
    "problem": "Ніде сісти.",
    "proposal": "Поставити десять лавок.",
    "location": "вул. Незалежності, 1",
    "cost": "25 000,50",
}


def rewind(consultation, days):
    """Move all steps of the consultation back, as if it had been published earlier."""
    for phase in Phase.objects.filter(consultation=consultation).order_by("opens_at"):
        phase.opens_at -= timedelta(days=days)
        phase.closes_at -= timedelta(days=days)
        phase.save()


@pytest.fixture
def page(consultation):
    return reverse("ideas:new", args=[consultation.pk])


def test_olena_writes_previews_and_publishes(consultation, olena, client_of, page):
    browser = client_of(olena)
    preview = browser.post(page, TYPED | {"preview": "1"})
    assert preview.status_code == 200
    assert preview.context["preview"]["cost"] == 2_500_050
    assert Draft.objects.get().content == TYPED
    assert Idea.objects.count() == 0
    published = browser.post(page, TYPED | {"publish": "1"})
    idea = Idea.objects.get()
    assert published.headers["Location"] == reverse("ideas:detail", args=[idea.pk])
    assert (idea.title, idea.cost, idea.author) == ("Лавки біля школи", 2_500_050, olena)
    assert Draft.objects.count() == 0
    assert browser.get(published.headers["Location"]).status_code == 200


def test_a_draft_is_kept_by_the_script_and_by_the_button_and_comes_back(consultation, olena, client_of, page):
    browser = client_of(olena)
    kept = browser.post(
        reverse("ideas:draft", args=[consultation.pk]),
        json.dumps({"title": "Лав"}),
        content_type="application/json",
    )
    assert (kept.status_code, list(kept.json())) == (200, ["saved_at"])
    assert browser.get(page).context["form"]["title"].value() == "Лав"
    # The page's own script sends the form as a form.
    assert browser.post(reverse("ideas:draft", args=[consultation.pk]), {"title": "Лавк"}).status_code == 200
    assert browser.get(page).context["form"]["title"].value() == "Лавк"
    assert browser.post(page, {"title": "Лавки", "cost": "дорого", "save": "1"}).status_code == 302
    assert browser.get(page).context["form"]["cost"].value() == "дорого"


@pytest.mark.parametrize("body", ["[1]", "{", "nul", "[" * 10_000, '"x"'])
def test_a_draft_that_cannot_be_read_is_refused(consultation, olena, client_of, body):
    answer = client_of(olena).post(
        reverse("ideas:draft", args=[consultation.pk]), body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_what_was_typed_is_not_lost_when_something_is_wrong(consultation, olena, client_of, page):
    answer = client_of(olena).post(page, TYPED | {"title": " ", "cost": "багато", "publish": "1"})
    form = answer.context["form"]
    assert answer.status_code == 200
    assert [error.code for error in form.errors.as_data()["cost"]] == ["amount_malformed"]
    assert form["problem"].value() == "Ніде сісти."
    answer = client_of(olena).post(page, TYPED | {"title": " ", "problem": "", "publish": "1"})
    assert {
        name: [error.code for error in errors] for name, errors in answer.context["form"].errors.as_data().items()
    } == {
        "title": ["required"],
        "problem": ["required"],
    }
    assert Idea.objects.count() == 0


def test_whoever_was_signed_out_meanwhile_keeps_the_text(consultation, page):
    answer = Client().post(page, TYPED | {"publish": "1"})
    assert answer.context["form"]["proposal"].value() == "Поставити десять лавок."
    assert [error.code for error in answer.context["form"].errors.as_data()["__all__"]] == ["sign_in_first"]
    assert Idea.objects.count() == 0


def test_what_is_missing_is_said_before_the_work_begins(consultation, olena, boris, client_of, page):
    assert Client().get(page).context["writing"].code == "sign_in_first"
    assert client_of(boris).get(page).context["writing"].code == "not_resident"
    assert client_of(olena).get(page).context["writing"].code == ""
    rewind(consultation, 9)
    for browser in (Client(), client_of(boris), client_of(olena)):
        answer = browser.get(page)
        assert answer.context["writing"].code == "collecting_not_open"
        assert "<textarea" not in answer.content.decode()


def test_olena_supports_by_a_button_and_takes_it_back(idea, olena, client_of):
    browser = client_of(olena)
    detail = reverse("ideas:detail", args=[idea.pk])
    for _twice in range(2):
        answer = browser.post(reverse("ideas:endorsement", args=[idea.pk]))
        assert (answer.status_code, answer.headers["Location"]) == (302, detail)
    assert Endorsement.objects.count() == 1
    relay_batch()
    answer = browser.get(detail)
    assert (answer.context["supported"], answer.context["idea"].support) == (True, 1)
    for _twice in range(2):
        assert browser.post(reverse("ideas:withdrawal", args=[idea.pk])).status_code == 302
    assert Endorsement.objects.count() == 0


def test_strangers_cannot_press_the_buttons(idea, boris, client_of):
    for name in ("ideas:endorsement", "ideas:withdrawal"):
        assert client_of(boris).post(reverse(name, args=[idea.pk])).status_code == 403
        assert Client().post(reverse(name, args=[idea.pk])).status_code == 403
        assert Client().get(reverse(name, args=[idea.pk])).status_code == 405
    assert Endorsement.objects.count() == 0
    assert client_of(boris).get(reverse("ideas:detail", args=[idea.pk])).context["supporting"].code == "not_resident"


def test_petro_finds_on_his_desk_what_waits_and_answers_it(idea, petro, residents, client_of, liuboml, at):
    for person in residents(2):
        endorse(idea_id=idea.pk, person=person, at=at)
    relay_batch()
    browser = client_of(petro)
    desk = reverse("ideas:desk", args=[liuboml.slug])
    assert list(browser.get(desk).context["waiting"]) == [idea]
    form = reverse("ideas:decision", args=[idea.pk])
    assert browser.get(form).status_code == 200
    wrong = browser.post(form, {"outcome": "shortlisted", "reasons": "", "cost": ""})
    assert [error.code for error in wrong.context["form"].errors.as_data()["reasons"]] == ["required"]
    right = browser.post(form, {"outcome": "shortlisted", "reasons": "Ділянка громади.", "cost": "30000"})
    assert right.headers["Location"] == desk
    assert (Decision.objects.get().outcome, Decision.objects.get().cost) == ("shortlisted", 3_000_000)
    assert list(browser.get(desk).context["waiting"]) == []
    answer = Client().get(reverse("ideas:detail", args=[idea.pk]))
    assert [moment.code for moment in answer.context["history"]] == ["published", "threshold", "shortlisted"]
    assert browser.get(form).status_code == 409


def test_the_desk_and_the_answers_are_closed_to_everybody_else(idea, olena, boris, rasa, client_of, liuboml):
    for address in (
        reverse("ideas:desk", args=[liuboml.slug]),
        reverse("ideas:decision", args=[idea.pk]),
        reverse("ideas:vote", args=[idea.consultation_id]),
    ):
        for browser in (Client(), client_of(olena), client_of(boris), client_of(rasa)):
            assert browser.get(address).status_code == 403
    answer = client_of(boris).post(reverse("ideas:decision", args=[idea.pk]), {"outcome": "refused", "reasons": "Ні."})
    assert answer.status_code == 403
    assert Decision.objects.count() == 0
    assert client_of(olena).get(reverse("ideas:desk", args=["atlantis"])).status_code == 404


def many(consultation, author, number, at):
    """Initiatives without the ceremony, for lists."""
    return Idea.objects.bulk_create(
        Idea(
            consultation=consultation,
            author=author,
            title=f"Ініціатива {index}",
            problem="Ніде сісти.",
            proposal="Поставити лавки." if index % 2 else "Посадити дерева.",
            location="парк",
            cost=100_000 + index,
            language="uk",
            published_at=at + timedelta(seconds=index),
            support=number - index,
        )
        for index in range(number)
    )


@pytest.mark.parametrize("number", [1, 30])
def test_a_list_costs_the_same_queries_whatever_its_length(
    consultation, olena, petro, at, number, django_assert_num_queries
):
    for idea in many(consultation, olena, number, at):
        if idea.pk % 2:
            decide(idea=idea, outcome="refused", reasons="Ні.", cost=None, by=petro, at=at)
    browser = Client()
    with django_assert_num_queries(5):  # the clock, the consultation, its phases, the count, the page
        answer = browser.get(reverse("ideas:list", args=[consultation.pk]))
    assert len(answer.context["listing"].page) == number


def test_a_list_is_sorted_searched_and_paged_by_what_is_allowed(consultation, olena, at):
    many(consultation, olena, 40, at)
    address = reverse("ideas:list", args=[consultation.pk])

    def titles(**asked):
        return [row.title for row in Client().get(address, asked).context["listing"].page]

    assert titles() == [f"Ініціатива {index}" for index in range(30)]
    assert titles(page="2") == [f"Ініціатива {index}" for index in range(30, 40)]
    assert titles(page="999") == titles(page="2")
    assert titles(page="-1; drop table") == titles()
    assert titles(sort="newest") == [f"Ініціатива {index}" for index in range(39, 9, -1)]
    assert titles(sort="author__email") == titles()
    assert titles(q="ПОСАДИТИ дерева") == [f"Ініціатива {index}" for index in range(0, 40, 2)]
    assert titles(q="лавки дерева") == []
    assert titles(q="%") == []
    assert titles(q="b " * 200) == []
    assert Client().get(address, {"q": "a\x00"}).status_code == 400


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% load static %}",
    "javascript:alert(1)",
    "</textarea><svg onload=alert(1)>",
    "'; DROP TABLE ideas_idea; --",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_script_that_somebody_writes_stays_text(write, consultation, olena, petro, client_of, payload, at):
    idea = write(title=payload, problem=payload, proposal=payload, location=payload)
    decide(idea=idea, outcome="refused", reasons=payload, cost=None, by=petro, at=at)
    pages = [
        Client().get(reverse("ideas:detail", args=[idea.pk])),
        Client().get(reverse("ideas:list", args=[consultation.pk]), {"q": payload[:10]}),
        client_of(olena).post(reverse("ideas:new", args=[consultation.pk]), TYPED | {"title": payload, "preview": "1"}),
    ]
    for answer in pages:
        html = answer.content.decode()
        assert answer.status_code == 200
        for dangerous in ("<script>alert", "<img src=x", "<svg onload", 'href="javascript:'):
            assert html.count(dangerous) == 0
    assert pages[1].content.decode().count(escape(payload)) == 2  # title and place
    shown = pages[0].content.decode()
    assert shown.count(escape(payload)) == 6  # window title, heading, problem, proposal, place and reasons
