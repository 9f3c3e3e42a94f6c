from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Entry(models.Model):
    """One recorded event. Only `relayed_at`, `claimed_until`, `attempts`, `seal` and `leaf` ever change."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=80)
    at = models.DateTimeField()
    # The numbers of a person and a place, not foreign keys: the journal lies below both and outlives them.
    actor_id = models.BigIntegerField(null=True)
    place_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=60, blank=True)
    topics = ArrayField(models.CharField(max_length=60), default=list)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    relayed_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)

    seal = models.ForeignKey("Seal", null=True, on_delete=models.PROTECT, related_name="entries")
    leaf = models.IntegerField(null=True)
    # The leaf's hash as it was sealed: it lets the verification name the entry that was changed.
    fingerprint = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["id"], name="journal_unrelayed", condition=models.Q(relayed_at=None)),
            models.Index(fields=["id"], name="journal_unsealed", condition=models.Q(seal=None)),
            models.Index(fields=["place_id", "-id"], name="journal_by_place"),
            models.Index(fields=["subject", "-id"], name="journal_by_subject"),
            GinIndex(fields=["topics"], name="journal_topics"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["seal", "leaf"], name="journal_leaf_once"),
            models.CheckConstraint(
                condition=models.Q(seal=None, leaf=None) | models.Q(seal__isnull=False, leaf__isnull=False),
                name="journal_sealed_with_leaf",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.subject}"

    def content(self) -> dict[str, Any]:
        """What the seal covers: everything that is fixed when the entry is written."""
        return {
            "id": self.id,
            "kind": self.kind,
            "at": self.at.isoformat(),
            "actor": self.actor_id,
            "place": self.place_id,
            "subject": self.subject,
            "data": self.data,
        }


class Seal(models.Model):
    """A Merkle root over a batch of entries, chained to the seal before it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    size = models.IntegerField()
    root = models.BinaryField()
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="next")
    # SHA-256(previous chain || root): one value that pins the whole journal up to here.
    chain = models.BinaryField()

    def __str__(self) -> str:
        return f"seal {self.id} over {self.size} entries"
