from __future__ import annotations

from celery import shared_task

from commons.kernel import clock

from .actions import forget_ended_sessions


@shared_task
def forget_sessions() -> int:
    """Beat knocks once an hour."""
    return forget_ended_sessions(at=clock.now())
