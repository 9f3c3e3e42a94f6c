from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from consultations.models import Consultation, Phase, PhaseMove

KYIV = ZoneInfo("Europe/Kyiv")
DAY = timedelta(days=1)


def typed(at, **changes):
    """What Petro types: two steps on the clock of Liuboml, three and twenty days from now at noon."""
    day = at.astimezone(KYIV).date()
    form = {
        "title": "Бюджет участі",
        "summary": "Що зробити наступного року.",
        "text": "Мешканці пишуть ініціативи.",
        "language": "uk",
        "budget": "500 000",
        "support_threshold": "2",
        "collect_opens_date": (day + 3 * DAY).isoformat(),
        "collect_opens_time": "12:00",
        "collect_closes_date": (day + 20 * DAY).isoformat(),
        "collect_closes_time": "12:00",
    }
    return form | changes


def codes(answer):
    return {name: [error.code for error in errors] for name, errors in answer.context["form"].errors.as_data().items()}


def test_petro_drafts_previews_edits_and_publishes(liuboml, petro, client_of, at):
    browser = client_of(petro)
    new = reverse("consultations:new", args=[liuboml.slug])
    assert browser.get(new).status_code == 200
    saved = browser.post(new, typed(at, summary=""))
    draft = Consultation.objects.get()
    preview = reverse("consultations:preview", args=[draft.pk])
    assert saved.headers["Location"] == preview
    assert draft.budget == 50_000_000
    answer = browser.get(preview)
    assert [item.code for item in answer.context["items"] if not item.done] == ["summary"]
    assert browser.post(reverse("consultations:publication", args=[draft.pk])).headers["Location"] == preview

    edit = reverse("consultations:edit", args=[draft.pk])
    shown = browser.get(edit).context["form"]
    assert (shown["budget"].value(), shown["title"].value()) == ("500000", "Бюджет участі")
    assert browser.post(edit, typed(at)).headers["Location"] == preview
    page = reverse("consultations:detail", args=[draft.pk])
    assert Client().get(page).status_code == 404
    assert browser.post(reverse("consultations:publication", args=[draft.pk])).headers["Location"] == page
    assert Client().get(page).status_code == 200
    assert browser.get(edit).headers["Location"] == page
    phase = Phase.objects.get()
    assert phase.opens_at.astimezone(KYIV).hour == 12


def test_times_are_meant_on_the_clock_of_the_place(liuboml, petro, client_of, at):
    answer = client_of(petro).post(
        reverse("consultations:new", args=[liuboml.slug]),
        typed(
            at,
            collect_opens_date="2027-03-28",
            collect_opens_time="03:30",
            collect_closes_date="2027-10-31",
            collect_closes_time="03:30",
            review_opens_date="2027-11-01",
            vote_opens_date="2027-12-01",
            vote_opens_time="10:00",
        ),
    )
    assert codes(answer) == {
        "collect_opens": ["instant_does_not_exist"],
        "collect_closes": ["instant_ambiguous"],
        "review_opens": ["instant_malformed"],
        "vote_closes": ["phase_edge_missing"],
    }
    assert Consultation.objects.count() == 0


def test_all_errors_of_the_form_and_of_the_rules_are_shown_at_their_fields(liuboml, petro, client_of, at):
    new = reverse("consultations:new", args=[liuboml.slug])
    answer = client_of(petro).post(new, typed(at, title="", budget="багато"))
    assert codes(answer) == {"budget": ["amount_malformed"]}
    answer = client_of(petro).post(new, typed(at, title="", budget="0", collect_closes_time="11:59"))
    assert codes(answer) == {"title": ["required"], "budget": ["budget_not_positive"]}
    answer = client_of(petro).post(new, typed(at, collect_closes_date=typed(at)["collect_opens_date"]))
    assert codes(answer) == {"collect_closes": ["phase_backwards"]}
    assert answer.context["form"]["text"].value() == "Мешканці пишуть ініціативи."


