from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from commons.accounts.models import Person
from commons.journal.actions import record
from commons.kernel import locks
from commons.kernel.text import line
from commons.kernel.verdicts import Refused, require
from commons.places.models import Place
from voting.models import Round

from . import policies, queries, timeline
from .checks import checked
from .events import (
    ConsultationDrafted,
    ConsultationEdited,
    ConsultationPublished,
    PhaseClosed,
    PhaseMoved,
    PhaseOpened,
)
from .models import Consultation, Phase, PhaseMove
from .timeline import PhasePlan


def draft_consultation(
    *,
    place: Place,
    title: str,
    summary: str,
    text: str,
    language: str,
    budget: int | None,
    support_threshold: int,
    phases: Sequence[PhasePlan],
    by: Person,
    at: datetime,
) -> Consultation:
    """Begin a consultation that only officials of the place see. Everything but the title may still be missing.

    `budget` is in minor units of the place's currency. Records ConsultationDrafted.
    Raises Refused (not_your_office) and RefusedFields (see checks.checked).
    """
    require(policies.can_prepare(by, place, at=at))
    content = checked(
        place=place,
        title=title,
        summary=summary,
        text=text,
        language=language,
        budget=budget,
        support_threshold=support_threshold,
        phases=phases,
    )
    with transaction.atomic(durable=True):
        consultation = Consultation.objects.create(place=place, created_by=by, created_at=at, **content)
        _write_phases(consultation, phases)
        record(ConsultationDrafted(place_id=place.pk, consultation=consultation.pk), at=at, actor_id=by.pk)
    return consultation


def edit_draft(
    *,
    consultation: Consultation,
    title: str,
    summary: str,
    text: str,
    language: str,
    budget: int | None,
    support_threshold: int,
    phases: Sequence[PhasePlan],
    by: Person,
    at: datetime,
) -> Consultation:
    """Write a draft anew, its phases included. Records ConsultationEdited.

    Raises Refused (not_your_office, already_published) and RefusedFields (see checks.checked).
    """
    with transaction.atomic(durable=True):
        draft = _locked(consultation.pk)
        require(policies.can_prepare(by, draft.place, at=at))
        if draft.published_at is not None:
            raise Refused("already_published")
        content = checked(
            place=draft.place,
            title=title,
            summary=summary,
            text=text,
            language=language,
            budget=budget,
            support_threshold=support_threshold,
            phases=phases,
        )
        for name, value in content.items():
            setattr(draft, name, value)
        draft.save(update_fields=list(content))
        draft.phases.all().delete()
        _write_phases(draft, phases)
        record(ConsultationEdited(place_id=draft.place_id, consultation=draft.pk), at=at, actor_id=by.pk)
    return draft


def publish_consultation(*, consultation: Consultation, by: Person, at: datetime) -> Consultation:
    """Show the consultation to everybody. Records ConsultationPublished; its phases open by their instants.

    Raises Refused (not_your_office, already_published, consultation_incomplete).
    """
    with transaction.atomic(durable=True):
        draft = _locked(consultation.pk)
        require(policies.can_prepare(by, draft.place, at=at))
        if draft.published_at is not None:
            raise Refused("already_published")
        if not all(item.done for item in queries.completeness(draft, at)):
            raise Refused("consultation_incomplete")
        draft.published_at = at
        draft.save(update_fields=["published_at"])
        record(ConsultationPublished(place_id=draft.place_id, consultation=draft.pk), at=at, actor_id=by.pk)
    return draft


def move_phase(
    *, phase: Phase, opens_at: datetime, closes_at: datetime, reason: str, by: Person, at: datetime
) -> Phase:
    """Move a phase of a published consultation, in public and with a reason: only what has not begun or not ended.

    Records PhaseMoved and keeps the old instants in a PhaseMove. Raises Refused (not_your_office, not_published,
    phase_over, phase_already_open, instant_in_past, phase_backwards, phases_overlap, round_is_set; required,
    too_long, control_characters for the reason).
    """
    with transaction.atomic(durable=True):
        consultation = _locked(phase.consultation_id)
        require(policies.can_prepare(by, consultation.place, at=at))
        if consultation.published_at is None:
            raise Refused("not_published")
        current = consultation.phases.get(pk=phase.pk)
        if current.round_id is not None:
            raise Refused("round_is_set")
        state = current.state(at)
        if state == timeline.DONE:
            raise Refused("phase_over")
        if state == timeline.OPEN and opens_at != current.opens_at:
            raise Refused("phase_already_open", field="opens")
        if state == timeline.COMING and opens_at < at:
            raise Refused("instant_in_past", field="opens")
        if closes_at <= at:
            raise Refused("instant_in_past", field="closes")
        if closes_at <= opens_at:
            raise Refused("phase_backwards", field="closes")
        moved = PhasePlan(kind=current.kind, opens_at=opens_at, closes_at=closes_at)
        if timeline.overlap([moved, *consultation.phases.exclude(pk=current.pk)]):
            raise Refused("phases_overlap", field="opens")
        _move(
            consultation,
            current,
            opens_at=opens_at,
            closes_at=closes_at,
            reason=line(reason, field="reason", limit=500),
            by=by,
            at=at,
        )
    return current


