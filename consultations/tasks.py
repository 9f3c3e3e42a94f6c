from __future__ import annotations

from celery import shared_task

from commons.kernel import clock

from . import actions


@shared_task
def record_phase_changes() -> int:
    """Beat's knock: announce phases whose instant has come. Returns how many announcements were recorded."""
    return actions.record_phase_changes(at=clock.now())
