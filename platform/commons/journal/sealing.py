"""Seals the journal in batches: a Merkle root over the entries of each, chained to the seal before.

Not a hash per row: that would queue all writers behind each other. An entry that commits late, with a lower number than
one already sealed, is simply in a later batch; its place in the batch is kept as `leaf`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from commons.kernel import canonical, locks, merkle

from .models import Entry, Seal

BATCH = 2_000
MARK = """
UPDATE journal_entry SET seal_id = %s, leaf = sealed.leaf, fingerprint = sealed.fingerprint
FROM unnest(%s::bigint[], %s::int[], %s::bytea[]) AS sealed (id, leaf, fingerprint)
WHERE journal_entry.id = sealed.id
"""


@dataclass(frozen=True)
class Fault:
    """Something in the journal is not as it was sealed. `where` is an entry ("entry 12") or a seal ("seal 3")."""

    where: str
    what: str


def seal_batch(*, at: datetime, limit: int = BATCH) -> Seal | None:
    """Seal the oldest unsealed entries, at most `limit`; None if there are none."""
    with transaction.atomic(durable=True):
        locks.exclusive("seal", 0)  # two batches at once would both follow the same seal
        entries = list(Entry.objects.filter(seal=None).order_by("id")[:limit])
        if not entries:
            return None
        leaves = [leaf_of(entry) for entry in entries]
        previous = Seal.objects.order_by("-id").first()
        root = merkle.root(leaves)
        seal = Seal.objects.create(
            at=at, size=len(entries), root=root, previous=previous, chain=_chained(previous, root)
        )
        with connection.cursor() as cursor:
            cursor.execute(MARK, [seal.pk, [entry.pk for entry in entries], list(range(len(entries))), leaves])
    return seal


def leaf_of(entry: Entry) -> bytes:
    """Leaf hash of an entry: over everything that is fixed when it is written."""
    return merkle.leaf_hash(canonical.dumps(entry.content()))


def verify(progress: Callable[[int, int], None] = lambda done, total: None) -> list[Fault]:
    """Look at every seal and every sealed entry; name each that was changed, removed, added or moved."""
    faults: list[Fault] = []
    total = Seal.objects.count()
    before: Seal | None = None
    for done, seal in enumerate(Seal.objects.order_by("id"), start=1):
        faults += faults_of(seal, before, list(Entry.objects.filter(seal=seal).order_by("leaf")))
        before = seal
        progress(done, total)
    return faults


def faults_of(seal: Seal, before: Seal | None, entries: list[Entry]) -> list[Fault]:
    """What is wrong with one seal, given the seal before it and its entries in the order of their leaves."""
    return [*_chain_faults(seal, before), *_batch_faults(seal, entries)]


def _chain_faults(seal: Seal, before: Seal | None) -> Iterator[Fault]:
    if seal.previous_id != (before.pk if before else None):
        yield Fault(f"seal {seal.pk}", "does not follow the seal before it: one was removed or added")
    if bytes(seal.chain) != _chained(before, bytes(seal.root)):
        yield Fault(f"seal {seal.pk}", "its chain value does not fit")


def _batch_faults(seal: Seal, entries: list[Entry]) -> list[Fault]:
    faults: list[Fault] = []
    for entry in entries:
        if leaf_of(entry) != bytes(entry.fingerprint or b""):
            faults.append(Fault(f"entry {entry.pk}", "was changed after it was sealed"))
    missing = sorted(set(range(seal.size)) - {entry.leaf for entry in entries})
    faults += [Fault(f"seal {seal.pk}", f"the entry at place {leaf} was removed") for leaf in missing]
    added = [entry for entry in entries if entry.leaf is None or entry.leaf >= seal.size]
    faults += [Fault(f"entry {entry.pk}", f"was added to seal {seal.pk}") for entry in added]
    if not faults and merkle.root([leaf_of(entry) for entry in entries]) != bytes(seal.root):
        faults.append(Fault(f"seal {seal.pk}", "its entries are not the ones that were sealed, or in another order"))
    return faults


def _chained(previous: Seal | None, root: bytes) -> bytes:
    return hashlib.sha256((bytes(previous.chain) if previous else b"") + root).digest()