def give_round(*, phase: Phase, round_: Round, by: Person, at: datetime) -> None:
    """The voting step is this vote: it ends when the vote does, in public if that is earlier than planned.

    Part of the transaction in which the ballot is made, which holds the consultation's lock. Records PhaseMoved.
    """
    phase.round = round_
    phase.save(update_fields=["round"])
    if round_.closes_at < phase.closes_at:
        consultation = phase.consultation
        with translation.override(consultation.language):
            reason = gettext("The ballot is made, and its vote closes then.")
        _move(
            consultation,
            phase,
            opens_at=phase.opens_at,
            closes_at=round_.closes_at,
            reason=reason,
            by=by,
            at=at,
        )


def follow_round(*, round_id: int, closes_at: datetime, reason: str, at: datetime) -> None:
    """A round was extended: its voting phase ends with it, and what comes after begins no earlier.

    Safe to repeat. Records PhaseMoved for each phase that moves.
    """
    with transaction.atomic(durable=True):
        vote = Phase.objects.filter(round_id=round_id).first()
        if vote is None:
            return
        consultation = _locked(vote.consultation_id)
        phases = timeline.in_order(consultation.phases.all())
        earliest = closes_at
        for phase in phases[[item.pk for item in phases].index(vote.pk) :]:
            opens = phase.opens_at if phase.pk == vote.pk else max(phase.opens_at, earliest)
            closes = max(
                phase.closes_at,
                closes_at if phase.pk == vote.pk else phase.closes_at + (opens - phase.opens_at),
            )
            if (opens, closes) != (phase.opens_at, phase.closes_at):
                _move(consultation, phase, opens_at=opens, closes_at=closes, reason=reason, by=None, at=at)
            earliest = closes


def record_phase_changes(*, at: datetime) -> int:
    """Record PhaseOpened and PhaseClosed for every phase whose instant has come: each exactly once.

    Called by beat; may run several times at once, late, or not at all for a while: it announces and decides nothing.
    Each announcement is claimed by a conditional write in its own transaction. Returns how many were recorded.
    """
    published = Phase.objects.filter(consultation__published_at__lte=at)
    closing = [(phase.closes_at, 0, phase) for phase in published.filter(closing_recorded_at=None, closes_at__lte=at)]
    opening = [(phase.opens_at, 1, phase) for phase in published.filter(opening_recorded_at=None, opens_at__lte=at)]
    # In the order in which it happened; where two steps touch, one ends before the next begins.
    due = sorted(closing + opening, key=lambda item: (item[0], item[1], item[2].pk))
    return sum(_announce(phase, closing=turn == 0, at=at) for _instant, turn, phase in due)


def _announce(phase: Phase, *, closing: bool, at: datetime) -> int:
    """Claim one announcement; 0 if another worker was quicker or the phase was moved meanwhile."""
    with transaction.atomic(durable=True):
        row = Phase.objects.filter(pk=phase.pk)
        if closing:
            claimed = row.filter(closing_recorded_at=None, closes_at__lte=at).update(closing_recorded_at=at)
        else:
            claimed = row.filter(opening_recorded_at=None, opens_at__lte=at).update(opening_recorded_at=at)
        if claimed:
            event = PhaseClosed if closing else PhaseOpened
            record(
                event(
                    place_id=Consultation.objects.values_list("place_id", flat=True).get(pk=phase.consultation_id),
                    consultation=phase.consultation_id,
                    phase=phase.pk,
                    phase_kind=phase.kind,
                ),
                at=at,
            )
    return claimed


def _locked(pk: int) -> Consultation:
    """The consultation, alone: who publishes ideas, decides or sets the vote holds the lock shared or waits."""
    locks.exclusive("phase", pk)
    return Consultation.objects.select_related("place").get(pk=pk)


def _write_phases(consultation: Consultation, phases: Sequence[PhasePlan]) -> None:
    Phase.objects.bulk_create(
        Phase(consultation=consultation, kind=plan.kind, opens_at=plan.opens_at, closes_at=plan.closes_at)
        for plan in phases
    )


def _move(
    consultation: Consultation,
    phase: Phase,
    *,
    opens_at: datetime,
    closes_at: datetime,
    reason: str,
    by: Person | None,
    at: datetime,
) -> None:
    PhaseMove.objects.create(
        phase=phase,
        old_opens_at=phase.opens_at,
        old_closes_at=phase.closes_at,
        new_opens_at=opens_at,
        new_closes_at=closes_at,
        reason=reason,
        moved_by=by,
        at=at,
    )
    phase.opens_at, phase.closes_at = opens_at, closes_at
    phase.save(update_fields=["opens_at", "closes_at"])
    record(
        PhaseMoved(
            place_id=consultation.place_id,
            consultation=consultation.pk,
            phase=phase.pk,
            phase_kind=phase.kind,
            opens_at=opens_at.isoformat(),
            closes_at=closes_at.isoformat(),
            reason=reason,
        ),
        at=at,
        actor_id=by.pk if by else None,
    )
