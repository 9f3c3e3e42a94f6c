from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from commons.accounts.visitors import member, visitor
from commons.kernel import clock
from commons.kernel.verdicts import Refused
from commons.live.queries import seq_of

from . import actions, policies, queries
from .forms import ConsultationForm, MoveForm
from .models import Phase

STATES = (
    (queries.OPEN, gettext_lazy("Open now")),
    (queries.COMING, gettext_lazy("Coming up")),
    (queries.ENDED, gettext_lazy("Ended")),
)


@require_GET
def consultations(request: HttpRequest) -> HttpResponse:
    """All published consultations, by state and place."""
    at, asked = clock.now(), request.GET
    listing = queries.listing(
        place=asked.get("place", "")[:80], state=asked.get("state", ""), page=asked.get("page", ""), at=at
    )
    context = {
        "at": at,
        "listing": listing,
        "rows": [(one, one.standing(at)) for one in listing.page],
        "states": STATES,
        "places": queries.asking_places(),
    }
    return render(request, "consultations/list.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the consultation stands, what the reader can do now, and what happens next."""
    at, person = clock.now(), visitor(request)
    found = queries.consultation_for(person, pk, at=at)
    standing = found.standing(at)
    context = {
        "at": at,
        "consultation": found,
        "seq": seq_of(f"consultation:{pk}"),
        "place": found.place,
        "steps": queries.steps(found, at),
        "standing": standing,
        "writing": policies.can_take_part(person, found, Phase.Kind.COLLECT, at=at),
        "vote": found.phase(Phase.Kind.VOTE),
        "moves": queries.moves_of(found),
        "preparing": person is not None and policies.can_prepare(person, found.place, at=at).allowed,
    }
    return render(request, "consultations/detail.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """An official begins a consultation of their place."""
    at, person = clock.now(), member(request)
    place = queries.place_of_office(person, slug, at=at)
    form = ConsultationForm(request.POST or None, place=place)
    if request.method == "POST" and form.is_valid():
        try:
            draft = actions.draft_consultation(place=place, by=person, at=at, **form.content())
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect("consultations:preview", pk=draft.pk)
    return render(request, "consultations/edit.html", {"at": at, "form": form, "place": place, "consultation": None})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """An official works on a draft."""
    at, person = clock.now(), member(request)
    draft = queries.draft_for(person, pk, at=at)
    if draft.published_at is not None:
        return redirect("consultations:detail", pk=pk)
    form = ConsultationForm.showing(draft)
    if request.method == "POST":
        form = ConsultationForm(request.POST, place=draft.place)
        if form.is_valid():
            try:
                actions.edit_draft(consultation=draft, by=person, at=at, **form.content())
            except Refused as refused:
                form.refuse(refused)
            else:
                return redirect("consultations:preview", pk=pk)
    return render(
        request,
        "consultations/edit.html",
        {"at": at, "form": form, "place": draft.place, "consultation": draft},
    )


@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as residents will see it, and what it still lacks."""
    at, person = clock.now(), member(request)
    draft = queries.draft_for(person, pk, at=at)
    if draft.published_at is not None:
        return redirect("consultations:detail", pk=pk)
    items = queries.completeness(draft, at)
    context = {
        "at": at,
        "consultation": draft,
        "place": draft.place,
        "steps": queries.steps(draft, at),
        "items": items,
        "complete": all(item.done for item in items),
    }
    return render(request, "consultations/preview.html", context)


@require_POST
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft."""
    at, person = clock.now(), member(request)
    draft = queries.draft_for(person, pk, at=at)
    try:
        actions.publish_consultation(consultation=draft, by=person, at=at)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("consultations:preview", pk=pk)
    messages.success(request, _("The consultation is published. Residents can see it now."))
    return redirect("consultations:detail", pk=pk)


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a step that has not ended, with a reason."""
    at, person = clock.now(), member(request)
    phase = queries.phase_for_office(person, pk, at=at)
    form = MoveForm(request.POST or None, phase=phase, begun=at >= phase.opens_at)
    if request.method == "POST" and form.is_valid():
        try:
            actions.move_phase(phase=phase, by=person, at=at, **form.content())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The step is moved, and your reason is on the page."))
            return redirect("consultations:detail", pk=phase.consultation_id)
    context = {
        "at": at,
        "form": form,
        "phase": phase,
        "consultation": phase.consultation,
        "place": phase.consultation.place,
    }
    return render(request, "consultations/move.html", context)
