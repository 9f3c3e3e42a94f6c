from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class PlaceQuerySet(models.QuerySet["Place"]):
    def within(self, place: Place) -> PlaceQuerySet:
        """The place itself and everything below it."""
        return self.filter(path__startswith=place.path)

    def around(self, place: Place) -> PlaceQuerySet:
        """The place itself and everything above it, the country first."""
        return self.filter(path__in=place.lineage()).order_by("path")


class Place(models.Model):
    """One node of the tree. `path` is the ids from the root, "/1/7/23/": a subtree is one prefix search."""

    class Kind(models.TextChoices):
        COUNTRY = "country", _("country")
        REGION = "region", _("region")
        DISTRICT = "district", _("district")
        MUNICIPALITY = "municipality", _("municipality")
        SETTLEMENT = "settlement", _("settlement")

    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=12, choices=Kind)
    slug = models.SlugField(max_length=60, unique=True)
    path = models.CharField(max_length=120, unique=True)
    # {"uk": "Любомль", "en": "Liuboml"}: the first of `languages` must be there.
    names: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField()
    languages = ArrayField(models.CharField(max_length=8))
    time_zone = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    # Number in the official register of its country (KATOTTH, EKATTE, LAU), where known.
    register_code = models.CharField(max_length=30, blank=True)
    palette = models.CharField(max_length=20, default="viche")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["path"], name="place_subtree", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.UniqueConstraint(
                fields=["register_code"], name="place_register_code_once", condition=~models.Q(register_code="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def language(self) -> str:
        """The place's own language: the first of its list."""
        return self.languages[0]

    @property
    def name(self) -> str:
        """The name in the reader's language, else in the place's own."""
        return self.names.get(get_language() or self.language) or self.names[self.language]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people here read instants."""
        return ZoneInfo(self.time_zone)

    def lineage(self) -> list[str]:
        """The paths of the place and of everything above it, the root first."""
        ids = self.path.strip("/").split("/")
        return ["/" + "/".join(ids[: depth + 1]) + "/" for depth in range(len(ids))]

    def is_within(self, other: Place) -> bool:
        """Whether this place is `other` or lies below it."""
        return self.path.startswith(other.path)

    def facts(self) -> dict[str, Any]:
        """What a published file says about the place."""
        return {"slug": self.slug, "names": self.names, "register_code": self.register_code}
