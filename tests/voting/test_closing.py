"""A round runs by its instants: it opens, is extended in public, closes, is counted once and published."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from commons.accounts.models import Person
from commons.journal.models import Entry
from commons.kernel.checkpoint import raw_public_key
from commons.kernel.verdicts import Refused
from commons.live.models import Frame
from tests.voting.conftest import behind_the_guards
from voting import keys, pabulib, queries, tasks
from voting.actions import cast, close_round, count_round, count_turnout, extend_round, record_opening
from voting.bundle import BundleError
from voting.models import Ballot, Bundle, Extension, Option, Result, Round, Turnout
from voting.options import OptionDraft
from voting.recount import recount

Schedule = Callable[..., Round]
TimePasses = Callable[[Round, timedelta], Round]
DATA = Path(pabulib.__file__).parent / "data"
HOUR = timedelta(hours=1)


def kinds(round: Round) -> list[str]:
    return list(Entry.objects.filter(subject=f"round:{round.pk}").order_by("id").values_list("kind", flat=True))


def refusal(action: Callable[..., object], **fields: object) -> str:
    with pytest.raises(Refused) as refused:
        action(**fields)
    return refused.value.code


@pytest.fixture
def voted(schedule: Schedule, residents: Callable[[int], list[Person]]) -> Round:
    """Five residents have voted: the well by 3, the benches by 3, the roof by 1."""
    round = schedule()
    for person, selection in zip(residents(5), [[1, 2], [1, 2], [1], [2], [3]], strict=True):
        cast(round_id=round.pk, person=person, selection=selection, request_id=uuid4())
    return round


def test_a_round_is_opened_closed_and_counted_by_the_beat(voted: Round, time_passes: TimePasses, at: datetime):
    assert tasks.open_due() == 1
    assert tasks.open_due() == 0
    assert tasks.close_due() == 0
    time_passes(voted, HOUR)

    assert tasks.close_due() == 1
    assert tasks.close_due() == 0

    voted.refresh_from_db()
    assert (voted.opened_at, voted.closed_at, voted.counted_at) == (at, at, at)
    assert kinds(voted) == ["voting.RoundScheduled", "voting.RoundOpened", "voting.RoundClosed", "voting.RoundCounted"]
    entry = Entry.objects.get(kind="voting.RoundCounted")
    first, second = Option.objects.filter(round=voted, number__in=[1, 2]).order_by("number")
    # Benches and well have three votes each: the cheaper goes first, and both fit.
    assert entry.data["winners"] == [first.pk, second.pk]
    assert entry.data["ballots"] == 5
    assert queries.votes_by_option(voted) == {
        option.pk: votes for option, votes in zip(queries.options_of(voted), [3, 3, 1, 0], strict=True)
    }
    turnout = Turnout.objects.get(round=voted)
    assert (turnout.voters, turnout.electorate) == (5, 5)


def test_a_round_whose_instant_has_not_come_is_not_closed(voted: Round, at: datetime):
    assert close_round(round_id=voted.pk, at=at) is False
    assert count_round(round_id=voted.pk, at=at) is False
    # A caller with a wrong clock changes nothing: the database looks at its own.
    with pytest.raises(IntegrityError):
        close_round(round_id=voted.pk, at=at + 2 * HOUR)
    voted.refresh_from_db()
    assert voted.closed_at is None


def test_only_what_is_closed_is_counted_and_only_once(voted: Round, time_passes: TimePasses, at: datetime):
    time_passes(voted, HOUR)
    assert count_round(round_id=voted.pk, at=at) is False
    assert [close_round(round_id=voted.pk, at=at) for _ in range(3)] == [True, False, False]
    assert [count_round(round_id=voted.pk, at=at) for _ in range(3)] == [True, False, False]
    assert Result.objects.count() == Bundle.objects.count() == 1
    assert kinds(voted).count("voting.RoundCounted") == 1


def test_a_stranger_recounts_the_bundle(voted: Round, time_passes: TimePasses, at: datetime, tmp_path: Path):
    time_passes(voted, HOUR)
    close_round(round_id=voted.pk, at=at)
    count_round(round_id=voted.pk, at=at)
    content = bytes(Bundle.objects.get(pk=voted.pk).content)

    report = recount(io.BytesIO(content), trusted_key=raw_public_key(keys.signing_key().public_key()))
    assert [check for check in report.checks if not check.holds] == []
    assert report.bundle.round["title"] == "Бюджет участі"
    assert sorted(report.bundle.receipts) == sorted(voted.roll.order_by("pk").values_list("receipt", flat=True))

    file = tmp_path / "round.viche.zip"
    file.write_bytes(content)
    key = base64.b64encode(raw_public_key(keys.signing_key().public_key())).decode()
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "voting.recount", str(file), "--key", key],
        cwd=root,
        env={"PYTHONPATH": f"{root}:{root / 'platform'}", "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "The recount agrees." in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_round_without_a_vote_is_counted_too(schedule: Schedule, time_passes: TimePasses):
    round = time_passes(schedule(), 2 * HOUR)
    assert tasks.close_due() == 1
    result = Result.objects.get(round=round)
    assert (result.ballots, result.outcome["winners"]) == (0, [])
    assert recount(io.BytesIO(bytes(result.bundle.content))).agrees


def test_without_a_signing_key_nothing_is_published(
    voted: Round, time_passes: TimePasses, at: datetime, settings, tmp_path: Path
):
    time_passes(voted, HOUR)
    close_round(round_id=voted.pk, at=at)
    good = settings.SIGNING_KEY_FILE
    settings.SIGNING_KEY_FILE = str(tmp_path / "nowhere.key")
    with pytest.raises(ImproperlyConfigured):
        count_round(round_id=voted.pk, at=at)
    settings.SIGNING_KEY_FILE = good
    Path(good).write_text(bytes(range(32)).hex() + "\n")
    assert count_round(round_id=voted.pk, at=at) is True
    Path(good).write_bytes(b"short")
    with pytest.raises(ImproperlyConfigured):
        keys.signing_key()


def test_a_box_that_does_not_fit_the_roll_is_not_published(voted: Round, time_passes: TimePasses, at: datetime):
    """Somebody with the database removes a ballot: the count stops instead of signing it."""
    time_passes(voted, HOUR)
    close_round(round_id=voted.pk, at=at)
    behind_the_guards("DELETE FROM voting_ballot WHERE round_id = %s AND selection = '[3]'", voted.pk)
    with pytest.raises(BundleError):
        count_round(round_id=voted.pk, at=at)
    assert not Result.objects.exists()
    voted.refresh_from_db()
    assert voted.counted_at is None


def test_one_broken_round_does_not_keep_the_others(voted: Round, schedule: Schedule, time_passes: TimePasses, caplog):
    other = schedule(title="Друга", closes_at=voted.closes_at - timedelta(minutes=5))
    for round in (voted, other):
        time_passes(round, HOUR)
    behind_the_guards("DELETE FROM voting_ballot WHERE round_id = %s AND selection = '[3]'", voted.pk)
    assert tasks.close_due() == 1
    other.refresh_from_db()
    assert other.counted_at is not None
    assert f"round {voted.pk}" in caplog.messages


@pytest.mark.parametrize(("name", "slug"), [("assen-2024", "Assen"), ("swiecie-2023", "Świecie")])
def test_a_real_city_counted_through_the_domain_has_the_winners_it_announced(
    name: str, slug: str, schedule: Schedule, time_passes: TimePasses, at: datetime
):
    """The box is filled in bulk here; the whole way through HTTP is the replay's."""
    file = pabulib.read(DATA / f"{name}.pb")
    round = schedule(
        title=slug,
        language="en",
        rule=pabulib.rule_for(file),
        options=[
            OptionDraft(source=project.id, title=project.title[:200], cost=project.cost) for project in file.projects
        ],
    )
    numbers = {project.id: number for number, project in enumerate(file.projects, start=1)}
    _fill(round, [sorted(numbers[key] for key in vote.projects) for vote in file.votes])
    time_passes(round, HOUR)

    assert tasks.close_due() == 1

    won = Option.objects.filter(
        pk__in=Entry.objects.get(kind="voting.RoundCounted", subject=f"round:{round.pk}").data["winners"]
    )
    assert set(won.values_list("source", flat=True)) == file.winners
    assert recount(io.BytesIO(bytes(Bundle.objects.get(pk=round.pk).content))).agrees


