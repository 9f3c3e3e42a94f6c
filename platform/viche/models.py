from __future__ import annotations

from django.db import models


class DemoProgress(models.Model):
    """How far the demo has loaded; one row, made by whoever begins."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    stage = models.CharField(max_length=80)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=1)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_demo")]

    def __str__(self) -> str:
        return f"{self.stage}: {self.done} of {self.total}"
