from __future__ import annotations

from celery import shared_task

from . import actions


@shared_task
def prune() -> int:
    """Beat's knock: drop frames that nobody can ask for any more."""
    return actions.prune()