def _fill(round: Round, selections: list[list[int]]) -> None:
    from voting import receipts
    from voting.models import Roll

    people = Person.objects.bulk_create(Person(email=f"v{n}@example.org") for n in range(len(selections)))
    Roll.objects.bulk_create(Roll(round=round, person=person, receipt=receipts.new()) for person in people)
    Ballot.objects.bulk_create(
        Ballot(round=round, pseudonym=n.to_bytes(32, "big"), selection=selection, salt=n.to_bytes(16, "big"))
        for n, selection in enumerate(selections)
    )


def test_petro_extends_a_round_in_public(voted: Round, petro: Person, at: datetime):
    later = voted.closes_at + HOUR
    extend_round(round_id=voted.pk, closes_at=later, reason="Не було світла в селах", by=petro, at=at)
    voted.refresh_from_db()
    assert voted.closes_at == later
    extension = Extension.objects.get(round=voted)
    assert (extension.new_closes_at - extension.old_closes_at, extension.reason) == (HOUR, "Не було світла в селах")
    entry = Entry.objects.get(kind="voting.RoundExtended")
    assert (entry.data["reason"], entry.actor_id) == ("Не було світла в селах", petro.pk)


def test_illegal_extensions_are_refused(
    voted: Round, petro: Person, olena: Person, boris: Person, time_passes: TimePasses, at: datetime
):
    later = voted.closes_at + HOUR
    asked = {"round_id": voted.pk, "closes_at": later, "reason": "Дощ", "by": petro, "at": at}
    for changes, code in [
        ({"by": olena}, "not_your_office"),
        ({"by": boris}, "not_your_office"),
        ({"reason": "  "}, "required"),
        ({"reason": "д" * 501}, "too_long"),
        ({"closes_at": voted.closes_at}, "extension_not_later"),
        ({"closes_at": voted.closes_at - HOUR / 2}, "extension_not_later"),
        ({"closes_at": later.replace(tzinfo=None)}, "extension_not_later"),
        ({"round_id": voted.pk + 1000}, "not_found"),
    ]:
        assert refusal(extend_round, **(asked | changes)) == code
    time_passes(voted, HOUR)
    assert refusal(extend_round, **asked) == "round_closed"
    close_round(round_id=voted.pk, at=at)
    assert refusal(extend_round, **asked) == "round_closed"
    assert not Extension.objects.exists()


