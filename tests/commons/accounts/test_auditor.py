"""Audra the auditor reads the journal of Liuboml; nobody else does, and nobody learns from it who chose what."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from commons.accounts.actions import attest_by_register, give_office, import_register
from commons.accounts.events import RegisterImported
from commons.accounts.models import Office, Person
from commons.accounts.register import fingerprint
from commons.journal.actions import record
from commons.journal.models import Entry, Seal
from commons.journal.sealing import seal_batch
from commons.kernel import events
from commons.kernel.events import sentence_of

PAGE = "/en/office/liuboml/journal/"


@pytest.fixture
def auditing(audra, client_of):
    """The auditor's browser."""
    return client_of(audra)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_every_kind_of_event_is_told_in_a_sentence():
    bare = {"consultations.ConsultationEvent", "ideas.IdeaEvent", "voting.RoundEvent"}  # bases of others
    silent = [kind for kind in events.kinds() if kind not in bare and sentence_of(kind) in ("", kind)]
    assert [kind for kind in silent if not kind.startswith("test")] == []


def test_the_newest_comes_first_with_words_office_digest_and_seal(auditing, olena, petro, at):
    answer = auditing.get(PAGE)
    page, told = text(answer), [line.sentence for line in answer.context["found"].lines]
    assert told[0] == "It was attested where somebody lives."
    assert told[-2:] == ["Somebody was given an office.", "A place was added."]
    assert all(f"<strong>{sentence}</strong>" in page for sentence in told)
    assert "Done by: Petro (official)." in page
    assert "Waits for the next seal." in page
    seal_batch(at=at)
    page = text(auditing.get(PAGE))
    assert "Sealed by seal" in page
    assert "Waits for the next seal." not in page
    newest = Entry.objects.filter(place_id=petro.offices.get().place_id).latest("id")
    assert bytes(newest.fingerprint).hex() in page


def test_only_an_auditor_here_or_above_reads_it(client_of, olena, petro, rasa, boris, audra, volyn, kovel, at):
    for person in (olena, petro, rasa, boris):
        for address in (PAGE, f"{PAGE}seals/", f"{PAGE}seals/1.jsonl"):
            assert client_of(person).get(address).status_code == 403
    assert client_of(audra).get("/en/office/kovel/journal/").status_code == 403
    assert client_of(audra).get("/en/office/volyn/journal/").status_code == 403
    assert client_of(audra).get("/en/office/nowhere/journal/").status_code == 404
    above = Person.objects.create_user(email="vera@example.org", name="Vera")
    give_office(person=above, place=volyn, role="auditor", by=None, at=at)
    assert client_of(above).get(PAGE).status_code == 200
    Office.objects.filter(person=audra).update(since=at - timedelta(days=2), until=at - timedelta(days=1))
    assert client_of(audra).get(PAGE).status_code == 403  # the term is over


def test_the_place_next_door_is_not_in_it(auditing, boris, kovel):
    page = text(auditing.get(PAGE))
    assert "Boris" not in page
    theirs = Entry.objects.filter(place_id=kovel.pk).values_list("pk", flat=True)
    assert theirs
    assert not any(f"Entry {number}," in page for number in theirs)


def test_residents_are_not_named_and_have_no_number(auditing, liuboml, petro, at):
    hanna = Person.objects.create_user(email="hanna@example.org", name="Hanna")
    import_register(place=liuboml, content=b"number,born,place\nAB123,1985-03-27,\n", by=petro, at=at)
    attest_by_register(person=hanna, place=liuboml, fingerprint=fingerprint("AB123", date(1985, 3, 27)), at=at)
    page = text(auditing.get(f"{PAGE}?actor=residents"))
    assert "Done by: a resident." in page
    assert "method=register" in page
    assert "Hanna" not in page
    assert f"person:{hanna.pk}" not in page
    assert f"person={hanna.pk}" not in page
    seal_batch(at=at)
    seal = Seal.objects.latest("id")
    lines = [json.loads(line) for line in auditing.get(f"{PAGE}seals/{seal.pk}.jsonl").content.splitlines()][1:]
    told = [line["entry"] for line in lines if "entry" in line]
    assert hanna.pk not in [entry["actor"] for entry in told]
    assert {"hash"} in [set(line) for line in lines]


def test_it_can_be_searched_by_kind_day_and_actor(auditing, olena, petro, liuboml, at):
    def found(**wanted: str) -> list[str]:
        page = auditing.get(PAGE, wanted).context["found"]
        return [line.entry.kind for line in page.lines]

    everything = found()
    assert set(found(kind="accounts.OfficeGiven")) == {"accounts.OfficeGiven"}
    assert found(actor=str(petro.pk)) == ["accounts.ResidencyAttested"]
    assert len(found(actor="platform")) == len(everything) - 1
    assert found(actor="residents") == []
    here = at.astimezone(liuboml.zone).date()
    assert found(day=here.isoformat()) == everything
    assert found(day=(here + timedelta(days=1)).isoformat()) == []


def test_a_day_is_a_day_of_the_place(auditing, liuboml):
    late = datetime(2026, 5, 16, 21, 30, tzinfo=timezone.get_fixed_timezone(0))  # half past midnight in Liuboml
    with transaction.atomic():
        record(RegisterImported(place_id=liuboml.pk, register_import=1, rows=1), at=late)
    assert len(auditing.get(PAGE, {"day": "2026-05-17"}).context["found"].lines) == 1
    assert auditing.get(PAGE, {"day": "2026-05-16"}).context["found"].lines == []


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "accounts.Nothing"},
        {"day": "yesterday"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"actor": "1 OR 1=1"},
        {"actor": "999999999"},
        {"before": "x"},
        {"before": "-1"},
        {"before": str(2**63)},
        {"kind": "\0"},
    ],
)
def test_what_cannot_be_asked_is_refused(auditing, wanted):
    assert auditing.get(PAGE, wanted).status_code == 400


