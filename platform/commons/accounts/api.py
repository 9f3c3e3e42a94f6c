"""Places, and what the platform knows of the person who asks, under /api/v1/."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet, ViewSet

from commons.kernel import clock
from commons.places.models import Place

from .models import Office, Residency
from .visitors import member


class PlaceSerializer(serializers.ModelSerializer[Place]):
    """A place; `above` is the address of the one it belongs to."""

    above: serializers.SlugRelatedField[Place] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True, source="parent"
    )

    class Meta:
        model = Place
        fields: ClassVar = ["slug", "kind", "names", "above", "languages", "time_zone", "currency", "register_code"]


class PlaceViewSet(ReadOnlyModelViewSet[Place]):
    """The places that take part."""

    serializer_class = PlaceSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Place]:
        return Place.objects.select_related("parent").order_by("path")


class OfficeSerializer(serializers.Serializer[Any]):
    place = serializers.SlugField(source="place.slug")
    role = serializers.CharField()


class MeSerializer(serializers.Serializer[Any]):
    """The signed-in person: no number, no address."""

    name = serializers.CharField()
    language = serializers.CharField()
    residence = serializers.SlugField(allow_null=True)
    offices = OfficeSerializer(many=True)


class MeViewSet(ViewSet):
    """Who am I, where is it attested that I live, which offices do I hold."""

    @extend_schema(responses=MeSerializer)
    def list(self, request: Request) -> Response:
        person, at = member(request._request), clock.now()
        home = Residency.objects.valid(at).filter(person=person).select_related("place").order_by("id").first()
        offices = Office.objects.held(at).filter(person=person).select_related("place").order_by("place__slug", "role")
        me = {
            "name": person.name,
            "language": person.language,
            "residence": home.place.slug if home else None,
            "offices": offices,
        }
        return Response(MeSerializer(me).data)


routes = [("places", PlaceViewSet, "place"), ("me", MeViewSet, "me")]