def test_the_database_refuses_what_would_change_the_rules_afterwards(
    voted: Round, time_passes: TimePasses, at: datetime
):
    rounds = Round.objects.filter(pk=voted.pk)
    closing = {"closed_at": at}
    for change in (
        {"rule": {}},
        {"question": "Інше?"},
        {"title": "Інше"},
        {"options_digest": "0" * 64},
        {"opens_at": voted.opens_at - HOUR},
        {"closes_at": voted.closes_at - timedelta(minutes=1)},
        closing,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rounds.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Option.objects.filter(round=voted).update(cost=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Option.objects.create(round=voted, number=9, title="Ще одна", digest="0" * 64)
    time_passes(voted, HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        rounds.update(closes_at=at + 5 * HOUR)
    tasks.close_due()
    for change in ({"closed_at": None, "counted_at": None}, {"counted_at": None}, {"closed_at": at - HOUR}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rounds.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.filter(pk=voted.pk).update(ballots=99)
    with pytest.raises(IntegrityError), transaction.atomic():
        Bundle.objects.filter(pk=voted.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.create(round=voted, outcome={}, ballots=0, counted_at=at, checkpoint="", bundle_sha256="")


def test_opening_is_recorded_once_and_not_too_early(schedule: Schedule, at: datetime):
    round = schedule(opens_at=at + HOUR, closes_at=at + 2 * HOUR)
    assert record_opening(round_id=round.pk, at=at) is False
    assert [record_opening(round_id=round.pk, at=at + HOUR) for _ in range(2)] == [True, False]
    assert kinds(round) == ["voting.RoundScheduled", "voting.RoundOpened"]


def test_the_turnout_is_counted_by_the_beat_and_told_only_when_it_changed(
    voted: Round, schedule: Schedule, olena: Person, time_passes: TimePasses, at: datetime
):
    assert tasks.turnout_due() == 1
    turnout = Turnout.objects.get(round=voted)
    assert (turnout.voters, turnout.electorate, turnout.as_of) == (5, 6, at)
    assert tasks.turnout_due() == 0

    cast(round_id=voted.pk, person=olena, selection=[1], request_id=uuid4())
    later = at + timedelta(seconds=5)
    assert count_turnout(round_id=voted.pk, at=later) is not None
    assert count_turnout(round_id=voted.pk, at=later + timedelta(seconds=5)) is None

    told = list(Frame.objects.filter(topic=f"round:{voted.pk}").order_by("seq").values_list("payload", flat=True))
    assert [(frame["voters"], frame["electorate"], frame["as_of"]) for frame in told] == [
        (5, 6, at.isoformat()),
        (6, 6, later.isoformat()),
    ]
    coming = schedule(opens_at=at + HOUR, closes_at=at + 2 * HOUR)
    assert count_turnout(round_id=coming.pk, at=at) is None
