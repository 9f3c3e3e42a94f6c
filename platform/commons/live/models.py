from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now


class Topic(models.Model):
    """Something that open pages follow ("round:5"). `seq` is the number of its last frame."""

    name = models.CharField(max_length=60, primary_key=True)
    seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"


class Frame(models.Model):
    """One line of a topic's ordered log. Written once; old ones are pruned, the numbers never start again."""

    topic = models.CharField(max_length=60)
    seq = models.BigIntegerField()
    payload: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    # The journal entry that this frame tells of: relaying the entry twice must not publish twice.
    position = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "seq"], name="frame_once"),
            models.UniqueConstraint(fields=["topic", "position"], name="frame_of_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.seq}"
