from datetime import timedelta

import pytest

from commons.journal.models import Entry
from commons.kernel.verdicts import Refused, RefusedFields
from consultations.actions import (
    draft_consultation,
    edit_draft,
    follow_round,
    move_phase,
    publish_consultation,
    record_phase_changes,
)
from consultations.models import Consultation, Phase, PhaseMove
from consultations.queries import completeness, consultation_for, open_in
from consultations.timeline import PhasePlan
from tests.consultations.fixtures import plan

DAY = timedelta(days=1)


def recorded(consultation):
    entries = Entry.objects.filter(subject=f"consultation:{consultation.pk}").order_by("id")
    return [entry.kind.removeprefix("consultations.") for entry in entries]


def test_petro_drafts_and_publishes_and_residents_see_it(draft, petro, olena, liuboml, volyn, kovel, at):
    consultation = draft()
    assert list(open_in(liuboml, at)) == []
    with pytest.raises(Refused, match="not_found"):
        consultation_for(olena, consultation.pk, at=at)
    assert consultation_for(petro, consultation.pk, at=at) == consultation

    publish_consultation(consultation=consultation, by=petro, at=at)
    assert consultation_for(None, consultation.pk, at=at) == consultation
    assert list(open_in(liuboml, at)) == [consultation]
    assert list(open_in(kovel, at)) == []
    assert recorded(consultation) == ["ConsultationDrafted", "ConsultationPublished"]


def test_a_consultation_of_the_region_concerns_its_municipalities(draft, petro, volyn, liuboml, kovel, at):
    from commons.accounts.actions import give_office

    give_office(person=petro, place=volyn, role="official", by=None, at=at)
    regional = publish_consultation(consultation=draft(place=volyn), by=petro, at=at)
    assert list(open_in(liuboml, at)) == [regional]
    assert list(open_in(kovel, at)) == [regional]


def test_an_official_of_the_next_town_writes_nothing_here(draft, boris, olena, liuboml, at):
    consultation = draft()
    content = {
        "title": "Чуже",
        "summary": "",
        "text": "",
        "language": "uk",
        "budget": None,
        "support_threshold": 0,
        "phases": [],
        "at": at,
    }
    for outsider in (boris, olena):
        with pytest.raises(Refused, match="not_your_office"):
            draft_consultation(place=liuboml, by=outsider, **content)
        with pytest.raises(Refused, match="not_your_office"):
            edit_draft(consultation=consultation, by=outsider, **content)
        with pytest.raises(Refused, match="not_your_office"):
            publish_consultation(consultation=consultation, by=outsider, at=at)
    assert Consultation.objects.get().title == "Бюджет участі"
    assert recorded(consultation) == ["ConsultationDrafted"]


def test_all_that_is_wrong_is_said_at_once(draft, at):
    plans = [
        PhasePlan(kind="collect", opens_at=at + 2 * DAY, closes_at=at + DAY),
        PhasePlan(kind="review", opens_at=at + 3 * DAY, closes_at=at + 3 * DAY),
    ]
    with pytest.raises(RefusedFields) as refused:
        draft(
            title=" ",
            summary="s" * 401,
            text="\x07",
            language="lt",
            budget=0,
            support_threshold=-1,
            phases=plans,
        )
    assert [(refusal.field, refusal.code) for refusal in refused.value.refusals] == [
        ("title", "required"),
        ("summary", "too_long"),
        ("text", "control_characters"),
        ("language", "language_not_of_place"),
        ("budget", "budget_not_positive"),
        ("support_threshold", "threshold_out_of_range"),
        ("collect_closes", "phase_backwards"),
        ("review_closes", "phase_backwards"),
    ]
    assert Consultation.objects.count() == 0


@pytest.mark.parametrize(
    ("kinds", "code", "field"),
    [
        (["collect", "collect"], "phase_twice", "collect_opens"),
        (["collect", "party"], "unknown_phase", "party"),
        (["review", "collect"], "phases_overlap", "review_opens"),
    ],
)
def test_phases_come_once_each_and_in_their_order(draft, at, kinds, code, field):
    plans = [
        PhasePlan(kind=kind, opens_at=at + index * DAY, closes_at=at + (index + 1) * DAY)
        for index, kind in enumerate(kinds)
    ]
    with pytest.raises(RefusedFields) as refused:
        draft(phases=plans)
    assert [(refusal.code, refusal.field) for refusal in refused.value.refusals] == [(code, field)]


def test_what_is_missing_is_listed_and_keeps_the_draft_from_being_published(draft, petro, at):
    consultation = draft(summary="", text="", phases=plan(at, first_day=-20))
    missing = [item.code for item in completeness(consultation, at) if not item.done]
    assert missing == ["summary", "text", "ahead"]
    with pytest.raises(Refused, match="consultation_incomplete"):
        publish_consultation(consultation=consultation, by=petro, at=at)
    edited = edit_draft(
        consultation=consultation,
        title="Бюджет",
        summary="Коротко.",
        text="Докладно.",
        language="uk",
        budget=None,
        support_threshold=0,
        phases=plan(at),
        by=petro,
        at=at,
    )
    assert [item.code for item in completeness(edited, at) if not item.done] == []
    assert publish_consultation(consultation=edited, by=petro, at=at).published_at == at
    assert recorded(consultation) == ["ConsultationDrafted", "ConsultationEdited", "ConsultationPublished"]


