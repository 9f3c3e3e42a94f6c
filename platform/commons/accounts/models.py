from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.places.models import Place

from .addresses import canonical


class CanonicalEmailField(models.EmailField):
    """The canonical spelling of the row's `email`, written with every insert and save: nobody can forget it."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        address = getattr(model_instance, "email", None)
        value = canonical(address) if address else None
        setattr(model_instance, self.attname, value)
        return value


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> Person:
        """Create a person. Without a password they sign in by an e-mailed code only."""
        person = self.model(email=self.normalize_email(email) or None, **fields)
        if password:
            person.set_password(password)
        else:
            person.set_unusable_password()
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(canonical_email=canonical(username or ""))

    def at_address(self, address: str) -> Person | None:
        """Whose address this is, in whatever spelling."""
        return self.filter(canonical_email=canonical(address)).first()


class Person(AbstractBaseUser):
    """One account of one human being, valid in every municipality. Some have no e-mail and come to the desk."""

    # As typed; letters go there. NULL, not "": many may have none, and each address is unique.
    email = models.EmailField(null=True, blank=True)  # noqa: DJ001
    canonical_email = CanonicalEmailField(null=True, editable=False)
    name = models.CharField(_("name shown to others"), max_length=80, blank=True)
    language = models.CharField(max_length=8, default="en")
    created_at = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=True)
    # A deleted account stays as a number without address and name: votes and support hang on it and stay counted.
    deleted_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            # Two spellings of one address are one person; NULL (no e-mail) may repeat.
            models.UniqueConstraint(fields=["canonical_email"], name="person_email_once"),
            models.CheckConstraint(
                condition=models.Q(email=None) | models.Q(canonical_email__isnull=False),
                name="person_email_is_compared",
            ),
            models.CheckConstraint(
                condition=models.Q(deleted_at=None) | models.Q(email=None, name="", is_active=False),
                name="deleted_person_is_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"person {self.pk}"


class Session(AbstractBaseSession):
    """A browser that is signed in, or that started something. `sessions.py` reads it together with its person."""

    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="sessions")

    @property
    def reference(self) -> str:
        """What a page may call the session: its key would let anybody in who reads it."""
        return hashlib.sha256(f"session {self.session_key}".encode()).hexdigest()[:32]

    @classmethod
    def get_session_store_class(cls) -> Any:
        from .sessions import SessionStore

        return SessionStore


class OfficeQuerySet(models.QuerySet["Office"]):
    def held(self, at: datetime) -> OfficeQuerySet:
        """Offices whose term covers the instant."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=at), since__lte=at)


class Office(models.Model):
    """An office held by a person in a place, and in every place below it, for a term."""

    class Role(models.TextChoices):
        OFFICIAL = "official", _("official")
        REVIEWER = "reviewer", _("reviewer")
        MODERATOR = "moderator", _("moderator")
        CLERK = "clerk", _("clerk")
        AUDITOR = "auditor", _("auditor")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="offices")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="offices")
    role = models.CharField(max_length=12, choices=Role)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "place", "role"], name="office_held_once", condition=models.Q(until=None)
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gt=models.F("since")), name="office_term_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} is {self.role} of {self.place}"


class RegisterImport(models.Model):
    """One list of residents that an official imported: who, when, from which file, how many rows."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="register_imports")
    imported_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    imported_at = models.DateTimeField()
    file_sha256 = models.CharField(max_length=64)
    rows = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "file_sha256"], name="register_file_once")]

    def __str__(self) -> str:
        return f"register of {self.place}, {self.rows} rows"


class RegisterEntry(models.Model):
    """One resident on a municipality's list, kept only as a keyed hash of document number and birth date."""

    register_import = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="entries")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="register_entries")
    # HMAC-SHA-256(register key, normalised document number | birth date): without the key nobody can test a guess.
    fingerprint = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "register entries"
        constraints = [models.UniqueConstraint(fields=["fingerprint"], name="register_fingerprint_once")]

    def __str__(self) -> str:
        return f"register entry {self.pk}"


class ResidencyQuerySet(models.QuerySet["Residency"]):
    def valid(self, at: datetime) -> ResidencyQuerySet:
        """Attestations that hold at the instant."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=at), since__lte=at, withdrawn_at=None)

    def within(self, place: Place) -> ResidencyQuerySet:
        """Residencies in the place or anywhere below it."""
        return self.filter(place__path__startswith=place.path)


class Residency(models.Model):
    """That a person lives in a place, attested: how, by whom, from when, until when."""

    class Method(models.TextChoices):
        REGISTER = "register", _("found on the municipality's list")
        DESK = "desk", _("papers seen at the desk")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residencies")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="residencies")
    method = models.CharField(max_length=10, choices=Method)
    attested_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    # One line of the register attests one person, whoever types it first.
    register_entry = models.OneToOneField(RegisterEntry, null=True, on_delete=models.PROTECT)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    objects = ResidencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "residencies"
        constraints = [
            # A person lives in one place at a time: two valid attestations would be two votes in two towns.
            models.UniqueConstraint(
                fields=["person"], name="one_residency_at_a_time", condition=models.Q(withdrawn_at=None, until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} lives in {self.place}"


class ResidencyAttempt(models.Model):
    """A try to be found on the register. Five wrong ones within a day send a person to the desk."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    at = models.DateTimeField()
    found = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="residency_attempts")]

    def __str__(self) -> str:
        return f"attempt of {self.person} at {self.at:%Y-%m-%d %H:%M}"
