from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from commons.accounts.models import Office, Person
from commons.accounts.policies import holds_office
from commons.journal.actions import record
from commons.kernel import canonical, locks
from commons.kernel.verdicts import Refused, require
from commons.places.models import Place

from .. import keys
from ..bundle import OptionText
from ..events import RoundExtended, RoundScheduled
from ..models import Extension, Option, Round
from ..options import OptionDraft, checked
from ..rules import RuleError, validate_rule

LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")
CURRENCY = re.compile(r"[A-Z]{3}")
MAX_TITLE, MAX_QUESTION, MAX_REASON = 200, 2000, 500


def create_round(
    *,
    place: Place,
    title: str,
    question: str,
    language: str,
    rule: dict[str, Any],
    options: Sequence[OptionDraft],
    opens_at: datetime,
    closes_at: datetime,
    currency: str = "",
    by: Person | None,
    at: datetime,
) -> Round:
    """Schedule a round in a transaction of its own. What it takes and refuses: see `schedule_round`."""
    with transaction.atomic(durable=True):
        return schedule_round(
            place=place,
            title=title,
            question=question,
            language=language,
            rule=rule,
            options=options,
            opens_at=opens_at,
            closes_at=closes_at,
            currency=currency,
            by=by,
            at=at,
        )


def schedule_round(
    *,
    place: Place,
    title: str,
    question: str,
    language: str,
    rule: dict[str, Any],
    options: Sequence[OptionDraft],
    opens_at: datetime,
    closes_at: datetime,
    currency: str = "",
    by: Person | None,
    at: datetime,
) -> Round:
    """Put a question to the residents of a place: freeze the rule and the options, fix the two instants.

    Not durable by itself: an app above calls it inside its own transaction, so that its phase and the round
    come into being together. Alone, use `create_round`.

    rule: as voting.rules reads it, its budget in minor units of `currency`. options: the paper in its order.
    by: the official; None only for the platform's own set-up.
    Raises Refused: not_your_office, required, too_long, language_unknown, currency_unknown, rule_invalid,
    instants_invalid, options_missing and the other codes of options.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("schedule_round belongs into the caller's transaction; alone use create_round")
    if by is not None:
        require(holds_office(by, place, Office.Role.OFFICIAL, at=at))
    title, question = _text(title, "title", MAX_TITLE), _text(question, "question", MAX_QUESTION)
    if not LANGUAGE.fullmatch(language):
        raise Refused("language_unknown", field="language")
    drafts = checked(options)
    rule = _valid(rule, options=len(drafts))
    if (currency or "budget" in rule) and not CURRENCY.fullmatch(currency):
        raise Refused("currency_unknown", field="currency")
    _check_instants(opens_at, closes_at, at)
    digests = [
        OptionText(number=number, title=draft.title, text=draft.text, cost=draft.cost).digest()
        for number, draft in enumerate(drafts, start=1)
    ]
    slug = f"{place.slug}-{opens_at.astimezone(place.zone):%Y-%m}-{secrets.token_hex(4)}"
    round = Round.objects.create(
        place=place,
        slug=slug,
        title=title,
        question=question,
        language=language,
        rule=rule,
        rule_digest=canonical.digest(rule),
        options_digest=canonical.digest(digests),
        currency=currency,
        opens_at=opens_at,
        closes_at=closes_at,
        created_by=by,
        pseudonym_key=keys.new_round_key(slug),
    )
    Option.objects.bulk_create(
        Option(
            round=round,
            number=number,
            source=draft.source,
            title=draft.title,
            text=draft.text,
            cost=draft.cost,
            digest=frozen,
        )
        for number, (draft, frozen) in enumerate(zip(drafts, digests, strict=True), start=1)
    )
    record(
        RoundScheduled(
            place_id=place.pk,
            round=round.pk,
            opens_at=opens_at.isoformat(),
            closes_at=closes_at.isoformat(),
            rule_digest=round.rule_digest,
            options_digest=round.options_digest,
        ),
        at=at,
        actor_id=by.pk if by else None,
    )
    return round


def extend_round(*, round_id: int, closes_at: datetime, reason: str, by: Person, at: datetime) -> Extension:
    """Move the close later, in public and with a reason, as long as it has not come: an outage can be made good.

    Raises Refused: not_found, not_your_office, required, too_long, round_closed, extension_not_later.
    """
    with transaction.atomic(durable=True):
        # Alone, like a close: the one of the two that comes second sees what the first has done.
        locks.exclusive("round", round_id)
        round = Round.objects.select_related("place").filter(pk=round_id).first()
        if round is None:
            raise Refused("not_found")
        require(holds_office(by, round.place, Office.Role.OFFICIAL, at=at))
        reason = _text(reason, "reason", MAX_REASON)
        if round.closed_at is not None or at >= round.closes_at:
            raise Refused("round_closed")
        if closes_at.tzinfo is None or closes_at <= round.closes_at:
            raise Refused("extension_not_later", field="closes_at")
        extension = Extension.objects.create(
            round=round, old_closes_at=round.closes_at, new_closes_at=closes_at, reason=reason, extended_by=by, at=at
        )
        Round.objects.filter(pk=round_id).update(closes_at=closes_at)
        record(
            RoundExtended(place_id=round.place_id, round=round_id, closes_at=closes_at.isoformat(), reason=reason),
            at=at,
            actor_id=by.pk,
        )
    return extension


def _text(text: str, field: str, limit: int) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refused("required", field=field)
    if len(text) > limit:
        raise Refused("too_long", field=field, limit=limit)
    return text


def _valid(rule: dict[str, Any], *, options: int) -> dict[str, Any]:
    try:
        rule = validate_rule(rule)
    except RuleError as problem:
        raise Refused("rule_invalid", field="rule", problem=problem.detail) from None
    named = [number for group in rule.get("exclusive_groups", []) for number in group]
    if any(not 1 <= number <= options for number in named):
        raise Refused("rule_invalid", field="rule", problem="exclusive_groups names an option that is not there")
    if rule["min_selections"] > options:
        raise Refused("rule_invalid", field="rule", problem="min_selections is more than there are options")
    return rule


def _check_instants(opens_at: datetime, closes_at: datetime, at: datetime) -> None:
    if opens_at.tzinfo is None or closes_at.tzinfo is None:
        raise Refused("instants_invalid", field="opens_at")
    # The rules are public before the first vote: nobody learns of a round after it has begun.
    if opens_at < at:
        raise Refused("opens_in_the_past", field="opens_at")
    if closes_at <= opens_at:
        raise Refused("instants_invalid", field="closes_at")
