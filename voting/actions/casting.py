from __future__ import annotations

import os
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from commons.accounts.models import Person
from commons.kernel import canonical, locks
from commons.kernel.verdicts import Refused, require

from .. import keys, policies, queries, receipts
from ..models import Roll

SALT_LENGTH = 16
# The second key of a pair of advisory locks is a 32-bit integer.
MAX_ROUND_ID = 2**31 - 1
# Two voters drawing one receipt is a matter of one in 10^16 per pair; then another is drawn.
DRAWS = 3


@dataclass(frozen=True)
class Receipt:
    """What a voter gets for a vote. `repeated`: this `request_id` had been accepted before; nothing changed now."""

    round_id: int
    code: str
    repeated: bool


def cast(
    *, round_id: int, person: Person | None, selection: object, request_id: UUID, channel: str = Roll.Channel.SCREEN
) -> Receipt:
    """Put a ballot into the box, or replace the one the person put there before: the last one counts.

    `selection` is what was chosen, as the round's rule wants it (for approval: numbers of options).
    The clock is not passed in: the database's clock at the start of this transaction decides, after the lock.
    A repeated `request_id` gives the same receipt, even after the close (until certification), and changes nothing.

    Raises Refused: sign_in_first, not_found, request_of_another, round_not_open_yet, round_closed, not_resident,
    and the codes of an invalid ballot (malformed_ballot, unknown_option, repeated_option, ...).
    """
    # No journal entry, no live message, no cache: one row per vote in an ordered log would tell who voted how
    # (its order and time join roll and ballot), and the vote path needs PostgreSQL alone.
    if person is None or not person.is_authenticated:
        raise Refused("sign_in_first")
    if not 0 < round_id <= MAX_ROUND_ID:
        raise Refused("not_found")
    for draw in range(1, DRAWS + 1):
        try:
            with transaction.atomic(durable=True):
                return _cast(round_id, person.pk, selection, request_id, channel)
        except IntegrityError as violation:
            if "receipt_once" not in str(violation) or draw == DRAWS:
                raise
    raise AssertionError("the last draw returns or raises")


# Read in a statement *after* the lock is held, so that its snapshot sees a close that came before us; now() is
# still the instant at which this transaction began, which is what decides whether the vote is in time.
# The condition on residency is ResidencyQuerySet.valid().within(); a test holds the two together.
READ = """
SELECT now(), r.opens_at, r.closes_at, r.closed_at, r.rule_digest, r.options_digest, r.slug, r.pseudonym_key,
       EXISTS (
           SELECT 1 FROM accounts_residency a JOIN places_place home ON home.id = a.place_id
           WHERE a.person_id = %(person)s AND a.withdrawn_at IS NULL
             AND a.since <= now() AND (a.until IS NULL OR a.until > now())
             AND starts_with(home.path, p.path)
       ),
       v.person_id, v.receipt
FROM voting_round r
JOIN places_place p ON p.id = r.place_id
LEFT JOIN voting_castrequest c ON c.round_id = r.id AND c.request_id = %(request)s
LEFT JOIN voting_roll v ON v.id = c.roll_id
WHERE r.id = %(round)s
"""

# One statement. The voter's row comes first: it queues the same person's parallel requests, each of which then
# sees whether its request is known. Only a request that is new touches the box.
WRITE = """
WITH voter AS (
    INSERT INTO voting_roll (round_id, person_id, channel, receipt)
    VALUES (%(round)s, %(person)s, %(channel)s, %(receipt)s)
    ON CONFLICT (round_id, person_id) DO UPDATE SET channel = EXCLUDED.channel
    RETURNING id, receipt
), request AS (
    INSERT INTO voting_castrequest (round_id, request_id, roll_id)
    SELECT %(round)s, %(request)s, voter.id FROM voter
    ON CONFLICT (round_id, request_id) DO NOTHING
    RETURNING id
), box AS (
    INSERT INTO voting_ballot (id, round_id, pseudonym, selection, salt)
    SELECT gen_random_uuid(), %(round)s, %(pseudonym)s, %(selection)s, %(salt)s FROM request
    ON CONFLICT (round_id, pseudonym) DO UPDATE SET selection = EXCLUDED.selection, salt = EXCLUDED.salt
    RETURNING 1
)
SELECT voter.receipt, (SELECT count(*) FROM box) FROM voter
"""

# A new statement has a new snapshot and sees who won the race for the request.
OWNER = """
SELECT v.person_id, v.receipt FROM voting_castrequest c JOIN voting_roll v ON v.id = c.roll_id
WHERE c.round_id = %(round)s AND c.request_id = %(request)s
"""


def _cast(round_id: int, person_id: int, selection: object, request_id: UUID, channel: str) -> Receipt:
    locks.shared("round", round_id)
    with connection.cursor() as cursor:
        cursor.execute(READ, {"round": round_id, "person": person_id, "request": request_id})
        found = cursor.fetchone()
        if found is None:
            raise Refused("not_found")
        at, opens_at, closes_at, closed_at, rule_digest, options_digest, slug, sealed, resident, owner, code = found
        if owner is not None:
            return _repeated(round_id, person_id, owner, code)
        require(policies.box_is_open(opens_at=opens_at, closes_at=closes_at, closed_at=closed_at, at=at))
        if not resident:
            raise Refused("not_resident")
        valid = queries.paper(round_id, rule_digest, options_digest).valid(selection)
        cursor.execute(
            WRITE,
            {
                "round": round_id,
                "person": person_id,
                "channel": channel,
                "receipt": receipts.new(),
                "request": request_id,
                "pseudonym": keys.pseudonym(keys.open_round_key(sealed, slug), person_id),
                "selection": canonical.dumps(valid).decode(),
                "salt": os.urandom(SALT_LENGTH),
            },
        )
        code, written = cursor.fetchone()
        if written:
            return Receipt(round_id=round_id, code=code, repeated=False)
        cursor.execute(OWNER, {"round": round_id, "request": request_id})
        return _repeated(round_id, person_id, *cursor.fetchone())


def _repeated(round_id: int, person_id: int, owner: int, code: str) -> Receipt:
    if owner != person_id:
        raise Refused("request_of_another")
    return Receipt(round_id=round_id, code=code, repeated=True)
