import pytest
from django.core.management import call_command
from django.test import Client

from commons.journal.relay import relay_batch
from ideas.models import Endorsement, Idea

NEW = {"title": "Лавки", "problem": "Ніде сісти.", "proposal": "Поставити.", "location": "", "cost": 100}


def post(browser, address, body=None):
    return browser.post(address, body, content_type="application/json")


def test_everybody_reads_what_is_published(consultation, draft, idea):
    draft(title="Чернетка")
    listed = Client().get("/api/v1/consultations/").json()
    assert [row["id"] for row in listed["results"]] == [consultation.pk]
    row = listed["results"][0]
    assert (row["place"], row["currency"], row["budget"]) == ("liuboml", "UAH", 50_000_000)
    assert [(phase["kind"], phase["state"]) for phase in row["phases"]] == [
        ("collect", "open"),
        ("review", "coming"),
        ("vote", "coming"),
        ("follow_up", "coming"),
    ]
    ideas = Client().get("/api/v1/ideas/").json()["results"]
    assert [(row["id"], row["author"], row["decision"], row["outcome"]) for row in ideas] == [
        (idea.pk, "Olena", None, None)
    ]
    assert set(ideas[0]) == {
        "id", "consultation", "author", "title", "problem", "proposal", "location", "cost", "language",
        "published_at", "support", "threshold_reached_at", "decision", "outcome",
    }  # fmt: skip


def test_drafts_have_no_address(draft):
    assert Client().get(f"/api/v1/consultations/{draft().pk}/").status_code == 404


def test_olena_publishes_and_supports(consultation, olena, client_of):
    browser = client_of(olena)
    made = post(browser, "/api/v1/ideas/", NEW | {"consultation": consultation.pk})
    assert (made.status_code, made.json()["title"]) == (201, "Лавки")
    address = f"/api/v1/ideas/{made.json()['id']}/"
    assert post(browser, address + "endorsement/").status_code == 201
    again = post(browser, address + "endorsement/")
    assert (again.status_code, again.json()["code"]) == (409, "already_endorsed")
    relay_batch()
    assert browser.get(address).json()["support"] == 1
    assert browser.delete(address + "endorsement/").status_code == 204
    assert browser.delete(address + "endorsement/").json()["code"] == "not_endorsed"
    assert Endorsement.objects.count() == 0


def test_a_wrong_initiative_is_refused_with_code_and_field(consultation, olena, client_of):
    answer = post(client_of(olena), "/api/v1/ideas/", NEW | {"consultation": consultation.pk, "title": " "})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "required", "title")
    assert post(client_of(olena), "/api/v1/ideas/", NEW | {"consultation": 999_999}).status_code == 404
    assert post(client_of(olena), "/api/v1/ideas/", {"consultation": consultation.pk}).status_code == 400
    assert Idea.objects.count() == 0


def test_outsiders_write_nothing(consultation, idea, boris, client_of):
    for browser, code in ((Client(), "sign_in_first"), (client_of(boris), "not_resident")):
        made = post(browser, "/api/v1/ideas/", NEW | {"consultation": consultation.pk})
        supported = post(browser, f"/api/v1/ideas/{idea.pk}/endorsement/")
        assert [(answer.status_code, answer.json()["code"]) for answer in (made, supported)] == [(403, code)] * 2
    assert (Idea.objects.count(), Endorsement.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("consultation={consultation}", 1),
        ("consultation=0", 0),
        ("q=лавки школи", 1),
        ("q=дерева", 0),
        ("ordering=-support", 1),
        # What is not on the list of filters filters nothing: nobody mines addresses through it.
        ("author__email__startswith=zzz", 1),
        ("author=0", 1),
    ],
)
def test_only_what_is_allowed_filters(consultation, idea, asked, found):
    answer = Client().get("/api/v1/ideas/?" + asked.format(consultation=consultation.pk))
    assert (answer.status_code, answer.json()["count"]) == (200, found)


@pytest.mark.parametrize("asked", ["ordering=author__email", "consultation=x", "q=" + "a" * 81])
def test_a_filter_that_makes_no_sense_is_said(consultation, asked):
    assert Client().get("/api/v1/ideas/?" + asked).status_code == 400


def test_consultations_are_found_by_place_and_open_phase(consultation):
    def count(asked):
        return Client().get("/api/v1/consultations/?" + asked).json()["count"]

    assert [count("place=liuboml"), count("place=kovel"), count("open=collect"), count("open=vote")] == [
        1,
        0,
        1,
        0,
    ]


def test_the_api_describes_itself(db):
    schema = Client().get("/api/v1/schema/", headers={"accept": "application/json"})
    assert schema.status_code == 200
    paths = schema.json()["paths"]
    assert set(paths["/api/v1/ideas/{id}/endorsement/"]) == {"post", "delete"}
    assert set(paths["/api/v1/consultations/"]) == {"get", "post"}
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")  # nothing is left unsaid


@pytest.mark.parametrize("number", [1, 30])
def test_the_lists_cost_the_same_queries_whatever_their_length(
    consultation, olena, write, number, django_assert_num_queries
):
    for index in range(number):
        write(title=f"Лавки {index}")
    with django_assert_num_queries(2):  # the count and the page
        assert len(Client().get("/api/v1/ideas/").json()["results"]) == number
    with django_assert_num_queries(4):  # the clock, the count, the page and its phases
        assert len(Client().get("/api/v1/consultations/").json()["results"]) == 1
