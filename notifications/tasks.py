from __future__ import annotations

from celery import shared_task

from commons.kernel import clock

from .actions import plan_letters
from .post import send_due


@shared_task
def letters() -> int:
    """Request what is due and send until nothing is left. Beat knocks; several at once share the work."""
    plan_letters(at=clock.now())
    total = 0
    while (claimed := send_due()) > 0:
        total += claimed
    return total
