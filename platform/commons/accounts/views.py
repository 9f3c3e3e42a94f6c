from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from commons.kernel import clock
from commons.kernel.verdicts import Refused

from . import actions, audit, browsers
from .forms import DeskForm, JournalForm, OlderForm, ProfileForm, RegisterForm, ResidencyForm
from .loaders import place_for_office
from .models import Office, Person
from .visitors import member


@login_required
@require_http_methods(["GET", "POST"])
def residency(request: HttpRequest) -> HttpResponse:
    """Show where I live, by what stands on the municipality's list."""
    form = ResidencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.attest_by_register(
                person=member(request),
                place=form.cleaned_data["place"],
                fingerprint=form.fingerprint(),
                at=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(
                request, _("Thank you. It is attested that you live in %(place)s.") % {"place": found.place}
            )
            return redirect("viche:me")
    return render(request, "accounts/residency.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """How I am called, and in which language I am written to."""
    person = member(request)
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm.showing(person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_profile(person=person, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("viche:me")
    signed_in = browsers.of(person, request.session.session_key)
    return render(request, "accounts/profile.html", {"form": form, "browsers": signed_in, "at": clock.now()})


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out in another browser: in the one named, or in all but this one."""
    person, named = member(request), request.POST.get("session", "")
    if named:
        actions.end_session(person=person, reference=named)
    else:
        actions.end_other_sessions(person=person, but=request.session.session_key or "")
    messages.success(request, _("Signed out there."))
    return redirect("accounts:profile")


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """An official imports the list of residents."""
    at, person = clock.now(), member(request)
    place = place_for_office(person, slug, Office.Role.OFFICIAL, at=at)
    form = RegisterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            imported = actions.import_register(place=place, content=form.cleaned_data["file"].read(), by=person, at=at)
        except Refused as refused:
            form.refuse(refused)
        else:
            said = ngettext("%(rows)s resident was read.", "%(rows)s residents were read.", imported.rows)
            messages.success(request, said % {"rows": imported.rows})
            return redirect("accounts:register", slug=slug)
    imports = place.register_imports.select_related("imported_by").order_by("-imported_at", "-id")
    return render(request, "accounts/register.html", {"at": at, "form": form, "place": place, "imports": imports})


@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """A clerk attests a person who has come with their papers."""
    at, clerk = clock.now(), member(request)
    place = place_for_office(clerk, slug, Office.Role.CLERK, Office.Role.OFFICIAL, at=at)
    form = DeskForm(request.POST or None, place=place)
    if request.method == "POST" and form.is_valid():
        person = Person.objects.at_address(form.cleaned_data["email"])
        try:
            if person is None:
                raise Refused("no_such_account", field="email")
            actions.attest_at_desk(person=person, place=form.cleaned_data["place"], by=clerk, at=at)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Attested."))
            return redirect("accounts:desk", slug=slug)
    return render(request, "accounts/desk.html", {"form": form, "place": place})


@require_GET
def journal(request: HttpRequest, slug: str) -> HttpResponse:
    """The auditor reads what happened in the place."""
    at = clock.now()
    place = place_for_office(member(request), slug, Office.Role.AUDITOR, at=at)
    holders = audit.Holders(place)
    form = JournalForm(request.GET, holders=holders)
    found = audit.Lines([], None)
    if form.is_valid():
        found = audit.lines(place, holders, before=_before(request), **form.cleaned_data)
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    context = {"at": at, "place": place, "form": form, "found": found, "query": urlencode(kept)}
    return render(request, "accounts/journal.html", context, status=200 if form.is_valid() else 400)


@require_GET
def journal_seals(request: HttpRequest, slug: str) -> HttpResponse:
    """The seals over the journal, each checked now."""
    at = clock.now()
    place = place_for_office(member(request), slug, Office.Role.AUDITOR, at=at)
    found = audit.seals(before=_before(request))
    return render(request, "accounts/journal_seals.html", {"at": at, "place": place, "found": found})


@require_GET
def journal_seal(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One sealed batch as a file that can be checked at home."""
    place = place_for_office(member(request), slug, Office.Role.AUDITOR, at=clock.now())
    content = b"".join(audit.seal_file(place, audit.Holders(place), number))
    headers = {
        "Content-Disposition": f'attachment; filename="seal-{number}.jsonl"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type="application/x-ndjson", headers=headers)


def _before(request: HttpRequest) -> int | None:
    form = OlderForm(request.GET)
    if not form.is_valid():
        raise Refused("malformed")
    before: int | None = form.cleaned_data["before"]
    return before
