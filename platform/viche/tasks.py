from __future__ import annotations

from celery import shared_task

from commons.kernel import clock

from . import actions


@shared_task
def release_residencies() -> int:
    """Beat knocks once an hour."""
    return actions.release_residencies(at=clock.now())
