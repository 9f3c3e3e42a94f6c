from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.accounts.models import Person


class News(models.Model):
    """Something that people will hear of: one declared notice of one journal entry, with its facts frozen."""

    position = models.BigIntegerField()  # of the journal entry
    name = models.CharField(max_length=80)  # of the declaration, "ideas.idea_decided"
    urgency = models.CharField(max_length=8)
    about = models.CharField(max_length=60)
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    deadline = models.DateTimeField(null=True)
    at = models.DateTimeField()  # when it happened
    written_at = models.DateTimeField()  # when it reached the hub

    class Meta:
        verbose_name_plural = "news"
        constraints = [models.UniqueConstraint(fields=["position", "name"], name="news_once")]
        indexes = [models.Index(fields=["about", "written_at"], name="news_by_matter")]

    def __str__(self) -> str:
        return f"{self.name} about {self.about}"


class Letter(models.Model):
    """One letter to one person: requested, then sent. The key makes it unique: what it is about, or its day."""

    class Kind(models.TextChoices):
        OUTCOME = "outcome", _("what came of something you took part in")
        DIGEST = "digest", _("the daily letter")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=60)
    requested_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "key"], name="letter_once")]
        indexes = [
            models.Index(fields=["next_try_at"], name="letters_due", condition=models.Q(sent_at=None, failed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person} ({self.key})"


class Notice(models.Model):
    """That one person is to hear one piece of news; `letter` is the one that told them."""

    news = models.ForeignKey(News, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.SET_NULL, related_name="notices")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["news", "person"], name="notice_once")]
        indexes = [models.Index(fields=["person"], name="notices_waiting", condition=models.Q(letter=None))]

    def __str__(self) -> str:
        return f"{self.news} for {self.person}"


class Mute(models.Model):
    """That a person does not want letters of this kind."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mutes")
    kind = models.CharField(max_length=8, choices=Letter.Kind)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="mute_once")]

    def __str__(self) -> str:
        return f"{self.person} wants no {self.kind}"


class OutboxMessage(models.Model):
    """An e-mail kept here because no mail server is configured: for the demo, and for an operator setting up."""

    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["to", "-id"], name="outbox_by_address")]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"
