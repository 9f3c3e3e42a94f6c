from datetime import timedelta

import pytest

from commons.journal.models import Entry
from commons.journal.relay import relay_batch
from commons.kernel.verdicts import Refused, RefusedFields
from ideas.actions import count_support, decide, endorse, publish_idea, save_draft, withdraw_endorsement
from ideas.models import Decision, Draft, Endorsement, Idea

DAY = timedelta(days=1)


def recorded(idea):
    entries = Entry.objects.filter(subject=f"idea:{idea.pk}").order_by("id")
    return [entry.kind.removeprefix("ideas.") for entry in entries]


def test_olena_writes_leaves_and_publishes_later(consultation, olena, write, at):
    save_draft(consultation=consultation, author=olena, content={"title": "Лав", "cost": "25 тис"}, at=at)
    save_draft(consultation=consultation, author=olena, content={"title": "Лавки", "unknown": "x"}, at=at)
    draft = Draft.objects.get()
    assert draft.content == {"title": "Лавки", "problem": "", "proposal": "", "location": "", "cost": ""}
    idea = write(title="  Лавки   біля школи ", problem="Ніде\r\nсісти.\r\n")
    assert (idea.title, idea.problem, idea.language) == ("Лавки біля школи", "Ніде\nсісти.", "uk")
    assert Draft.objects.count() == 0
    assert recorded(idea) == ["IdeaPublished"]


def test_a_draft_keeps_what_the_database_can_hold_and_is_bounded(consultation, olena, at):
    save_draft(consultation=consultation, author=olena, content={"title": "а\x00б\ud800в"}, at=at)
    assert Draft.objects.get().content["title"] == "абв"
    with pytest.raises(Refused, match="draft_too_large"):
        save_draft(consultation=consultation, author=olena, content={"proposal": "х" * 16_001}, at=at)


def test_text_is_kept_in_its_composed_form(write):
    assert write(title="Лавки для Любомля: и\u0306").title == "Лавки для Любомля: й"


def test_all_that_is_wrong_with_an_initiative_is_said_at_once(write):
    with pytest.raises(RefusedFields) as refused:
        write(title="", problem="\x1b[31m", proposal="п" * 8_001, location="\u202eгора", cost=None)
    assert [(refusal.field, refusal.code) for refusal in refused.value.refusals] == [
        ("title", "required"),
        ("problem", "control_characters"),
        ("proposal", "too_long"),
        ("location", "control_characters"),
        ("cost", "cost_required"),
    ]
    assert Idea.objects.count() == 0


@pytest.mark.parametrize("cost", [0, -1, 10**15 + 1])
def test_a_cost_must_be_possible(write, cost):
    with pytest.raises(RefusedFields, match="cost_out_of_range"):
        write(cost=cost)


def test_sent_twice_it_is_published_once(write, consultation, boris, residents, at):
    write()
    with pytest.raises(Refused, match="idea_already_published"):
        write()
    write(author=residents(1)[0])
    assert Idea.objects.count() == 2


def test_only_residents_write_and_only_while_collecting_is_open(write, consultation, boris, at):
    with pytest.raises(Refused, match="not_resident"):
        write(author=boris)
    with pytest.raises(Refused, match="collecting_not_open"):
        write(at=at + 9 * DAY)
    write(at=at + 9 * DAY - timedelta(microseconds=1))
    with pytest.raises(Refused, match="not_resident"):
        save_draft(consultation=consultation, author=boris, content={}, at=at)
    assert Idea.objects.count() == 1


def test_nobody_writes_into_a_draft_consultation(draft, write):
    with pytest.raises(Refused, match="collecting_not_open"):
        write(consultation=draft())


def test_a_resident_supports_once_takes_it_back_and_the_count_follows(idea, residents, at):
    first, second = residents(2)
    endorse(idea_id=idea.pk, person=first, at=at)
    endorse(idea_id=idea.pk, person=second, at=at)
    with pytest.raises(Refused, match="already_endorsed"):
        endorse(idea_id=idea.pk, person=first, at=at)
    relay_batch()
    idea.refresh_from_db()
    assert (idea.support, idea.threshold_reached_at) == (2, at)

    withdraw_endorsement(idea_id=idea.pk, person=first, at=at)
    with pytest.raises(Refused, match="not_endorsed"):
        withdraw_endorsement(idea_id=idea.pk, person=first, at=at)
    relay_batch()
    idea.refresh_from_db()
    assert (idea.support, idea.threshold_reached_at) == (1, at)


