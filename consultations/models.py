from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.accounts.models import Person
from commons.places.models import Place
from voting.models import Round


class Consultation(models.Model):
    """A question that a place puts to its residents. Its electorate is whoever is resident within the place."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="consultations")
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=400)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=8)
    # How many residents must support an initiative before it must be reviewed.
    support_threshold = models.PositiveIntegerField(default=0)
    budget = models.BigIntegerField(null=True, blank=True)  # minor units of the place's currency
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(budget=None) | models.Q(budget__gt=0), name="consultation_budget_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def currency(self) -> str:
        return self.place.currency


class Phase(models.Model):
    """A step of a consultation. Open or shut follows from its instants; the stamps only say what was announced."""

    class Kind(models.TextChoices):
        COLLECT = "collect", _("Collecting initiatives")
        REVIEW = "review", _("Review by the municipality")
        VOTE = "vote", _("Voting")
        FOLLOW_UP = "follow_up", _("What came of it")

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="phases")
    kind = models.CharField(max_length=10, choices=Kind)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    round = models.OneToOneField(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="phase")
    opening_recorded_at = models.DateTimeField(null=True)
    closing_recorded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "kind"], name="phase_kind_once"),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="phase_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=models.Q(round=None) | models.Q(kind="vote"), name="only_a_vote_has_a_round"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.consultation}"

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at

    def state(self, at: datetime) -> str:
        """ "coming", "open" or "done" at the instant."""
        if at < self.opens_at:
            return "coming"
        return "open" if at < self.closes_at else "done"
