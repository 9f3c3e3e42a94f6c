from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from commons.accounts.models import Person
from commons.journal.actions import record
from commons.kernel.verdicts import Refused, require
from consultations.models import Consultation
from ideas import policies
from ideas.checks import checked, draft_content
from ideas.events import IdeaPublished
from ideas.models import Draft, Idea

from .held import consultation_held


def save_draft(*, consultation: Consultation, author: Person, content: dict[str, Any], at: datetime) -> Draft:
    """Keep what somebody has typed so far, unchecked but bounded in size; one draft per person and consultation.

    Records nothing: a draft is nobody's business but the author's. Raises Refused (draft_too_large, and what
    policies.can_write says).
    """
    kept = draft_content(content)
    with transaction.atomic(durable=True):
        require(policies.can_write(author, consultation, at=at))
        draft, _created = Draft.objects.update_or_create(
            consultation=consultation, author=author, defaults={"content": kept, "saved_at": at}
        )
    return draft


def publish_idea(
    *,
    consultation: Consultation,
    author: Person,
    title: str,
    problem: str,
    proposal: str,
    location: str,
    cost: int | None,
    language: str,
    at: datetime,
) -> Idea:
    """Publish an initiative while collecting is open, and throw the author's draft away. Records IdeaPublished.

    `cost` is in minor units of the place's currency. Raises Refused (sign_in_first, not_resident,
    collecting_not_open, idea_already_published) and RefusedFields (see checks.checked).
    """
    try:
        with transaction.atomic(durable=True):
            current = consultation_held(consultation.pk)
            require(policies.can_write(author, current, at=at))
            content = checked(
                consultation=current,
                title=title,
                problem=problem,
                proposal=proposal,
                location=location,
                cost=cost,
            )
            idea = Idea.objects.create(
                consultation=current,
                author=author,
                language=language if language in current.place.languages else current.language,
                published_at=at,
                **content,
            )
            Draft.objects.filter(consultation=current, author=author).delete()
            record(
                IdeaPublished(place_id=current.place_id, idea=idea.pk, consultation=current.pk),
                at=at,
                actor_id=author.pk,
            )
    except IntegrityError as violation:
        if "idea_published_once" not in str(violation):
            raise
        raise Refused("idea_already_published", field="title") from None
    return idea
