from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.accounts.models import Person
from commons.places.models import Place


class Round(models.Model):
    """One vote: a question, frozen options, a rule, an electorate (residents within the place) and two instants.

    There is no status column: open or shut follows from the instants, and what happened is stamped once.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="rounds")
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    question = models.TextField()
    language = models.CharField(max_length=8)
    # The whole rule as canonical data (voting/rules.py) and the SHA-256 of its canonical form, in hex.
    rule: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    rule_digest = models.CharField(max_length=64)
    # SHA-256 over the digests of all options in their order: the journal pins the whole ballot paper by it.
    options_digest = models.CharField(max_length=64)
    currency = models.CharField(max_length=3, blank=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    # Keys the pseudonyms under which ballots lie while the round is open; destroyed when it is certified.
    # Sealed under the operator's ROUND_KEY_SECRET (voting/keys.py), so that a leaked dump alone re-links nothing.
    pseudonym_key = models.BinaryField(max_length=61, null=True)

    opened_at = models.DateTimeField(null=True)  # when the opening was recorded, not when it took effect
    closed_at = models.DateTimeField(null=True)  # when the closing was recorded; `closes_at` decides who is in
    counted_at = models.DateTimeField(null=True)
    certified_at = models.DateTimeField(null=True)  # key and box destroyed: nobody can join voter and ballot any more
    scrubbed_at = models.DateTimeField(null=True)  # and nothing of the box is left in the files of the database

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="round_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=models.Q(counted_at=None) | models.Q(closed_at__isnull=False),
                name="round_counted_after_close",
            ),
            models.CheckConstraint(
                condition=models.Q(certified_at=None) | models.Q(counted_at__isnull=False, pseudonym_key__isnull=True),
                name="round_certified_without_key",
            ),
        ]
        indexes = [
            models.Index(fields=["closes_at"], name="round_to_count", condition=models.Q(counted_at=None)),
        ]

    def __str__(self) -> str:
        return self.title

    def is_open(self, at: datetime) -> bool:
        """Whether a ballot that arrives at this instant is in time."""
        return self.opens_at <= at < self.closes_at

    def is_closed(self, at: datetime) -> bool:
        return at >= self.closes_at

    @property
    def certification_due(self) -> datetime | None:
        """When the time for objections ends and the link between voters and ballots is destroyed."""
        return self.counted_at and self.counted_at + timedelta(days=settings.OBJECTION_DAYS)

    @property
    def topic(self) -> str:
        """The live topic that open pages of this round follow."""
        return f"round:{self.pk}"

    @property
    def basket_limit(self) -> int:
        """What the chosen options may cost together, in minor units, as far as the page warns: the rule's own limit,
        else the whole budget. Most rules let a voter name more than fits; the count sorts it out."""
        return self.rule.get("max_cost") or self.rule.get("budget") or 0

    @property
    def budget(self) -> int | None:
        """The budget in minor units, if the rule spends one."""
        return self.rule.get("budget")


class Extension(models.Model):
    """A close moved later before it came: public and reasoned."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="extensions")
    old_closes_at = models.DateTimeField()
    new_closes_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    extended_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(new_closes_at__gt=models.F("old_closes_at")), name="extension_is_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} extended to {self.new_closes_at}"


class Option(models.Model):
    """What can be voted for, frozen with a digest over number, title, text and cost when the round is created."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="options")
    number = models.PositiveSmallIntegerField()
    # What it was made from, for the app above: "idea:12". Voting itself never looks behind it.
    source = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    cost = models.BigIntegerField(default=0)  # minor units
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="option_number_once"),
            models.UniqueConstraint(
                fields=["round", "source"], name="option_source_once", condition=~models.Q(source="")
            ),
            models.CheckConstraint(condition=models.Q(cost__gte=0), name="option_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Roll(models.Model):
    """That a person has voted in a round, and the receipt they hold. Says nothing of what they chose, nor when."""

    class Channel(models.TextChoices):
        SCREEN = "screen", _("on the screen")
        DESK = "desk", _("at the desk")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="roll", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.SCREEN)
    # One code per voter and round: it proves that the envelope is in the box, not what is in it.
    receipt = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="one_vote_each"),
            models.UniqueConstraint(fields=["round", "receipt"], name="receipt_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} has voted in {self.round}"


class CastRequest(models.Model):
    """A submit that was accepted. The same `request_id` again gets the same receipt and changes nothing."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    request_id = models.UUIDField()
    roll = models.ForeignKey(Roll, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "request_id"], name="cast_request_once")]

    def __str__(self) -> str:
        return f"request {self.request_id}"


class Ballot(models.Model):
    """What was chosen. Found again, to change a vote, by a keyed pseudonym; carries no time, sequence or address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="ballots", db_index=False)
    # HMAC-SHA-256(the round's key, person id).
    pseudonym = models.BinaryField(max_length=32)
    selection: models.JSONField[list[int], list[int]] = models.JSONField()
    salt = models.BinaryField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "pseudonym"], name="one_ballot_each")]

    def __str__(self) -> str:
        return "a ballot"


class Turnout(models.Model):
    """How many have voted, counted by one job: shown with "as of", never with `+= 1`."""

    round = models.OneToOneField(Round, primary_key=True, on_delete=models.PROTECT, related_name="turnout")
    voters = models.IntegerField()
    electorate = models.IntegerField()
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.voters} of {self.electorate}"


class Result(models.Model):
    """The outcome with every step of the count, and the signed bundle that a stranger can recount."""

    round = models.OneToOneField(Round, primary_key=True, on_delete=models.PROTECT, related_name="result")
    outcome: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    ballots = models.IntegerField()
    counted_at = models.DateTimeField()
    checkpoint = models.TextField()
    bundle_sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"result of {self.round}"


class Bundle(models.Model):
    """The published file itself, in the database: every web host can hand it out, a backup holds it."""

    result = models.OneToOneField(Result, primary_key=True, on_delete=models.PROTECT, related_name="bundle")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"bundle of {self.result}"