def imports(liuboml, number: int, at) -> None:
    with transaction.atomic():
        for index in range(number):
            record(RegisterImported(place_id=liuboml.pk, register_import=index, rows=index), at=at)


def test_older_entries_follow_on_pages_without_gap_or_repeat(auditing, liuboml, at):
    imports(liuboml, 65, at)
    seen, address, pages = [], f"{PAGE}?kind=accounts.RegisterImported", 0
    before = None
    while pages == 0 or before:
        found = auditing.get(address + (f"&before={before}" if before else "")).context["found"]
        seen += [line.entry.pk for line in found.lines]
        before, pages = found.older, pages + 1
    assert pages == 3
    assert len(set(seen)) == 65
    assert seen == sorted(seen, reverse=True)
    assert "before=" in text(auditing.get(address))


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_asks_the_same_of_the_database_however_long_it_is(
    auditing, liuboml, at, number, django_assert_num_queries
):
    imports(liuboml, number, at)
    asked = f"{PAGE}?kind=accounts.RegisterImported"
    # the session with its person, the clock, the place, the office, who holds offices, the entries; for the header
    # the clock and the offices
    with django_assert_num_queries(8):
        page = auditing.get(asked)
    assert len(page.context["found"].lines) == number


@pytest.mark.parametrize("number", [1, 10])
def test_the_page_of_seals_asks_the_same_however_many_there_are(
    auditing, liuboml, at, number, django_assert_num_queries
):
    seal_batch(at=at)
    for _ in range(number - 1):
        imports(liuboml, 2, at)
        seal_batch(at=at)
    with django_assert_num_queries(8):  # as above, with seals and entries instead of holders and entries
        page = auditing.get(f"{PAGE}seals/")
    assert len(page.context["found"].seals) == number


def test_seals_are_checked_on_the_page_and_a_forgery_is_named(auditing, liuboml, at):
    imports(liuboml, 3, at)
    seal_batch(at=at)
    page = text(auditing.get(f"{PAGE}seals/"))
    assert "As it was sealed" in page
    assert "Not as it was sealed" not in page
    victim = Entry.objects.latest("id")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE journal_entry SET data = '{\"rows\": 99}' WHERE id = %s", [victim.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    page = text(auditing.get(f"{PAGE}seals/"))
    assert "Not as it was sealed" in page
    assert f"entry {victim.pk}: was changed after it was sealed" in page
    assert "Changed after it was sealed" in text(auditing.get(PAGE))


def test_older_seals_follow_and_each_is_checked_against_the_one_before(auditing, liuboml, at):
    for _ in range(12):
        imports(liuboml, 1, at)
        seal_batch(at=at)
    while seal_batch(at=at):
        pass
    first = auditing.get(f"{PAGE}seals/").context["found"]
    rest = auditing.get(f"{PAGE}seals/?before={first.older}").context["found"]
    seals = [*first.seals, *rest.seals]
    assert [seal.pk for seal, _ in seals] == list(Seal.objects.order_by("-id").values_list("pk", flat=True))
    assert all(faults == [] for _, faults in seals)
    assert rest.older is None


@pytest.fixture
def files(auditing, olena, boris, liuboml, at, tmp_path):
    """Two seals that follow each other, downloaded."""
    seal_batch(at=at)
    imports(liuboml, 3, at)
    seal_batch(at=at)
    paths = []
    for seal in Seal.objects.order_by("id"):
        answer = auditing.get(f"{PAGE}seals/{seal.pk}.jsonl")
        assert answer.status_code == 200
        paths.append(tmp_path / f"seal-{seal.pk}.jsonl")
        paths[-1].write_bytes(answer.content)
    return paths


def at_home(*paths) -> subprocess.CompletedProcess[str]:
    """Run the check as somebody does who has no server, no keys and no database."""
    return subprocess.run(
        [sys.executable, "-m", "viche", "seals", *map(str, paths)],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
        timeout=60,
    )


def test_downloaded_seals_hold_at_home_and_fit_together(files, kovel):
    done = at_home(*files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("holds over") == 2
    lines = [json.loads(line) for line in files[0].read_text().splitlines()][1:]
    assert kovel.pk not in [line["entry"]["place"] for line in lines if "entry" in line]


def test_a_change_in_a_downloaded_seal_is_noticed_at_home(files):
    whole = files[1].read_text()
    assert '"rows":2' in whole
    lines = whole.splitlines(keepends=True)
    for broken in (
        whole.replace('"rows":2', '"rows":3'),
        "".join(lines[:-1]),
        "".join([lines[0], lines[2], lines[1], *lines[3:]]),
        whole[: len(whole) // 2],
        "no seal",
        '{"seal": 1}',
        "",
    ):
        files[1].write_text(broken)
        done = at_home(*files)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), broken


def test_a_missing_seal_number_is_not_found(auditing):
    assert auditing.get(f"{PAGE}seals/999999.jsonl").status_code == 404
    assert auditing.get(f"{PAGE}seals/{10**30}.jsonl").status_code == 404
