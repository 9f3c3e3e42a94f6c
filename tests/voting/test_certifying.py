"""When nobody may object any more, the link between voters and ballots is destroyed, on the disk too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from commons.accounts.models import Person
from commons.journal.models import Entry
from commons.kernel.clock import now
from commons.kernel.verdicts import Refused
from tests.voting.conftest import behind_the_guards
from voting import bundle, keys, tasks
from voting.actions import cast, certify_round, close_round, count_round, scrub_boxes
from voting.bundle import BundleError
from voting.models import Ballot, Bundle, CastRequest, Roll, Round

FORTNIGHT = timedelta(days=14)
TimePasses = Callable[[Round, timedelta], Round]


def vote_and_count(round: Round, people: list[Person], time_passes: TimePasses) -> dict[int, UUID]:
    """Everybody votes, each for another option; the round closes and is counted. Gives the requests by person."""
    requests = {}
    for number, person in enumerate(people):
        requests[person.pk] = uuid4()
        cast(round_id=round.pk, person=person, selection=[number % 4 + 1], request_id=requests[person.pk])
    time_passes(round, timedelta(hours=2))
    close_round(round_id=round.pk, at=now())
    assert count_round(round_id=round.pk, at=now())
    round.refresh_from_db()
    return requests


@pytest.fixture
def counted(schedule, residents, time_passes) -> Round:
    """A counted round with five ballots."""
    round: Round = schedule()
    vote_and_count(round, residents(5), time_passes)
    return round


def test_a_round_is_certified_once_when_the_time_for_objections_is_over(counted: Round, at: datetime):
    assert certify_round(round_id=counted.pk, at=at + timedelta(days=13)) is False
    assert certify_round(round_id=counted.pk, at=at + FORTNIGHT + timedelta(minutes=1)) is True
    assert certify_round(round_id=counted.pk, at=at + 2 * FORTNIGHT) is False
    counted.refresh_from_db()
    assert counted.pseudonym_key is None
    assert not Ballot.objects.filter(round=counted).exists()
    assert not CastRequest.objects.filter(round=counted).exists()
    assert Roll.objects.filter(round=counted).count() == 5
    certified = Entry.objects.filter(kind="voting.RoundCertified")
    assert [entry.data["ballots"] for entry in certified] == [5]


def test_the_operator_sets_how_long_one_may_object(counted: Round, at: datetime, settings):
    settings.OBJECTION_DAYS = 30
    assert certify_round(round_id=counted.pk, at=at + timedelta(days=29)) is False
    assert certify_round(round_id=counted.pk, at=at + timedelta(days=31)) is True


def test_result_bundle_and_receipts_stay_as_they_were(counted: Round, at: datetime, client, client_of, residents):
    before = [client.get(f"/en/rounds/{counted.pk}/{page}/").status_code for page in ("result", "bundle", "rules")]
    file = client.get(f"/en/rounds/{counted.pk}/bundle/").content
    receipt = Roll.objects.filter(round=counted).first().receipt
    certify_round(round_id=counted.pk, at=at + FORTNIGHT + timedelta(minutes=1))
    assert [
        client.get(f"/en/rounds/{counted.pk}/{page}/").status_code for page in ("result", "bundle", "rules")
    ] == before
    assert client.get(f"/en/rounds/{counted.pk}/bundle/").content == file
    page = client.get(f"/en/rounds/{counted.pk}/result/", {"receipt": receipt}).content.decode()
    assert "its envelope was counted" in page
    assert "Nobody. The key that led from a voter to a ballot" in page


def test_a_vote_that_is_sent_again_after_certification_is_a_late_vote(
    schedule, residents, time_passes: TimePasses, at: datetime
):
    round, (hanna,) = schedule(), residents(1)
    requests = vote_and_count(round, [hanna], time_passes)
    again = {"round_id": round.pk, "person": hanna, "selection": [1], "request_id": requests[hanna.pk]}
    assert cast(**again).repeated
    certify_round(round_id=round.pk, at=at + FORTNIGHT + timedelta(minutes=1))
    with pytest.raises(Refused) as refused:
        cast(**again)
    assert refused.value.code == "round_closed"


def test_a_box_that_is_not_what_was_published_is_kept_as_evidence(counted: Round, at: datetime, caplog):
    behind_the_guards(
        "UPDATE voting_ballot SET selection = '[4]' WHERE round_id = %s AND selection = '[1]'", counted.pk
    )
    with pytest.raises(BundleError):
        certify_round(round_id=counted.pk, at=at + FORTNIGHT + timedelta(minutes=1))
    counted.refresh_from_db()
    assert counted.certified_at is None
    assert counted.pseudonym_key is not None
    assert Ballot.objects.filter(round=counted).count() == 5


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM voting_ballot WHERE round_id = %s",
        "DELETE FROM voting_castrequest WHERE round_id = %s",
        "DELETE FROM voting_roll WHERE round_id = %s",
        "UPDATE voting_round SET pseudonym_key = NULL WHERE id = %s",
        "UPDATE voting_round SET pseudonym_key = '\\x00' WHERE id = %s",
        "UPDATE voting_round SET certified_at = now() WHERE id = %s",
    ],
)
def test_the_database_lets_nobody_empty_a_box_or_take_a_key_otherwise(counted: Round, statement: str):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [counted.pk])


def test_who_has_voted_stays_on_the_roll_for_good(counted: Round, at: datetime):
    certify_round(round_id=counted.pk, at=at + FORTNIGHT + timedelta(minutes=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Roll.objects.filter(round=counted).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=counted.pk).update(certified_at=None)


def in_the_files(words: list[bytes]) -> int:
    """How many of the words lie anywhere in the files of the box's tables."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT string_agg(pg_read_binary_file(pg_relation_filepath(name)), NULL)"
            " FROM unnest(ARRAY['voting_ballot', 'voting_castrequest', 'one_ballot_each', 'cast_request_once']) AS name"
        )
        content = bytes(cursor.fetchone()[0])
    return sum(word in content for word in words)


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_box_is_left_in_the_files_of_the_database(
    schedule, residents, time_passes: TimePasses, at: datetime
):
    """T14: joined by any column, xmin, ctid, id or order, or read off the disk, roll and ballots give nothing."""
    round, people = schedule(), residents(12)
    requests = vote_and_count(round, people, time_passes)
    key = keys.open_round_key(round.pseudonym_key, round.slug)
    names = [keys.pseudonym(key, person.pk) for person in people]
    asked = [requests[person.pk].bytes for person in people]
    assert in_the_files(names) == in_the_files(asked) == 12

    later = now() + FORTNIGHT + timedelta(minutes=1)
    assert certify_round(round_id=round.pk, at=later)
    assert in_the_files(names) == 12  # deleted, and still there
    assert scrub_boxes(at=now()) == 1
    assert in_the_files(names) == in_the_files(asked) == 0
    round.refresh_from_db()
    assert round.scrubbed_at is not None
    assert scrub_boxes(at=now()) == 0  # once

    # What is published is in an order that the salts made, and it is all that is left.
    published = bundle.read(BytesIO(bytes(Bundle.objects.get(result__round=round).content)))
    assert len(published.ballots) == 12
    assert list(published.ballots) == bundle.sorted_ballots(published.ballots)