def test_strangers_and_latecomers_support_nothing(idea, olena, boris, at):
    with pytest.raises(Refused, match="not_resident"):
        endorse(idea_id=idea.pk, person=boris, at=at)
    with pytest.raises(Refused, match="collecting_not_open"):
        endorse(idea_id=idea.pk, person=olena, at=at + 9 * DAY)
    with pytest.raises(Refused, match="not_found"):
        endorse(idea_id=idea.pk + 1, person=olena, at=at)
    endorse(idea_id=idea.pk, person=olena, at=at)
    with pytest.raises(Refused, match="collecting_not_open"):
        withdraw_endorsement(idea_id=idea.pk, person=olena, at=at + 9 * DAY)
    assert Endorsement.objects.count() == 1


def test_the_threshold_is_reached_once_however_support_moves(idea, residents, at):
    people = residents(4)
    for person in people:
        endorse(idea_id=idea.pk, person=person, at=at)
    for _repeat in range(3):
        assert count_support(idea_id=idea.pk, at=at) == 4
    for person in people:
        withdraw_endorsement(idea_id=idea.pk, person=person, at=at)
    assert count_support(idea_id=idea.pk, at=at) == 0
    for person in people:
        endorse(idea_id=idea.pk, person=person, at=at + DAY)
    relay_batch()
    idea.refresh_from_db()
    assert (idea.support, idea.threshold_reached_at) == (4, at)
    assert recorded(idea).count("ThresholdReached") == 1


def test_petro_decides_with_reasons_and_once(idea, residents, petro, at):
    for person in residents(2):
        endorse(idea_id=idea.pk, person=person, at=at)
    decision = decide(idea=idea, outcome="shortlisted", reasons="Ділянка громади.", cost=3_000_000, by=petro, at=at)
    assert (decision.outcome, decision.cost) == ("shortlisted", 3_000_000)
    with pytest.raises(Refused, match="already_decided"):
        decide(idea=idea, outcome="refused", reasons="Передумали.", cost=None, by=petro, at=at)
    assert recorded(idea)[-2:] == ["ThresholdReached", "IdeaDecided"]
    assert Decision.objects.count() == 1


def test_without_support_an_initiative_is_refused_or_waits(idea, petro, at):
    with pytest.raises(Refused, match="below_threshold"):
        decide(idea=idea, outcome="shortlisted", reasons="Гарна.", cost=None, by=petro, at=at)
    with pytest.raises(Refused, match="required"):
        decide(idea=idea, outcome="refused", reasons="\n", cost=None, by=petro, at=at)
    with pytest.raises(Refused, match="unknown_outcome"):
        decide(idea=idea, outcome="maybe", reasons="Хтозна.", cost=None, by=petro, at=at)
    decide(idea=idea, outcome="refused", reasons="Земля приватна.", cost=None, by=petro, at=at + 18 * DAY)
    assert Decision.objects.get().outcome == "refused"


def test_only_the_office_of_the_place_decides_and_only_before_the_vote(idea, petro, boris, olena, rasa, at):
    answer = {"idea": idea, "outcome": "refused", "reasons": "Ні.", "cost": None}
    for outsider in (boris, olena, rasa):
        with pytest.raises(Refused, match="not_your_office"):
            decide(**answer, by=outsider, at=at)
    with pytest.raises(Refused, match="not_under_review"):
        decide(**answer, by=petro, at=at + 19 * DAY)
    assert Decision.objects.count() == 0


def test_where_there_is_no_budget_no_cost_is_needed(draft, petro, olena, at):
    from consultations.actions import publish_consultation

    opinion = publish_consultation(consultation=draft(budget=None, support_threshold=0), by=petro, at=at)
    idea = publish_idea(
        consultation=opinion,
        author=olena,
        title="Тихі години",
        problem="Гучно.",
        proposal="Тиша після десятої.",
        location="",
        cost=None,
        language="de",
        at=at,
    )
    assert (idea.cost, idea.language) == (None, "uk")
    assert decide(idea=idea, outcome="shortlisted", reasons="Так.", cost=None, by=petro, at=at).cost is None
