"""Petro puts a question: what he gives is frozen, what makes no sense is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from commons.accounts.models import Person
from commons.journal.models import Entry
from commons.kernel.verdicts import Refused
from voting.models import Option, Round
from voting.options import OptionDraft

Schedule = Callable[..., Round]
HOUR = timedelta(hours=1)


def test_rule_and_paper_are_frozen_with_their_digests(schedule: Schedule, petro: Person, at: datetime):
    round = schedule()
    assert [
        (option.number, option.source, option.title, option.cost) for option in round.options.order_by("number")
    ] == [
        (1, "idea:1", "Лавки біля школи", 3_000_000),
        (2, "idea:2", "Криниця", 6_000_000),
        (3, "idea:3", "Дах клубу", 5_000_000),
        (4, "idea:4", "Велодоріжка", 9_000_000),
    ]
    assert round.rule["misfit"] == "skip"
    assert round.budget == 10_000_000
    entry = Entry.objects.get(kind="voting.RoundScheduled")
    assert entry.actor_id == petro.pk
    assert entry.data == {
        "round": round.pk,
        "opens_at": at.isoformat(),
        "closes_at": (at + HOUR).isoformat(),
        "rule_digest": round.rule_digest,
        "options_digest": round.options_digest,
    }
    same, other = schedule(), schedule(options=[OptionDraft(title="Лавки біля школи", cost=1)])
    assert same.options_digest == round.options_digest
    assert other.options_digest != round.options_digest
    assert same.slug != round.slug
    assert bytes(same.pseudonym_key or b"") != bytes(round.pseudonym_key or b"")


def one(**changes: Any) -> list[OptionDraft]:
    return [OptionDraft(**({"title": "Лавки"} | changes))]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "required"),
        ({"title": "а" * 201}, "too_long"),
        ({"question": ""}, "required"),
        ({"question": "а" * 2001}, "too_long"),
        ({"language": "українська"}, "language_unknown"),
        ({"currency": ""}, "currency_unknown"),
        ({"currency": "грн"}, "currency_unknown"),
        ({"rule": {}}, "rule_invalid"),
        ({"rule": {"method": "coin"}}, "rule_invalid"),
        ({"rule": {"method": "greedy-budget"}}, "rule_invalid"),
        ({"rule": {"method": "greedy-budget", "budget": -1}}, "rule_invalid"),
        ({"rule": {"method": "greedy-budget", "budget": 10**30}}, "rule_invalid"),
        ({"rule": {"method": "greedy-budget", "budget": float("nan")}}, "rule_invalid"),
        ({"rule": {"method": "greedy-budget", "budget": 100, "exclusive_groups": [[1, 9]]}}, "rule_invalid"),
        ({"rule": {"method": "approval", "min_selections": 5}}, "rule_invalid"),
        ({"options": []}, "options_missing"),
        ({"options": one() * 2}, "options_repeat"),
        ({"options": one(source="idea:1") + one(source="idea:1", title="Дах")}, "options_repeat"),
        ({"options": one() * 1001}, "options_too_many"),
        ({"options": one(title=" \x00")}, "option_without_title"),
        ({"options": one(title="а" * 201)}, "option_too_long"),
        ({"options": one(text="а" * 20_001)}, "option_too_long"),
        ({"options": one(cost=-1)}, "option_cost_invalid"),
        ({"options": one(cost=10**30)}, "option_cost_invalid"),
        ({"options": one(cost=1.5)}, "option_cost_invalid"),
        ({"options": one(cost=float("nan"))}, "option_cost_invalid"),
        ({"options": one(cost=True)}, "option_cost_invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(schedule: Schedule, changes: dict[str, Any], code: str):
    with pytest.raises(Refused) as refused:
        schedule(**changes)
    assert refused.value.code == code
    assert refused.value.sentence
    assert not Round.objects.exists()
    assert not Option.objects.exists()


def test_a_round_opens_after_it_is_announced_and_closes_after_it_opens(schedule: Schedule, at: datetime):
    for opens_at, closes_at, code in [
        (at - timedelta(seconds=1), at + HOUR, "opens_in_the_past"),
        (at + HOUR, at + HOUR, "instants_invalid"),
        (at + 2 * HOUR, at + HOUR, "instants_invalid"),
        (at.replace(tzinfo=None), at + HOUR, "instants_invalid"),
    ]:
        with pytest.raises(Refused) as refused:
            schedule(opens_at=opens_at, closes_at=closes_at)
        assert refused.value.code == code


def test_only_an_official_of_the_place_schedules(schedule: Schedule, olena: Person, rasa: Person, boris: Person):
    for person in (olena, rasa, boris):
        with pytest.raises(Refused) as refused:
            schedule(by=person)
        assert refused.value.code == "not_your_office"