def test_the_page_says_where_we_are_and_what_one_can_do(consultation, olena, boris, client_of):
    page = reverse("consultations:detail", args=[consultation.pk])
    answer = client_of(olena).get(page)
    assert (answer.context["standing"].now.kind, answer.context["standing"].next.kind) == (
        "collect",
        "review",
    )
    assert [(step.phase.kind, step.state) for step in answer.context["steps"]] == [
        ("collect", "open"),
        ("review", "coming"),
        ("vote", "coming"),
        ("follow_up", "coming"),
    ]
    assert answer.context["writing"].code == ""
    assert Client().get(page).context["writing"].code == "sign_in_first"
    assert client_of(boris).get(page).context["writing"].code == "not_resident"


@pytest.mark.parametrize(("days", "now"), [(9, "review"), (19, "vote"), (29, "follow_up"), (39, None)])
def test_every_step_has_its_page(consultation, petro, client_of, days, now):
    for phase in Phase.objects.order_by("opens_at"):
        Phase.objects.filter(pk=phase.pk).update(
            opens_at=phase.opens_at - days * DAY, closes_at=phase.closes_at - days * DAY
        )
    for browser in (Client(), client_of(petro)):
        answer = browser.get(reverse("consultations:detail", args=[consultation.pk]))
        standing = answer.context["standing"]
        assert (standing.now.kind if standing.now else None, standing.over) == (now, now is None)


def test_petro_moves_a_step_and_the_reason_is_on_the_page(consultation, petro, client_of):
    phase = consultation.phases.get(kind="follow_up")
    move = reverse("consultations:move", args=[phase.pk])
    browser = client_of(petro)
    assert browser.get(move).status_code == 200
    later = (phase.closes_at + DAY).astimezone(KYIV)
    opens = phase.opens_at.astimezone(KYIV)
    edges = {
        "opens_date": opens.date().isoformat(),
        "opens_time": opens.strftime("%H:%M"),
        "closes_date": later.date().isoformat(),
        "closes_time": later.strftime("%H:%M"),
    }
    assert codes(browser.post(move, edges)) == {"reason": ["required"]}
    answer = browser.post(move, edges | {"reason": "<b>Свято</b>"})
    assert answer.headers["Location"] == reverse("consultations:detail", args=[consultation.pk])
    before = phase.opens_at
    phase.refresh_from_db()
    # What was not changed keeps its seconds, which the form does not show.
    assert phase.opens_at == before
    assert PhaseMove.objects.get().new_closes_at == phase.closes_at
    html = Client().get(answer.headers["Location"]).content.decode()
    assert html.count("&lt;b&gt;Свято&lt;/b&gt;") == 1
    assert html.count("<b>Свято</b>") == 0


def test_nobody_else_prepares_publishes_or_moves(draft, consultation, liuboml, olena, boris, rasa, client_of, at):
    other = draft(title="Чернетка")
    phase = consultation.phases.get(kind="follow_up")
    for browser in (Client(), client_of(olena), client_of(boris), client_of(rasa)):
        assert browser.get(reverse("consultations:new", args=[liuboml.slug])).status_code == 403
        assert browser.post(reverse("consultations:new", args=[liuboml.slug]), typed(at)).status_code == 403
        assert browser.post(reverse("consultations:move", args=[phase.pk]), {"reason": "x"}).status_code == 403
        for name in ("edit", "preview"):
            assert browser.get(reverse(f"consultations:{name}", args=[other.pk])).status_code in (403, 404)
        assert browser.post(reverse("consultations:publication", args=[other.pk])).status_code in (403, 404)
        assert browser.get(reverse("consultations:detail", args=[other.pk])).status_code == 404
    assert Consultation.objects.count() == 2
    assert Consultation.objects.published().count() == 1
    assert PhaseMove.objects.count() == 0


def test_addresses_that_lead_nowhere_say_so(petro, client_of):
    for name in ("detail", "edit", "preview", "move"):
        assert client_of(petro).get(reverse(f"consultations:{name}", args=[999_999])).status_code == 404
    assert client_of(petro).get(reverse("consultations:new", args=["atlantis"])).status_code == 404
