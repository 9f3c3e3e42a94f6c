from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from commons.journal.actions import record

from .. import bundle, keys, methods, queries
from ..bundle import OptionText
from ..events import RoundCounted
from ..methods.interface import Selection, box_of
from ..models import Bundle, Result, Round, Turnout


def count_round(*, round_id: int, at: datetime) -> bool:
    """Count a closed round, publish the signed bundle, record RoundCounted: all of it once. True if this call did.

    Everything lies in one transaction: a worker that is killed leaves nothing behind and the next knock starts
    afresh. The box cannot change meanwhile, because nothing enters after `closed_at`.
    Raises ImproperlyConfigured without a signing key; BundleError if the roll and the box do not agree (then
    somebody has changed the tables, and no result is published).
    """
    key = keys.signing_key()
    with transaction.atomic(durable=True):
        # Claimed by the row itself: whoever comes while another counts finds nothing to do and goes on.
        # NO KEY: references to the round stay possible, so nobody waits behind a long count.
        claim = Round.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        round = claim.select_related("place").filter(pk=round_id, closed_at__isnull=False, counted_at=None).first()
        if round is None:
            return False
        options = [
            OptionText(number=option.number, title=option.title, text=option.text, cost=option.cost)
            for option in queries.options_of(round)
        ]
        ballots = box_of_round(round)
        receipts = sorted(round.roll.order_by("receipt").values_list("receipt", flat=True))
        outcome = methods.count(
            round.rule,
            bundle.option_data(options),
            box_of(selection for _, selection in ballots),
            seed=bundle.lot_seed(bundle.ballots_root(ballots)),
        )
        file = io.BytesIO()
        checkpoint = bundle.write(
            file,
            round_facts=_facts(round) | {"ballots": len(ballots), "voters": len(receipts)},
            rule=round.rule,
            options=options,
            ballots=ballots,
            receipts=receipts,
            outcome=outcome,
            key=key,
        )
        content = file.getvalue()
        sha256 = hashlib.sha256(content).hexdigest()
        # The primary key is the round: a second result is impossible, whatever the code above does.
        result = Result.objects.create(
            round=round,
            outcome=outcome.to_json(),
            ballots=len(ballots),
            counted_at=at,
            checkpoint=checkpoint,
            bundle_sha256=sha256,
        )
        Bundle.objects.create(result=result, content=content)
        Turnout.objects.update_or_create(
            round=round,
            defaults={
                "voters": len(receipts),
                "electorate": queries.electorate(round, round.closes_at),
                "as_of": round.closes_at,
            },
        )
        Round.objects.filter(pk=round_id, counted_at=None).update(counted_at=at)
        ids = dict(round.options.order_by("number").values_list("number", "pk"))
        record(
            RoundCounted(
                place_id=round.place_id,
                round=round_id,
                ballots=len(ballots),
                winners=tuple(ids[number] for number in outcome.winners),
                bundle_sha256=sha256,
            ),
            at=at,
        )
    return True


def box_of_round(round: Round) -> list[tuple[bytes, Selection]]:
    """Salt and selection of every ballot in the box, in the order in which they are published."""
    rows = round.ballots.order_by("pk").values_list("salt", "selection")
    return bundle.sorted_ballots((bytes(salt), tuple(selection)) for salt, selection in rows.iterator())


def _facts(round: Round) -> dict[str, Any]:
    """What round.json says beside the numbers. Instants in ISO 8601, UTC offsets as the database gives them."""
    return {
        "slug": round.slug,
        "origin": urlsplit(settings.ORIGIN).netloc,
        "place": round.place.facts(),
        "title": round.title,
        "question": round.question,
        "language": round.language,
        "currency": round.currency,
        "opens_at": round.opens_at.isoformat(),
        "closes_at": round.closes_at.isoformat(),
        "extensions": [
            {
                "from": extension.old_closes_at.isoformat(),
                "to": extension.new_closes_at.isoformat(),
                "reason": extension.reason,
            }
            for extension in round.extensions.order_by("new_closes_at")
        ],
        "rule_digest": round.rule_digest,
        "options_digest": round.options_digest,
    }
