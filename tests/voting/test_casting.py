"""Olena votes, changes her mind, sends twice; others try what they may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from commons.accounts.models import Person, Residency
from commons.accounts.policies import is_resident
from commons.journal.models import Entry
from commons.kernel.verdicts import Refused
from commons.places.actions import add_place
from commons.places.models import Place
from voting import keys, receipts
from voting.actions import cast, close_round
from voting.models import Ballot, CastRequest, Roll, Round
from voting.policies import can_vote

Schedule = Callable[..., Round]
TimePasses = Callable[[Round, timedelta], Round]


def chosen(round: Round) -> list[list[int]]:
    return sorted(Ballot.objects.filter(round=round).values_list("selection", flat=True))


def refusal(**fields: object) -> str:
    with pytest.raises(Refused) as refused:
        cast(**fields)  # type: ignore[arg-type] - wrong kinds of input are what is tried
    return refused.value.code


def test_olena_votes_and_holds_a_receipt(schedule: Schedule, olena: Person):
    round = schedule()

    receipt = cast(round_id=round.pk, person=olena, selection=[3, 1], request_id=uuid4())

    assert chosen(round) == [[1, 3]]
    assert Roll.objects.get(round=round, person=olena).receipt == receipt.code
    assert receipts.read(receipt.code.lower().replace("-", " ")) == receipt.code
    assert not receipt.repeated


def test_the_last_vote_counts_and_the_receipt_stays(schedule: Schedule, olena: Person):
    round = schedule()
    first = cast(round_id=round.pk, person=olena, selection=[1], request_id=uuid4())
    salt = bytes(Ballot.objects.get(round=round).salt)

    second = cast(round_id=round.pk, person=olena, selection=[2], request_id=uuid4())

    assert chosen(round) == [[2]]
    assert second.code == first.code
    assert bytes(Ballot.objects.get(round=round).salt) != salt
    assert Roll.objects.filter(round=round).count() == 1


def test_a_repeated_request_changes_nothing(schedule: Schedule, olena: Person):
    round = schedule()
    request = uuid4()
    first = cast(round_id=round.pk, person=olena, selection=[1], request_id=request)
    cast(round_id=round.pk, person=olena, selection=[2], request_id=uuid4())

    again = cast(round_id=round.pk, person=olena, selection=[1], request_id=request)

    assert (again.code, again.repeated) == (first.code, True)
    assert chosen(round) == [[2]]
    assert CastRequest.objects.filter(round=round).count() == 2


def test_a_request_is_answered_even_after_the_close(
    schedule: Schedule, olena: Person, time_passes: TimePasses, at: datetime
):
    """The answer was lost with the connection; the voter asks again when the box is already shut."""
    round = schedule()
    request = uuid4()
    first = cast(round_id=round.pk, person=olena, selection=[1], request_id=request)
    time_passes(round, timedelta(hours=2))
    close_round(round_id=round.pk, at=at)

    assert cast(round_id=round.pk, person=olena, selection=[1], request_id=request).code == first.code
    assert refusal(round_id=round.pk, person=olena, selection=[1], request_id=uuid4()) == "round_closed"


def test_the_request_of_another_is_refused(schedule: Schedule, residents: Callable[[int], list[Person]]):
    round = schedule()
    ivan, hanna = residents(2)
    request = uuid4()
    cast(round_id=round.pk, person=ivan, selection=[1], request_id=request)

    assert refusal(round_id=round.pk, person=hanna, selection=[2], request_id=request) == "request_of_another"
    assert chosen(round) == [[1]]
    assert Roll.objects.filter(round=round).count() == 1


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        ([9], "unknown_option"),
        ([0], "unknown_option"),
        ([1, 1], "repeated_option"),
        ([1, 2, 3, 4], "too_many_options"),
        ([], "too_few_options"),
        (None, "malformed_ballot"),
        ("1", "malformed_ballot"),
        ([True], "malformed_ballot"),
        ([1.0], "malformed_ballot"),
        ([[1]], "malformed_ballot"),
        ({"1": 1}, "malformed_ballot"),
        ([10**30], "unknown_option"),
    ],
)
def test_a_ballot_that_breaks_the_rules_is_refused(schedule: Schedule, olena: Person, selection: object, code: str):
    round = schedule()
    assert refusal(round_id=round.pk, person=olena, selection=selection, request_id=uuid4()) == code
    assert not Roll.objects.filter(round=round).exists()


def test_who_may_not_vote_is_told_why(schedule: Schedule, boris: Person, rasa: Person, at: datetime):
    round = schedule()
    for person, code in [
        (None, "sign_in_first"),
        (AnonymousUser(), "sign_in_first"),
        (boris, "not_resident"),
        (rasa, "not_resident"),
    ]:
        assert refusal(round_id=round.pk, person=person, selection=[1], request_id=uuid4()) == code
        assert can_vote(person, round, at).code == code  # type: ignore[arg-type] - AnonymousUser is what a view has
    assert refusal(round_id=round.pk + 1000, person=boris, selection=[1], request_id=uuid4()) == "not_found"
    assert chosen(round) == []


def test_before_the_opening_and_from_the_close_on_the_box_is_shut(
    schedule: Schedule, olena: Person, time_passes: TimePasses, at: datetime
):
    """Half-open: the instant of the opening is in, the instant of the close is out, to the microsecond."""
    tick = timedelta(microseconds=1)
    round = schedule(opens_at=at + tick, closes_at=at + timedelta(hours=1))
    assert refusal(round_id=round.pk, person=olena, selection=[1], request_id=uuid4()) == "round_not_open_yet"
    time_passes(round, tick)
    cast(round_id=round.pk, person=olena, selection=[1], request_id=uuid4())
    time_passes(round, timedelta(hours=1) - 2 * tick)
    cast(round_id=round.pk, person=olena, selection=[2], request_id=uuid4())
    time_passes(round, tick)
    assert refusal(round_id=round.pk, person=olena, selection=[3], request_id=uuid4()) == "round_closed"
    assert chosen(round) == [[2]]


def test_the_vote_asks_the_same_of_a_residency_as_the_policy(
    schedule: Schedule,
    liuboml: Place,
    volyn: Place,
    kovel: Place,
    petro: Person,
    residents: Callable[[int], list[Person]],
    at: datetime,
):
    """The statement of the vote is written by hand for speed: it must never come to differ from the policy."""
    round = schedule()
    village = add_place(
        parent=liuboml, kind="settlement", slug="rymachi", names={"uk": "Римачі"}, languages=["uk"],
        time_zone="Europe/Kyiv", currency="UAH", at=at,
    )  # fmt: skip
    minute = timedelta(minutes=1)
    cases: list[dict[str, object]] = [
        {},
        {"place": village},
        {"place": volyn},
        {"place": kovel},
        {"since": at + minute},
        {"since": at - minute, "until": at},
        {"since": at - minute, "until": at + minute},
        {"withdrawn_at": at, "withdrawn_reason": "moved away"},
    ]
    for person, case in zip(residents(len(cases)), cases, strict=True):
        Residency.objects.filter(person=person).update(**case)
        try:
            cast(round_id=round.pk, person=person, selection=[1], request_id=uuid4())
            answer = ""
        except Refused as refused:
            answer = refused.code
        assert answer == is_resident(person, liuboml, at=at).code, case


def test_a_vote_leaves_no_line_in_the_journal_and_no_time_in_the_box(schedule: Schedule, olena: Person):
    round = schedule()
    before = Entry.objects.count()
    cast(round_id=round.pk, person=olena, selection=[1], request_id=uuid4())
    assert Entry.objects.count() == before
    assert {field.name for field in Ballot._meta.get_fields()} == {"id", "round", "pseudonym", "selection", "salt"}
    assert {field.name for field in Roll._meta.get_fields() if not field.auto_created or field.concrete} == {
        "id", "round", "person", "channel", "receipt",
    }  # fmt: skip


def test_casting_takes_three_statements(schedule: Schedule, residents: Callable[[int], list[Person]]):
    """The lock, one read, one write; the paper of a round is read once per process."""
    round = schedule()
    ivan, hanna = residents(2)
    cast(round_id=round.pk, person=ivan, selection=[1], request_id=uuid4())
    with CaptureQueriesContext(
        connection,
    ) as captured:
        cast(round_id=round.pk, person=hanna, selection=[1], request_id=uuid4())
    statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert [sql.split()[0] for sql in statements] == ["SELECT", "SELECT", "WITH"]
    assert "pg_advisory_xact_lock_shared" in statements[0]


def test_the_database_itself_keeps_a_shut_box_shut(schedule: Schedule, olena: Person, time_passes: TimePasses):
    round = schedule()
    cast(round_id=round.pk, person=olena, selection=[1], request_id=uuid4())
    time_passes(round, timedelta(hours=2))
    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.create(round=round, pseudonym=b"p" * 32, selection=[1], salt=b"s" * 16)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.filter(round=round).update(selection=[2])
    with pytest.raises(IntegrityError), transaction.atomic():
        Roll.objects.filter(round=round).update(receipt="X")
    assert chosen(round) == [[1]]


def test_the_key_of_a_round_is_sealed(schedule: Schedule, olena: Person, settings: object):
    """A dump of the database alone does not tell whose ballot is whose."""
    round = schedule()
    cast(round_id=round.pk, person=olena, selection=[1], request_id=uuid4())
    round.refresh_from_db()
    assert round.pseudonym_key is not None
    stored, key = bytes(round.pseudonym_key), keys.open_round_key(round.pseudonym_key, round.slug)
    assert key not in stored
    assert bytes(Ballot.objects.get(round=round).pseudonym) == keys.pseudonym(key, olena.pk)
    settings.ROUND_KEY_SECRET = "another secret"  # type: ignore[attr-defined] - pytest-django's settings
    with pytest.raises(InvalidTag):
        keys.open_round_key(round.pseudonym_key, round.slug)


def test_a_receipt_survives_a_telephone_but_no_wrong_character():
    code = receipts.new()
    plain = code.replace("-", "")
    assert receipts.read(f" {code.lower()} ") == code
    assert receipts.read(plain.replace("1", "I").replace("0", "o")) == code
    for place, right in enumerate(plain):
        for wrong in receipts.ALPHABET.replace(right, ""):
            assert receipts.read(plain[:place] + wrong + plain[place + 1 :]) is None
    for place in range(len(plain) - 1):
        swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
        assert receipts.read(swapped) == (code if swapped == plain else None)
    assert receipts.read("") is None
    assert receipts.read("НЕ-КОД") is None
