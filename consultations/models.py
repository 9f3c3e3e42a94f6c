from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from commons.accounts.models import Person
from commons.places.models import Place
from voting.models import Round

from . import timeline


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def published(self) -> ConsultationQuerySet:
        """What residents see."""
        return self.filter(published_at__isnull=False)

    def concerning(self, place: Place) -> ConsultationQuerySet:
        """Consultations of the place and of every place above it: its residents are in their electorate."""
        return self.filter(place__path__in=place.lineage())


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

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(budget=None) | models.Q(budget__gt=0), name="consultation_budget_positive"
            ),
        ]
        indexes = [models.Index(fields=["place", "-published_at"], name="consultations_of_place")]

    def __str__(self) -> str:
        return self.title

    @property
    def currency(self) -> str:
        return self.place.currency

    @cached_property
    def schedule(self) -> list[Phase]:
        """The phases in their order, read once (for a list: prefetch them). An action reads its own after its lock."""
        return timeline.in_order(self.phases.all())

    def phase(self, kind: str) -> Phase | None:
        """The phase of this kind, if the consultation has one."""
        return next((phase for phase in self.schedule if phase.kind == kind), None)

    def standing(self, at: datetime) -> timeline.Standing[Phase]:
        """Which phase is open at the instant and which comes next."""
        return timeline.standing(self.schedule, at)


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
        ordering = ["opens_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "kind"], name="phase_kind_once"),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="phase_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=models.Q(round=None) | models.Q(kind="vote"), name="only_a_vote_has_a_round"
            ),
        ]
        indexes = [
            models.Index(fields=["opens_at"], name="phase_to_open", condition=models.Q(opening_recorded_at=None)),
            models.Index(fields=["closes_at"], name="phase_to_close", condition=models.Q(closing_recorded_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.consultation}"

    def is_open(self, at: datetime) -> bool:
        """Whether what arrives at this instant is in time."""
        return self.state(at) == timeline.OPEN

    def state(self, at: datetime) -> str:
        """ "coming", "open" or "done" at the instant."""
        return timeline.state(self, at)


class PhaseMove(models.Model):
    """Instants of a phase changed after publication: in public, with a reason."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="moves")
    old_opens_at = models.DateTimeField()
    old_closes_at = models.DateTimeField()
    new_opens_at = models.DateTimeField()
    new_closes_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    # None when the phase followed its round, which was extended by somebody that the extension names.
    moved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="phase_move_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.phase} moved"
