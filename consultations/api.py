"""Consultations under /api/v1/: what is published, for everybody."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_filters.rest_framework
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from commons.kernel import clock
from commons.places.models import Place

from .models import Consultation, Phase


class PhaseSerializer(serializers.ModelSerializer[Phase]):
    """A step: `state` is "coming", "open" or "done" at the moment of the answer."""

    state = serializers.SerializerMethodField()

    class Meta:
        model = Phase
        fields: ClassVar = ["id", "kind", "opens_at", "closes_at", "state", "round"]

    @extend_schema_field(serializers.ChoiceField(choices=["coming", "open", "done"]))
    def get_state(self, phase: Phase) -> str:
        return phase.state(self.context["at"])


class ConsultationSerializer(serializers.ModelSerializer[Consultation]):
    """A published consultation; `budget` is in minor units of `currency`."""

    place = serializers.SlugRelatedField[Place](slug_field="slug", read_only=True)
    currency = serializers.CharField(read_only=True)
    phases = PhaseSerializer(many=True, read_only=True)

    class Meta:
        model = Consultation
        fields: ClassVar = [
            "id",
            "place",
            "title",
            "summary",
            "text",
            "language",
            "support_threshold",
            "budget",
            "currency",
            "published_at",
            "phases",
        ]


class ConsultationFilter(django_filters.FilterSet):
    """Only these may narrow the list; other parameters are ignored."""

    place = django_filters.CharFilter(field_name="place__slug", lookup_expr="exact", max_length=60)
    open = django_filters.ChoiceFilter(choices=Phase.Kind.choices, method="filter_open")
    ordering = django_filters.OrderingFilter(fields=[("published_at", "published_at")])

    class Meta:
        model = Consultation
        fields: ClassVar[list[str]] = []

    def filter_open(self, queryset: QuerySet[Consultation], _name: str, kind: str) -> QuerySet[Consultation]:
        """Those whose phase of this kind is open now."""
        at = clock.now()
        phases = Phase.objects.filter(kind=kind, opens_at__lte=at, closes_at__gt=at)
        return queryset.filter(pk__in=phases.values("consultation"))


@extend_schema(tags=["consultations"])
class ConsultationViewSet(ReadOnlyModelViewSet[Consultation]):
    """What places ask their residents, with the steps and their instants."""

    serializer_class = ConsultationSerializer
    filterset_class = ConsultationFilter
    filter_backends = (django_filters.rest_framework.DjangoFilterBackend,)

    def get_queryset(self) -> QuerySet[Consultation]:
        published = Consultation.objects.published().select_related("place").prefetch_related("phases")
        return published.order_by("-published_at", "-id")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": clock.now()}


routes = [("consultations", ConsultationViewSet, "consultation")]
