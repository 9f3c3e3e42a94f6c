"""My data: a download of everything kept about me, and the way out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods

from commons.accounts import browsers
from commons.accounts.models import Office, Person, RegisterImport, Residency, ResidencyAttempt
from commons.accounts.visitors import member
from commons.journal.models import Entry
from commons.kernel import clock
from commons.kernel.forms import RefusableForm
from consultations.models import Consultation, PhaseMove
from ideas.models import Decision, Draft, Endorsement, Idea
from notifications.models import Letter, Mute, Notice, OutboxMessage
from viche import actions
from voting.models import Extension, Roll, Round


class LeavingForm(RefusableForm):
    sure = forms.BooleanField(label=_lazy("I want to delete my account, and know that it cannot be undone"))


@dataclass(frozen=True)
class Section:
    """Rows of one table that tell of a person: those whose `of` is the person, with these columns."""

    name: str
    model: type[Model]
    of: str
    columns: tuple[str, ...]


SECTIONS = (
    Section(
        "residency",
        Residency,
        "person",
        ("place__slug", "method", "since", "until", "withdrawn_at", "withdrawn_reason"),
    ),
    Section("tries_to_be_found_on_a_register", ResidencyAttempt, "person", ("at", "found")),
    Section("offices", Office, "person", ("place__slug", "role", "since", "until")),
    Section(
        "initiatives",
        Idea,
        "author",
        ("id", "consultation_id", "title", "problem", "proposal", "location", "cost", "language", "published_at"),
    ),
    Section("drafts", Draft, "author", ("consultation_id", "content", "saved_at")),
    Section("support", Endorsement, "person", ("idea_id", "idea__title", "at")),
    Section("votes", Roll, "person", ("round_id", "round__title", "channel", "receipt")),
    Section("letters", Letter, "person", ("kind", "key", "requested_at", "sent_at", "failed_at", "failure")),
    Section("notices", Notice, "person", ("news__name", "news__about", "news__facts", "news__at")),
    Section("letters_not_wanted", Mute, "person", ("kind", "at")),
    # What was done in an office, without the people it was done for.
    Section("attested_for_others", Residency, "attested_by", ("id", "place__slug", "since")),
    Section("registers_imported", RegisterImport, "imported_by", ("place__slug", "imported_at", "rows")),
    Section("consultations_prepared", Consultation, "created_by", ("id", "title")),
    Section("steps_moved", PhaseMove, "moved_by", ("phase_id", "reason", "at")),
    Section("initiatives_decided", Decision, "decided_by", ("idea_id", "outcome", "at")),
    Section("votes_prepared", Round, "created_by", ("id", "title")),
    Section("votes_extended", Extension, "extended_by", ("round_id", "reason", "at")),
)
# Tables with a path to a person that are told of in another way, or not at all, and why.
ELSEWHERE = {
    "accounts.Session": "told as `signed_in`, without the keys that would let a reader of the file in",
    "account.EmailAddress": "allauth's own book of addresses, which stays empty here",
}


def everything_about(person: Person, this_session: str | None) -> dict[str, Any]:
    """All that is kept about the person, as JSON-able data. What they chose in a vote is not found from the person."""
    told: dict[str, Any] = {
        "account": {
            "number": person.pk,
            "email": person.email,
            "name": person.name,
            "language": person.language,
            "created_at": person.created_at,
            "last_login": person.last_login,
        },
        "signed_in": [
            {"since": browser.since, "browser": browser.family, "ends": browser.ends}
            for browser in browsers.of(person, this_session)
        ],
    }
    for section in SECTIONS:
        rows = section.model._default_manager.filter(**{section.of: person})
        told[section.name] = list(rows.order_by("pk").values(*section.columns))
    told["journal"] = list(_journal(person))
    kept = OutboxMessage.objects.filter(to__iexact=person.email or "").order_by("id")
    told["letters_kept_here"] = list(kept.values("subject", "text", "at"))
    told["not_here"] = _("What you chose in a vote: nobody can show it to you, so nobody can make you show it.")
    return told


def _journal(person: Person) -> Iterator[dict[str, Any]]:
    mine = f"person:{person.pk}"
    for entry in Entry.objects.filter(Q(actor_id=person.pk) | Q(subject=mine)).order_by("id"):
        about_another = entry.subject.startswith("person:") and entry.subject != mine
        yield {
            "entry": entry.pk,
            "kind": entry.kind,
            "at": entry.at,
            "place": entry.place_id,
            "by_me": entry.actor_id == person.pk,
            "about": "" if about_another else entry.subject,
        }


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Download everything that is kept about me."""
    told = everything_about(member(request), request.session.session_key)
    content = json.dumps(told, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder)
    headers = {"Content-Disposition": 'attachment; filename="viche-my-data.json"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/json; charset=utf-8", headers=headers)


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Delete my account, after reading what that means."""
    form = LeavingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.delete_account(person=member(request), at=clock.now())
        logout(request)
        messages.success(request, _("Your account is deleted."))
        return redirect("viche:home")
    return render(request, "viche/leave.html", {"form": form})
