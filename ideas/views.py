from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from commons.accounts.models import Person
from commons.accounts.visitors import member, visitor
from commons.kernel import clock
from commons.kernel.verdicts import Refused, require
from commons.live.queries import seq_of
from consultations.models import Consultation, Phase
from consultations.queries import consultation_for, of_place

from . import actions, policies, queries
from .checks import LIMITS, checked
from .forms import DecisionForm, IdeaForm, VoteForm


@require_GET
def ideas(request: HttpRequest, pk: int) -> HttpResponse:
    """The initiatives of a consultation, thirty at a time."""
    at, person = clock.now(), visitor(request)
    consultation = consultation_for(person, pk, at=at)
    listing = queries.listing(
        consultation,
        sort=request.GET.get("sort", ""),
        search=request.GET.get("q", ""),
        page=request.GET.get("page", 1),
    )
    context = {
        "at": at,
        "consultation": consultation,
        "place": consultation.place,
        "listing": listing,
        "sorts": queries.SORTS,
        "writing": policies.can_write(person, consultation, at=at),
        "currency": consultation.currency,
        "threshold": consultation.support_threshold,
    }
    return render(request, "ideas/list.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One initiative: what it says, who supports it, what the municipality answered and what the vote decided."""
    at, person = clock.now(), visitor(request)
    idea = queries.idea_for(person, pk, at=at)
    consultation = idea.consultation
    context = {
        "at": at,
        "idea": idea,
        "seq": seq_of(f"idea:{pk}"),
        "consultation": consultation,
        "place": consultation.place,
        "currency": consultation.currency,
        "decision": getattr(idea, "decision", None),
        "outcome": getattr(idea, "outcome", None),
        "supported": queries.supports(person, idea),
        "supporting": policies.can_support(person, idea, at=at),
        "deciding": person is not None and policies.can_decide(person, idea, at=at).allowed,
        "history": queries.history(idea),
    }
    return render(request, "ideas/detail.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an initiative: keep it as a draft, look at it, publish it. What is typed is never lost."""
    at, person = clock.now(), visitor(request)
    consultation = consultation_for(person, pk, at=at)
    verdict = policies.can_write(person, consultation, at=at)
    currency = consultation.currency
    context: dict[str, Any] = {
        "at": at,
        "consultation": consultation,
        "place": consultation.place,
        "currency": currency,
        "writing": verdict,
        "preview": None,
        # When the fields of the page were written: what a browser kept is restored only if it is newer.
        "filled_at": at,
    }
    if request.method == "POST":
        form = IdeaForm(request.POST, consultation=consultation)
        try:
            require(verdict)
            answer = _write(request, member(request), consultation, form, context)
        except Refused as refused:
            form.refuse(refused)
        else:
            if answer is not None:
                return answer
    else:
        draft = queries.draft_of(person, consultation) if person is not None else None
        form = IdeaForm.showing(draft, consultation=consultation)
        context["filled_at"] = draft.saved_at if draft else None
    return render(request, "ideas/new.html", {**context, "form": form})


def _write(
    request: HttpRequest, person: Person, consultation: Consultation, form: IdeaForm, context: dict[str, Any]
) -> HttpResponse | None:
    """Do what the pressed button says; None to show the form again. Raises Refused."""
    at = clock.now()
    if "save" in request.POST:
        actions.save_draft(consultation=consultation, author=person, content=form.typed(), at=at)
        messages.success(request, _("Your draft is saved. You can go on later, here or on another device."))
        return redirect("ideas:new", pk=consultation.pk)
    if not form.is_valid():
        return None
    content = {name: form.cleaned_data[name] for name in LIMITS}
    if "preview" in request.POST:
        context["preview"] = checked(consultation=consultation, **content)
        actions.save_draft(consultation=consultation, author=person, content=form.typed(), at=at)
        return None
    idea = actions.publish_idea(
        consultation=consultation,
        author=person,
        language=get_language() or consultation.language,
        at=at,
        **content,
    )
    messages.success(request, _("Your initiative is published. Tell your neighbours: it needs their support."))
    return redirect("ideas:detail", pk=idea.pk)


@require_POST
def draft(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep what is being typed: the form's fields in, as a form or as a JSON object; when it was saved out."""
    at = clock.now()
    try:
        person = member(request)
        consultation = consultation_for(person, pk, at=at)
        saved = actions.save_draft(consultation=consultation, author=person, content=_typed(request), at=at)
    except Refused as refused:
        return JsonResponse({"code": refused.code, "detail": refused.sentence}, status=refused.status)
    return JsonResponse({"saved_at": saved.saved_at.isoformat()})


def _typed(request: HttpRequest) -> dict[str, Any]:
    """The fields in the request's body. Raises Refused (malformed)."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        typed = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    if not isinstance(typed, dict):
        raise Refused("malformed")
    return typed


@require_POST
def endorsement(request: HttpRequest, pk: int) -> HttpResponse:
    """Support an initiative."""
    try:
        actions.endorse(idea_id=pk, person=member(request), at=clock.now())
    except Refused as refused:
        return _back_to_idea(request, pk, refused)
    messages.success(request, _("You support this initiative now."))
    return redirect("ideas:detail", pk=pk)


@require_POST
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's support back."""
    try:
        actions.withdraw_endorsement(idea_id=pk, person=member(request), at=clock.now())
    except Refused as refused:
        return _back_to_idea(request, pk, refused)
    messages.success(request, _("You no longer support this initiative."))
    return redirect("ideas:detail", pk=pk)


def _back_to_idea(request: HttpRequest, pk: int, refused: Refused) -> HttpResponse:
    """A button pressed twice is no fault: the page says how it is. Anything else is refused as such."""
    if refused.code not in ("already_endorsed", "not_endorsed"):
        raise refused
    messages.info(request, refused.sentence)
    return redirect("ideas:detail", pk=pk)


@require_http_methods(["GET", "POST"])
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """The municipality answers an initiative."""
    at, person = clock.now(), member(request)
    idea = queries.idea_for(person, pk, at=at)
    require(policies.can_decide(person, idea, at=at))
    form = DecisionForm(request.POST or None, idea=idea)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide(idea=idea, by=person, at=at, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The answer is published. The author and every supporter will hear of it."))
            return redirect("ideas:desk", slug=idea.consultation.place.slug)
    context = {
        "at": at,
        "form": form,
        "idea": idea,
        "consultation": idea.consultation,
        "place": idea.consultation.place,
        "currency": idea.consultation.currency,
    }
    return render(request, "ideas/decision.html", context)


@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """An official puts the shortlist to the vote."""
    at, person = clock.now(), member(request)
    consultation = consultation_for(person, pk, at=at)
    require(policies.can_put_to_vote(person, consultation, at=at))
    phase = consultation.phases.get(kind=Phase.Kind.VOTE)
    form = VoteForm(request.POST or None, consultation=consultation, phase=phase, at=at)
    if request.method == "POST" and form.is_valid():
        try:
            actions.put_to_vote(consultation=consultation, by=person, at=at, **form.content())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The ballot is set. It opens by itself at its moment."))
            return redirect("consultations:detail", pk=pk)
    context = {
        "at": at,
        "form": form,
        "consultation": consultation,
        "place": consultation.place,
        "currency": consultation.currency,
        "shortlist": queries.shortlist(consultation),
        "undecided": queries.undecided(consultation).count(),
    }
    return render(request, "ideas/vote.html", context)


@require_GET
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The desk of a place: what waits for a decision, and its consultations."""
    at, person = clock.now(), member(request)
    place = queries.place_of_desk(person, slug, at=at)
    consultations = [(item, item.standing(at)) for item in of_place(place)]
    context = {
        "at": at,
        "place": place,
        "waiting": queries.waiting_in(place, at),
        "consultations": consultations,
        "preparing": policies.can_prepare(person, place, at=at).allowed,
    }
    return render(request, "ideas/desk.html", context)
