from __future__ import annotations

import time

from celery import shared_task

from commons.kernel import clock

from .actions import plan_letters
from .post import LEASE, send_due

# Beat knocks every few seconds: what is left goes on at the next knock, and a round that is due is not kept waiting
# by ten thousand letters before it in a small machine's only worker.
SECONDS = 4


@shared_task
def letters(lease: int = LEASE) -> int:
    """Request what is due and send until nothing is left. Beat knocks; several at once share the work."""
    plan_letters(at=clock.now())
    begun, total = time.monotonic(), 0
    while time.monotonic() - begun < SECONDS and (done := send_due(lease=lease)) > 0:
        total += done
    return total
