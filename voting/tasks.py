"""Knocks of beat: what is due stands in the database. Each task finds it by a scan and is safe to run twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import F, Q

from commons.kernel import clock

from . import actions
from .models import Round

log = logging.getLogger(__name__)


@shared_task
def open_due() -> int:
    """Record the opening of every round whose instant has come. Returns how many were recorded."""
    at = clock.now()
    due = Round.objects.filter(opened_at=None, opens_at__lte=at).order_by("opens_at", "pk")
    return _each(due.values_list("pk", flat=True), lambda pk: actions.record_opening(round_id=pk, at=clock.now()))


@shared_task
def close_due() -> int:
    """Close every round whose instant has come, then count what is closed. Returns how many were counted.

    All are closed before the first is counted: a large count must not keep another box waiting.
    """
    at = clock.now()
    due = Round.objects.filter(closed_at=None, closes_at__lte=at).order_by("closes_at", "pk")
    _each(due.values_list("pk", flat=True), lambda pk: actions.close_round(round_id=pk, at=clock.now()))
    closed = Round.objects.filter(closed_at__isnull=False, counted_at=None).order_by("closes_at", "pk")
    return _each(closed.values_list("pk", flat=True), lambda pk: actions.count_round(round_id=pk, at=clock.now()))


@shared_task
def turnout_due() -> int:
    """Count the turnout of every open round, and once more after its close. Returns how many had changed."""
    at = clock.now()
    running = Round.objects.filter(
        Q(turnout=None) | Q(closed_at=None) | Q(turnout__as_of__lt=F("closed_at")), opens_at__lte=at, counted_at=None
    ).order_by("pk")
    return _each(running.values_list("pk", flat=True), lambda pk: actions.count_turnout(round_id=pk, at=clock.now()))


@shared_task
def certify_due() -> int:
    """Certify every counted round whose time for objections is over, then free the disk of their boxes.

    Returns how many were certified.
    """
    at = clock.now()
    due = Round.objects.filter(certified_at=None, counted_at__lte=at - timedelta(days=settings.OBJECTION_DAYS))
    certified = _each(
        due.order_by("counted_at", "pk").values_list("pk", flat=True),
        lambda pk: actions.certify_round(round_id=pk, at=clock.now()),
    )
    actions.scrub_boxes(at=clock.now())
    return certified


def _each(ids: Iterable[int], act: Callable[[int], object]) -> int:
    done = 0
    for pk in list(ids):
        try:
            done += bool(act(pk))
        except Exception:
            # One broken round must not keep the others from their hour; the next knock tries it again.
            log.exception("round %s", pk)
    return done
