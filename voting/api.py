"""Rounds under /api/v1/, by the same policies and actions as the pages. Nothing of a running count is ever here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from commons.accounts.visitors import visitor

from . import actions, queries
from .models import Option, Round

REFUSAL = OpenApiResponse(OpenApiTypes.OBJECT, description='Refused: {"code", "detail", "field"}')


class OptionSerializer(serializers.ModelSerializer[Option]):
    """An option as it stands on the ballot; `cost` is in minor units, `digest` is over number, title, text, cost."""

    class Meta:
        model = Option
        fields: ClassVar = ["number", "title", "text", "cost", "digest"]


class RoundSerializer(serializers.ModelSerializer[Round]):
    """A round and its frozen rule. Instants decide whether it is open; `counted_at` says that a result is there."""

    place = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    options = OptionSerializer(many=True, read_only=True)

    class Meta:
        model = Round
        fields: ClassVar = [
            "id",
            "slug",
            "place",
            "title",
            "question",
            "language",
            "rule",
            "rule_digest",
            "currency",
            "opens_at",
            "closes_at",
            "counted_at",
            "options",
        ]


class BallotSerializer(serializers.Serializer[Any]):
    """A ballot: the numbers of the chosen options, and an id that makes a repeated request harmless."""

    request_id = serializers.UUIDField()
    selection = serializers.JSONField()


class ReceiptSerializer(serializers.Serializer[Any]):
    receipt = serializers.CharField()


class RoundViewSet(ReadOnlyModelViewSet[Round]):
    """Rounds, the newest first."""

    serializer_class = RoundSerializer
    lookup_value_regex = "[0-9]{1,10}"

    def get_queryset(self) -> QuerySet[Round]:
        return Round.objects.select_related("place").prefetch_related("options").order_by("-id")

    @extend_schema(request=BallotSerializer, responses={201: ReceiptSerializer, 200: ReceiptSerializer, 409: REFUSAL})
    @action(detail=True, methods=["post"])
    def ballot(self, request: Request, pk: str) -> Response:
        """Cast a ballot, or replace the earlier one. 201 for a new request, 200 for one that was known."""
        sent = BallotSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        receipt = actions.cast(
            round_id=int(pk),
            person=visitor(request),
            selection=sent.validated_data["selection"],
            request_id=sent.validated_data["request_id"],
        )
        code = status.HTTP_200_OK if receipt.repeated else status.HTTP_201_CREATED
        return Response({"receipt": receipt.code}, status=code)

    @extend_schema(responses={200: OpenApiTypes.OBJECT, 409: REFUSAL})
    @action(detail=True)
    def result(self, request: Request, pk: str) -> Response:
        """The outcome with every step, as it stands in the bundle. Refused before the count."""
        found = queries.result_of(queries.round_with_place(int(pk)))
        return Response(
            {
                "outcome": found.outcome,
                "ballots": found.ballots,
                "checkpoint": found.checkpoint,
                "bundle_sha256": found.bundle_sha256,
            }
        )


routes = [("rounds", RoundViewSet, "round")]
