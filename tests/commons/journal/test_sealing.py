"""The journal is sealed; an administrator with the database in hand changes it, and is found out."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from commons.journal.cli import main
from commons.journal.models import Entry, Seal
from commons.journal.sealing import seal_batch, verify


@pytest.fixture
def sealed(olena, boris, rasa, at):
    """A journal of two seals and one entry that waits for the next."""
    while seal_batch(at=at, limit=3) is not None:
        pass
    return list(Entry.objects.order_by("id"))


def tamper(statement: str, *values: object) -> None:
    """Change the journal as somebody may who is the superuser of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # a superuser's way around every trigger
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_untouched_journal_verifies_and_every_entry_is_sealed_once(sealed, capsys):
    assert verify() == []
    assert main(["verify"]) == 0
    assert "The journal is as it was sealed." in capsys.readouterr().out
    assert Entry.objects.filter(seal=None).count() == 0
    assert sum(Seal.objects.values_list("size", flat=True)) == len(sealed)


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'places.Other'",
        "at = at + interval '1 second'",
        "actor_id = 999",
        "place_id = 999",
        "subject = 'person:999'",
        'data = data || \'{"role": "auditor"}\'',
    ],
)
def test_a_changed_entry_is_named(sealed, change, capsys):
    for entry in sealed:
        with transaction.atomic():
            tamper(f"UPDATE journal_entry SET {change} WHERE id = %s", entry.pk)
            assert [fault.where for fault in verify()] == [f"entry {entry.pk}"]
            transaction.set_rollback(True)
    tamper(f"UPDATE journal_entry SET {change} WHERE id = %s", sealed[0].pk)
    assert main(["verify"]) == 1
    assert f"entry {sealed[0].pk}" in capsys.readouterr().out


def test_a_removed_entry_is_missed_at_its_place(sealed):
    victim = sealed[1]
    tamper("DELETE FROM journal_entry WHERE id = %s", victim.pk)
    assert [(f.where, f.what) for f in verify()] == [
        (f"seal {victim.seal_id}", f"the entry at place {victim.leaf} was removed")
    ]


def test_two_entries_that_changed_places_are_noticed(sealed):
    first, second = sealed[0], sealed[1]
    assert first.seal_id == second.seal_id
    tamper("UPDATE journal_entry SET leaf = -1 WHERE id = %s", first.pk)
    tamper("UPDATE journal_entry SET leaf = %s WHERE id = %s", first.leaf, second.pk)
    tamper("UPDATE journal_entry SET leaf = %s WHERE id = %s", second.leaf, first.pk)
    assert [fault.where for fault in verify()] == [f"seal {first.seal_id}"]


def test_a_forger_who_mends_the_fingerprint_too_is_found_by_the_root(sealed):
    from commons.journal.sealing import leaf_of

    victim = sealed[0]
    tamper("UPDATE journal_entry SET actor_id = 999 WHERE id = %s", victim.pk)
    victim.refresh_from_db()
    tamper("UPDATE journal_entry SET fingerprint = %s WHERE id = %s", leaf_of(victim), victim.pk)
    assert [fault.where for fault in verify()] == [f"seal {victim.seal_id}"]


def test_a_seal_that_was_made_anew_breaks_the_chain(sealed):
    first = Seal.objects.order_by("id")[0]
    Seal.objects.filter(pk=first.pk).update(root=bytes(32))
    assert {fault.where for fault in verify()} >= {f"seal {first.pk}"}


def test_the_application_itself_can_neither_change_nor_delete_an_entry(sealed):
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        Entry.objects.filter(pk=sealed[0].pk).update(subject="person:1")
    with pytest.raises(IntegrityError, match="keeps every entry"), transaction.atomic():
        Entry.objects.filter(pk=sealed[0].pk).delete()
