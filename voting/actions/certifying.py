from __future__ import annotations

import io
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction

from commons.journal.actions import record

from .. import bundle
from ..bundle import BundleError
from ..events import RoundCertified
from ..models import Ballot, Bundle, CastRequest, Round
from .counting import box_of_round

# No round may be open, or about to open, while the box's tables are written anew: voters would wait for it.
QUIET = timedelta(hours=1)
LOCK_TIMEOUT = "2s"


def certify_round(*, round_id: int, at: datetime) -> bool:
    """End the link between voters and ballots of a counted round, once. True if this call did it.

    When the time for objections (settings.OBJECTION_DAYS after the count) is over, the key of the pseudonyms and
    the box's rows are destroyed. What was voted stays in the signed bundle, in an order that chance made; who
    voted stays on the roll. Afterwards a repeated `request_id` is a late vote. Records RoundCertified.

    Raises BundleError (not_the_box) if the box is not what the bundle says: then it is evidence, and stays.
    """
    with transaction.atomic(durable=True):
        due = Round.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        counted_before = at - timedelta(days=settings.OBJECTION_DAYS)
        round = due.filter(pk=round_id, certified_at=None, counted_at__lte=counted_before).first()
        if round is None:
            return False
        published = bundle.read(io.BytesIO(bytes(Bundle.objects.get(result__round=round).content)))
        if list(published.ballots) != box_of_round(round):
            raise BundleError("not_the_box", f"round {round.slug}: the box and the published ballots differ")
        # First the stamp: the database lets nobody empty the box of a round that is not certified.
        Round.objects.filter(pk=round_id).update(certified_at=at, pseudonym_key=None)
        CastRequest.objects.filter(round=round).delete()
        Ballot.objects.filter(round=round).delete()
        record(RoundCertified(place_id=round.place_id, round=round_id, ballots=len(published.ballots)), at=at)
    return True


def scrub_boxes(*, at: datetime) -> int:
    """Write the box's tables anew without what certification deleted, so that it is gone from the disk too.

    A deleted row lies in PostgreSQL's files until something is written over it. Waits (returns 0) while a round is
    open or opens within the hour, and gives up after two seconds if somebody uses the tables. Returns how many
    rounds this has freed of their last traces. Must be called outside a transaction.
    """
    waiting = Round.objects.filter(certified_at__isnull=False, scrubbed_at=None)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    busy = Round.objects.filter(opens_at__lte=at + QUIET, closed_at=None)
    if not ids or busy.exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        try:
            cursor.execute("VACUUM (FULL) voting_ballot")
            cursor.execute("VACUUM (FULL) voting_castrequest")
        except OperationalError:
            return 0  # in use after all: the next knock tries again
        finally:
            cursor.execute("SELECT set_config('lock_timeout', '0', false)")
    return Round.objects.filter(pk__in=ids, scrubbed_at=None).update(scrubbed_at=at)