def test_what_is_published_is_neither_edited_nor_published_again(consultation, petro, at):
    with pytest.raises(Refused, match="already_published"):
        publish_consultation(consultation=consultation, by=petro, at=at)
    with pytest.raises(Refused, match="already_published"):
        edit_draft(
            consultation=consultation,
            title="Інше",
            summary="",
            text="",
            language="uk",
            budget=None,
            support_threshold=0,
            phases=[],
            by=petro,
            at=at,
        )
    assert Consultation.objects.get().title == "Бюджет участі"


def test_a_phase_to_come_is_moved_in_public_and_with_a_reason(consultation, petro, at):
    vote = consultation.phases.get(kind="vote")
    before = (vote.opens_at, vote.closes_at)
    new = (vote.opens_at + DAY, vote.closes_at)
    move_phase(phase=vote, opens_at=new[0], closes_at=new[1], reason="  Свято  громади ", by=petro, at=at)
    vote.refresh_from_db()
    assert (vote.opens_at, vote.closes_at) == new
    move = PhaseMove.objects.get()
    assert (move.old_opens_at, move.old_closes_at) == before
    assert (move.new_opens_at, move.new_closes_at) == new
    assert (move.reason, move.moved_by) == ("Свято громади", petro)
    assert recorded(consultation)[-1] == "PhaseMoved"


@pytest.mark.parametrize(
    ("kind", "opens", "closes", "later", "code"),
    [
        ("collect", -1, 8, 10, "phase_over"),
        ("collect", -2, 9, 0, "phase_already_open"),
        ("collect", -1, -0.5, 0, "instant_in_past"),
        ("collect", -1, 10, 0, "phases_overlap"),
        ("review", -0.5, 19, 0, "instant_in_past"),
        ("review", 12, 11, 0, "phase_backwards"),
        ("review", 8, 19, 0, "phases_overlap"),
        ("review", 9, 20, 0, "phases_overlap"),
    ],
)
def test_what_has_ended_begun_or_would_overlap_is_not_moved(consultation, petro, at, kind, opens, closes, later, code):
    phase = consultation.phases.get(kind=kind)
    before = (phase.opens_at, phase.closes_at)
    with pytest.raises(Refused) as refused:
        move_phase(
            phase=phase,
            opens_at=at + opens * DAY,
            closes_at=at + closes * DAY,
            reason="Так треба",
            by=petro,
            at=at + later * DAY,
        )
    assert refused.value.code == code
    phase.refresh_from_db()
    assert (phase.opens_at, phase.closes_at) == before
    assert PhaseMove.objects.count() == 0


def test_a_move_needs_a_reason_an_office_and_a_published_consultation(consultation, draft, petro, boris, at):
    phase = consultation.phases.get(kind="follow_up")
    new = {"opens_at": phase.opens_at + DAY, "closes_at": phase.closes_at + DAY, "at": at}
    with pytest.raises(Refused, match="required"):
        move_phase(phase=phase, reason=" ", by=petro, **new)
    with pytest.raises(Refused, match="not_your_office"):
        move_phase(phase=phase, reason="Хочу", by=boris, **new)
    with pytest.raises(Refused, match="not_published"):
        move_phase(phase=draft(title="Чернетка").phases.get(kind="follow_up"), reason="Рано", by=petro, **new)
    assert PhaseMove.objects.count() == 0


def test_phases_are_announced_once_and_in_the_order_of_their_instants(consultation, at):
    assert record_phase_changes(at=at) == 1
    assert record_phase_changes(at=at) == 0
    # Beat was away for twenty days: what it missed is told in order.
    assert record_phase_changes(at=at + 20 * DAY) == 4
    assert record_phase_changes(at=at + 20 * DAY) == 0
    entries = Entry.objects.filter(kind__startswith="consultations.Phase").order_by("id")
    assert [(entry.kind.removeprefix("consultations."), entry.data["phase_kind"]) for entry in entries] == [
        ("PhaseOpened", "collect"),
        ("PhaseClosed", "collect"),
        ("PhaseOpened", "review"),
        ("PhaseClosed", "review"),
        ("PhaseOpened", "vote"),
    ]


def test_nothing_is_announced_of_a_draft(draft, at):
    draft()
    assert record_phase_changes(at=at + 20 * DAY) == 0


def test_a_voting_phase_ends_with_its_extended_round_and_pushes_what_follows(consultation, petro, at, liuboml):
    from voting.models import Round

    vote = consultation.phases.get(kind="vote")
    round_ = Round.objects.create(
        place=liuboml,
        slug="r",
        title="r",
        question="?",
        language="uk",
        rule={},
        rule_digest="0" * 64,
        opens_at=vote.opens_at,
        closes_at=vote.closes_at,
    )
    Phase.objects.filter(pk=vote.pk).update(round=round_)
    with pytest.raises(Refused, match="round_is_set"):
        move_phase(
            phase=vote,
            opens_at=vote.opens_at,
            closes_at=vote.closes_at + DAY,
            reason="Свято",
            by=petro,
            at=at,
        )
    for _repeat in range(2):
        follow_round(round_id=round_.pk, closes_at=vote.closes_at + 2 * DAY, reason="Не було світла", at=at)
    phases = {phase.kind: phase for phase in consultation.phases.all()}
    assert phases["vote"].closes_at == vote.closes_at + 2 * DAY
    assert phases["follow_up"].opens_at == vote.closes_at + 2 * DAY
    assert phases["follow_up"].closes_at == vote.closes_at + 12 * DAY
    assert [move.reason for move in PhaseMove.objects.all()] == ["Не було світла"] * 2
