from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.accounts.models import Person
from consultations.models import Consultation
from voting.models import Option


class Draft(models.Model):
    """What somebody has begun to write: kept as typed, checked only when it is published."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consultation", "author"], name="one_draft_each")]

    def __str__(self) -> str:
        return f"draft of {self.author}"


class Idea(models.Model):
    """A mini-initiative: what is wrong, what to do, where, and what it would cost."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="ideas")
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="ideas")
    title = models.CharField(max_length=200)
    problem = models.TextField()
    proposal = models.TextField()
    location = models.CharField(max_length=200, blank=True)
    cost = models.BigIntegerField(null=True, blank=True)  # minor units, the author's estimate
    language = models.CharField(max_length=8)
    published_at = models.DateTimeField()
    # Recounted from the endorsements after each change, never `+= 1`; lags them by the relay's moment.
    support = models.PositiveIntegerField(default=0)
    threshold_reached_at = models.DateTimeField(null=True)
    option = models.OneToOneField(Option, null=True, on_delete=models.PROTECT, related_name="idea")

    class Meta:
        indexes = [
            models.Index(fields=["consultation", "-support", "id"], name="ideas_by_support"),
            models.Index(fields=["consultation", "-published_at", "-id"], name="ideas_by_age"),
        ]
        constraints = [
            # A submit that is sent twice publishes once.
            models.UniqueConstraint(fields=["consultation", "author", "title"], name="idea_published_once"),
            models.CheckConstraint(
                condition=models.Q(cost=None) | models.Q(cost__gte=0), name="idea_cost_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def has_enough_support(self) -> bool:
        """Whether it reached the threshold, once and for good: later withdrawals do not undo it."""
        return self.threshold_reached_at is not None or self.consultation.support_threshold == 0


class Endorsement(models.Model):
    """One resident's support for one initiative."""

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="endorsements")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="endorsements")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "person"], name="one_endorsement_each")]

    def __str__(self) -> str:
        return f"{self.person} supports {self.idea}"


class Decision(models.Model):
    """The municipality's answer to an initiative, with reasons that its supporters read."""

    class Outcome(models.TextChoices):
        SHORTLISTED = "shortlisted", _("goes to the vote")
        REFUSED = "refused", _("does not go to the vote")

    idea = models.OneToOneField(Idea, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=12, choices=Outcome)
    reasons = models.TextField()
    cost = models.BigIntegerField(null=True, blank=True)  # minor units, the municipality's own estimate
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.idea}: {self.outcome}"


class Outcome(models.Model):
    """What the vote decided about an initiative."""

    idea = models.OneToOneField(Idea, on_delete=models.PROTECT, related_name="outcome")
    won = models.BooleanField()
    votes = models.PositiveIntegerField()
    rank = models.PositiveIntegerField(null=True)  # place among the winners, from 1
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.idea}: {'won' if self.won else 'did not win'}"