@pytest.mark.django_db(transaction=True)
def test_tables_in_which_people_vote_are_not_written_anew(schedule, residents, time_passes: TimePasses, at: datetime):
    round, other = schedule(), schedule(title="Друга")
    vote_and_count(round, residents(2), time_passes)
    assert certify_round(round_id=round.pk, at=now() + FORTNIGHT + timedelta(minutes=1))
    assert scrub_boxes(at=now()) == 0
    time_passes(other, timedelta(hours=2))
    close_round(round_id=other.pk, at=now())
    assert scrub_boxes(at=now()) == 1


@pytest.mark.django_db(transaction=True)
def test_beat_certifies_what_is_due_and_one_broken_round_keeps_no_other(
    schedule, residents, time_passes: TimePasses, settings, caplog
):
    broken, good = schedule(), schedule(title="Друга")
    people = residents(2)
    for round in (broken, good):
        vote_and_count(round, people, time_passes)
    behind_the_guards("UPDATE voting_ballot SET selection = '[4]' WHERE round_id = %s", broken.pk)
    assert tasks.certify_due() == 0
    settings.OBJECTION_DAYS = 0
    assert tasks.certify_due() == 1
    good.refresh_from_db()
    assert good.certified_at is not None
    assert good.scrubbed_at is not None
    assert f"round {broken.pk}" in caplog.messages
