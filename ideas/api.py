"""Initiatives under /api/v1/, by the same policies and actions as the pages."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_filters.rest_framework
from django.db.models import QuerySet
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from commons.accounts.visitors import member
from commons.kernel import clock
from consultations.models import Consultation
from consultations.queries import consultation_for

from . import actions, queries
from .models import Decision, Idea, Outcome

REFUSAL = OpenApiResponse(OpenApiTypes.OBJECT, description='Refused: {"code", "detail", "field"}')


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """The municipality's answer; `cost` is its own estimate in minor units, null if it has none."""

    class Meta:
        model = Decision
        fields: ClassVar = ["outcome", "reasons", "cost", "at"]


class OutcomeSerializer(serializers.ModelSerializer[Outcome]):
    """What the vote decided; `rank` is the place among the winners, from 1."""

    class Meta:
        model = Outcome
        fields: ClassVar = ["won", "votes", "rank", "at"]


class IdeaSerializer(serializers.ModelSerializer[Idea]):
    """A published initiative; `cost` is in minor units of the place's currency."""

    author = serializers.SerializerMethodField()
    decision = DecisionSerializer(read_only=True, allow_null=True, default=None)
    outcome = OutcomeSerializer(read_only=True, allow_null=True, default=None)

    class Meta:
        model = Idea
        fields: ClassVar = [
            "id",
            "consultation",
            "author",
            "title",
            "problem",
            "proposal",
            "location",
            "cost",
            "language",
            "published_at",
            "support",
            "threshold_reached_at",
            "decision",
            "outcome",
        ]

    @extend_schema_field(serializers.CharField())
    def get_author(self, idea: Idea) -> str:
        """The name that the author shows to others; empty if none."""
        return idea.author.name if idea.author else ""


class NewIdeaSerializer(serializers.Serializer[Any]):
    """What is needed to publish an initiative: types only, the action says whether it is right."""

    consultation = serializers.IntegerField()
    title = serializers.CharField(allow_blank=True, trim_whitespace=False)
    problem = serializers.CharField(allow_blank=True, trim_whitespace=False)
    proposal = serializers.CharField(allow_blank=True, trim_whitespace=False)
    location = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")
    cost = serializers.IntegerField(allow_null=True, default=None)
    language = serializers.CharField(max_length=8, required=False)


class NewDecisionSerializer(serializers.Serializer[Any]):
    """The municipality's answer; `cost` is its own estimate in minor units, null leaves the author's."""

    outcome = serializers.ChoiceField(choices=Decision.Outcome.choices)
    reasons = serializers.CharField(allow_blank=True, trim_whitespace=False)
    cost = serializers.IntegerField(allow_null=True, default=None)


class NewVoteSerializer(serializers.Serializer[Any]):
    """The shortlist of a consultation goes to the vote: by which rule, and when."""

    consultation = serializers.IntegerField()
    rule = serializers.DictField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()


class VoteSetSerializer(serializers.Serializer[Any]):
    round = serializers.IntegerField()


class IdeaFilter(django_filters.FilterSet):
    """Only these may narrow and order the list; other parameters are ignored."""

    consultation = django_filters.NumberFilter(field_name="consultation_id", lookup_expr="exact")
    q = django_filters.CharFilter(method="filter_search", max_length=queries.MOST_SEARCH)
    ordering = django_filters.OrderingFilter(fields=[("support", "support"), ("published_at", "published_at")])

    class Meta:
        model = Idea
        fields: ClassVar[list[str]] = []

    def filter_search(self, queryset: QuerySet[Idea], _name: str, search: str) -> QuerySet[Idea]:
        """Those in which every word occurs."""
        return queries.found(queryset, search)


@extend_schema(tags=["ideas"])
class IdeaViewSet(ReadOnlyModelViewSet[Idea]):
    """Initiatives: read them, publish one, support one."""

    serializer_class = IdeaSerializer
    filterset_class = IdeaFilter
    filter_backends = (django_filters.rest_framework.DjangoFilterBackend,)

    def get_queryset(self) -> QuerySet[Idea]:
        published = Idea.objects.filter(consultation__in=Consultation.objects.published())
        return published.select_related("author", "decision", "outcome").order_by("-published_at", "-id")

    @extend_schema(request=NewIdeaSerializer, responses={201: IdeaSerializer, 400: REFUSAL, 403: REFUSAL, 409: REFUSAL})
    def create(self, request: Request) -> Response:
        """Publish an initiative while collecting is open."""
        at, person = clock.now(), member(request)
        given = NewIdeaSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        content = dict(given.validated_data)
        consultation = consultation_for(person, content.pop("consultation"), at=at)
        content.setdefault("language", get_language() or consultation.language)
        idea = actions.publish_idea(consultation=consultation, author=person, at=at, **content)
        return Response(self.get_serializer(idea).data, status=201)

    @extend_schema(methods=["POST"], request=None, responses={201: None, 403: REFUSAL, 404: REFUSAL, 409: REFUSAL})
    @extend_schema(methods=["DELETE"], request=None, responses={204: None, 403: REFUSAL, 404: REFUSAL, 409: REFUSAL})
    @action(detail=True, methods=["post", "delete"], url_path="endorsement")
    def endorsement(self, request: Request, pk: str) -> Response:
        """Support the initiative (POST) or take one's support back (DELETE)."""
        at, person, idea_id = clock.now(), member(request), self.get_object().pk
        if request.method == "POST":
            actions.endorse(idea_id=idea_id, person=person, at=at)
            return Response(status=201)
        actions.withdraw_endorsement(idea_id=idea_id, person=person, at=at)
        return Response(status=204)

    @extend_schema(
        request=NewDecisionSerializer, responses={201: DecisionSerializer, 400: REFUSAL, 403: REFUSAL, 409: REFUSAL}
    )
    @action(detail=True, methods=["post"])
    def decision(self, request: Request, pk: str) -> Response:
        """Answer the initiative, as an official or reviewer of its place."""
        at, person, idea = clock.now(), member(request), self.get_object()
        given = NewDecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        decided = actions.decide(idea=idea, by=person, at=at, **given.validated_data)
        return Response(DecisionSerializer(decided).data, status=201)


@extend_schema(tags=["ideas"])
class VoteViewSet(GenericViewSet[Consultation]):
    """Putting shortlists to the vote."""

    serializer_class = NewVoteSerializer
    queryset = Consultation.objects.none()

    @extend_schema(responses={201: VoteSetSerializer, 400: REFUSAL, 403: REFUSAL, 409: REFUSAL})
    def create(self, request: Request) -> Response:
        """Freeze the shortlist of a consultation into a ballot, as an official of its place. Its rule never changes."""
        at, person = clock.now(), member(request)
        given = NewVoteSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        content = dict(given.validated_data)
        consultation = consultation_for(person, content.pop("consultation"), at=at)
        round_ = actions.put_to_vote(consultation=consultation, by=person, at=at, **content)
        return Response({"round": round_.pk}, status=201)


routes = [("ideas", IdeaViewSet, "idea"), ("votes", VoteViewSet, "vote")]
