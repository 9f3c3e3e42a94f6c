"""Consultations under /api/v1/: what is published for everybody; officials write by the actions of the pages."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_filters.rest_framework
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from commons.accounts.visitors import member
from commons.kernel import clock
from commons.places.models import Place

from . import actions, queries
from .models import Consultation, Phase
from .timeline import PhasePlan

REFUSAL = OpenApiResponse(OpenApiTypes.OBJECT, description='Refused: {"code", "detail", "field"}')


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


class PhasePlanSerializer(serializers.Serializer[Any]):
    """A step as it is planned; instants with their offset from UTC."""

    kind = serializers.ChoiceField(choices=Phase.Kind.choices)
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()


class NewConsultationSerializer(serializers.Serializer[Any]):
    """What a draft is made of: types only, the action says whether it is right. `budget` is in minor units."""

    place = serializers.SlugField()
    title = serializers.CharField(allow_blank=True, trim_whitespace=False)
    summary = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")
    text = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")
    language = serializers.CharField(max_length=8)
    budget = serializers.IntegerField(allow_null=True, default=None)
    support_threshold = serializers.IntegerField(default=0)
    phases = PhasePlanSerializer(many=True, default=list)


class PhaseMoveSerializer(serializers.Serializer[Any]):
    """New instants for a step that has not ended, and why: the reason is published."""

    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True, trim_whitespace=False)


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
    """What places ask their residents, with the steps and their instants. Officials draft and publish."""

    serializer_class = ConsultationSerializer
    filterset_class = ConsultationFilter
    filter_backends = (django_filters.rest_framework.DjangoFilterBackend,)
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Consultation]:
        published = Consultation.objects.published().select_related("place").prefetch_related("phases")
        return published.order_by("-published_at", "-id")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": clock.now()}

    @extend_schema(
        request=NewConsultationSerializer, responses={201: ConsultationSerializer, 400: REFUSAL, 403: REFUSAL}
    )
    def create(self, request: Request) -> Response:
        """Draft a consultation, as an official of its place. It is public once it is published."""
        at, person = clock.now(), member(request)
        given = NewConsultationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        content = dict(given.validated_data)
        place = queries.place_of_office(person, content.pop("place"), at=at)
        phases = [PhasePlan(**phase) for phase in content.pop("phases")]
        draft = actions.draft_consultation(place=place, phases=phases, by=person, at=at, **content)
        return Response(self.get_serializer(draft).data, status=201)

    @extend_schema(request=None, responses={200: ConsultationSerializer, 403: REFUSAL, 404: REFUSAL, 409: REFUSAL})
    @action(detail=True, methods=["post"])
    def publication(self, request: Request, pk: int) -> Response:
        """Publish a draft that is complete."""
        at, person = clock.now(), member(request)
        draft = queries.draft_for(person, int(pk), at=at)
        published = actions.publish_consultation(consultation=draft, by=person, at=at)
        return Response(self.get_serializer(published).data)


@extend_schema(tags=["consultations"])
class PhaseViewSet(GenericViewSet[Phase]):
    """Steps of published consultations, for the official who moves them."""

    serializer_class = PhaseSerializer
    queryset = Phase.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(
        request=PhaseMoveSerializer, responses={200: PhaseSerializer, 400: REFUSAL, 403: REFUSAL, 409: REFUSAL}
    )
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Move a step that has not ended, in public and with a reason."""
        at, person = clock.now(), member(request)
        given = PhaseMoveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        phase = queries.phase_for_office(person, int(pk), at=at)
        moved = actions.move_phase(phase=phase, by=person, at=at, **given.validated_data)
        return Response(PhaseSerializer(moved, context={"at": at}).data)


routes = [("consultations", ConsultationViewSet, "consultation"), ("phases", PhaseViewSet, "phase")]
