from __future__ import annotations

from celery import shared_task

from commons.kernel import clock

from .relay import relay_batch
from .sealing import seal_batch


@shared_task
def relay() -> int:
    """Relay until nothing is left. Called as a hint after a commit, and by beat as the sweep."""
    total = 0
    while (claimed := relay_batch()) > 0:
        total += claimed
    return total


@shared_task
def seal() -> int:
    """Beat's knock: seal whatever was written since the last seal. Returns how many batches that made."""
    batches = 0
    while seal_batch(at=clock.now()) is not None:
        batches += 1
    return batches
