from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import condition, require_GET, require_http_methods

from commons.accounts.visitors import visitor
from commons.kernel import clock
from commons.kernel.verdicts import Refused
from commons.live.queries import seq_of

from . import actions, policies, queries, receipts
from .models import Bundle, Round
from .words import result_rows, rule_words, step_words, tie_words

PAGE = 30
MOST_OPEN = 100


@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """Votes that are open now, and all results."""
    at = clock.now()
    page = Paginator(queries.counted_rounds(), PAGE).get_page(request.GET.get("page"))
    return render(request, "voting/list.html", {"at": at, "open": queries.open_rounds(at)[:MOST_OPEN], "page": page})


@never_cache
@require_GET
def ballot(request: HttpRequest, pk: int) -> HttpResponse:
    """The ballot paper, or what is missing before one can vote."""
    return _paper(request, queries.round_with_place(pk))


@require_http_methods(["GET", "POST"])
def cast(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a ballot. What is refused comes back with everything that was ticked."""
    if request.method == "GET":
        # Where signing in leads back to after a ballot was sent with an ended session.
        return redirect("voting:round", pk=pk)
    ticked = request.POST.getlist("options")
    try:
        request_id = uuid.UUID(request.POST.get("request_id", ""))
        selection: object = [int(number) for number in ticked]
    except ValueError:
        # What no page of ours sends; the action says what is wrong with it.
        request_id, selection = uuid.uuid4(), None
    try:
        taken = actions.cast(round_id=pk, person=visitor(request), selection=selection, request_id=request_id)
    except Refused as refused:
        if refused.code == "not_found":
            raise
        return _paper(request, queries.round_with_place(pk), refused=refused, ticked=ticked)
    address = reverse("voting:receipt", args=[pk])
    # A page sent a second time changes nothing, even if something else was ticked on it: the receipt says so.
    return redirect(f"{address}?again" if taken.repeated else address)


def _paper(
    request: HttpRequest, round: Round, *, refused: Refused | None = None, ticked: list[str] | None = None
) -> HttpResponse:
    at, person = clock.now(), visitor(request)
    chosen = set(ticked or [])
    options = [
        {
            "id": option.number,
            "title": option.title,
            "text": option.text,
            "cost": option.cost,
            "language": round.language,
            "chosen": str(option.number) in chosen,
        }
        for option in queries.options_of(round)
    ]
    context: dict[str, Any] = {
        "at": at,
        "round": round,
        "place": round.place,
        "verdict": policies.can_vote(person, round, at),
        "open": policies.in_time(round, at).allowed,
        "voted": queries.vote_of(person, round),
        "options": options,
        "over_allowed": round.rule.get("max_cost") is None,
        "chosen_cost": sum(option["cost"] for option in options if option["chosen"]),
        # The server draws it, so that a page sent twice by a shaky line is one vote. A refused one was not used up,
        # but a fresh one serves as well, also when the one that was sent is the reason of the refusal.
        "request_id": uuid.uuid4(),
        "refused": refused,
        "turnout": getattr(round, "turnout", None),
        "seq": seq_of(f"round:{round.pk}"),
        "rules": rule_words(round.rule, round.currency),
    }
    return render(request, "voting/ballot.html", context, status=refused.status if refused else 200)


@never_cache
@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """My receipt. The page says the same whatever was chosen: it cannot be shown to a buyer."""
    round = queries.round_with_place(pk)
    voted = queries.vote_of(visitor(request), round)
    if voted is None:
        return redirect("voting:round", pk=pk)
    at = clock.now()
    context = {
        "at": at,
        "round": round,
        "place": round.place,
        "voted": voted,
        "again": "again" in request.GET,
        "open": policies.in_time(round, at).allowed,
    }
    return render(request, "voting/receipt.html", context)


@require_GET
def rules(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules of this vote in plain words, made from the data that it is counted by."""
    round = queries.round_with_place(pk)
    context = {"at": clock.now(), "round": round, "place": round.place, "rules": rule_words(round.rule, round.currency)}
    return render(request, "voting/rules.html", context)


@require_GET
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """The result with every step of the count; before the count, when it will be there."""
    round = queries.round_with_place(pk)
    context: dict[str, Any] = {"at": clock.now(), "round": round, "place": round.place}
    if round.counted_at is None:
        return render(request, "voting/no_result.html", context)
    found = queries.result_of(round)
    titles = {option.number: option.title for option in queries.options_of(round)}
    typed = request.GET.get("receipt", "")
    code = receipts.read(typed) if typed else None
    context |= {
        "result": found,
        "rows": result_rows(found.outcome, titles, round.language),
        "best": max((row["votes"] for row in found.outcome["tally"]), default=0),
        "steps": step_words(found.outcome, titles, round.currency),
        "ties": tie_words(found.outcome, titles),
        "recount": f"viche recount round-{round.slug}.viche.zip",
        "typed": typed,
        "receipt_found": code is not None and round.roll.filter(receipt=code).exists(),
    }
    return render(request, "voting/result.html", context)


def _bundle_etag(request: HttpRequest, pk: int) -> str | None:
    found = Bundle.objects.filter(result__round=pk).values_list("result__bundle_sha256", flat=True).first()
    return quote_etag(found) if found else None


@require_GET
@condition(etag_func=_bundle_etag)
def bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """The published file, as it was signed."""
    found = Bundle.objects.select_related("result__round").filter(result__round=pk).first()
    if found is None:
        raise Refused("not_counted_yet")
    answer = HttpResponse(bytes(found.content), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="round-{found.result.round.slug}.viche.zip"'
    return answer
