from __future__ import annotations

from celery import shared_task

from .relay import relay_batch


@shared_task
def relay() -> int:
    """Relay until nothing is left. Called as a hint after a commit, and by beat as the sweep."""
    total = 0
    while (claimed := relay_batch()) > 0:
        total += claimed
    return total
