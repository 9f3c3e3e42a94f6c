"""Sends the letters that are due: claimed, rendered in the reader's language, handed to the mail server, marked.

A crash between the server's "250" and our mark repeats that one letter, with the same Message-ID, so that the reader's
mail program shows it once. Nothing else is ever sent twice.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from .declare import declared
from .models import Letter, Notice
from .unsubscribe import token_for

log = logging.getLogger(__name__)

BATCH = 50
# A letter whose sender died is taken up again after this many seconds.
LEASE = 120
# A mail server that is away or says 4xx: after 1, 4, 9 ... minutes, at most an hour, for about two days.
LAST_ATTEMPT = 60

CLAIM = """
UPDATE notifications_letter SET claimed_until = now() + %s * interval '1 second', attempts = attempts + 1
WHERE id IN (
    SELECT id FROM notifications_letter
    WHERE sent_at IS NULL AND failed_at IS NULL AND next_try_at <= now()
      AND (claimed_until IS NULL OR claimed_until < now())
    ORDER BY next_try_at, id LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""
SENT = "UPDATE notifications_letter SET sent_at = now(), claimed_until = NULL WHERE id = %s AND sent_at IS NULL"
LATER = """
UPDATE notifications_letter
SET claimed_until = NULL, failure = %s,
    next_try_at = now() + least(attempts * attempts, 60) * interval '1 minute',
    failed_at = CASE WHEN attempts >= %s THEN now() END
WHERE id = %s
"""
NEVER = "UPDATE notifications_letter SET claimed_until = NULL, failure = %s, failed_at = now() WHERE id = %s"


@dataclass(frozen=True)
class Item:
    """One notice in words."""

    headline: str
    text: str


def send_due(limit: int = BATCH) -> int:
    """Claim up to `limit` due letters and send them over one connection. Returns how many were claimed."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [LEASE, limit])
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return 0
    letters = Letter.objects.filter(id__in=ids).select_related("person").order_by("next_try_at", "id")
    notices = _notices(ids)
    server: BaseEmailBackend = get_connection()
    for letter in letters:
        _send(letter, notices.get(letter.pk, []), server)
    server.close()
    return len(ids)


def _notices(letter_ids: list[int]) -> dict[int, list[Notice]]:
    """The notices of each letter: deadlines first, then by matter and in the order in which things happened."""
    found = Notice.objects.filter(letter__in=letter_ids).select_related("news")
    far = "9999"
    ordered = sorted(
        found,
        key=lambda n: (
            n.letter_id,
            n.news.deadline.isoformat() if n.news.deadline else far,
            n.news.about,
            n.news.position,
        ),
    )
    return {letter: list(group) for letter, group in groupby(ordered, key=lambda n: n.letter_id)}


def _send(letter: Letter, notices: list[Notice], server: BaseEmailBackend) -> None:
    try:
        message = compose(letter, notices)
        message.connection = server
        message.send()
    except smtplib.SMTPResponseException as refusal:
        reason = f"{refusal.smtp_code}"
        _mark(*((NEVER, reason) if refusal.smtp_code >= 500 else (LATER, reason)), letter)
        server.close()
    except smtplib.SMTPRecipientsRefused as refusal:
        code = max(code for code, _text in refusal.recipients.values())
        _mark(*((NEVER, f"{code}") if code >= 500 else (LATER, f"{code}")), letter)
    except (OSError, smtplib.SMTPException) as away:
        _mark(LATER, type(away).__name__, letter)
        server.close()
    else:
        with connection.cursor() as cursor:
            cursor.execute(SENT, [letter.pk])


def _mark(statement: str, reason: str, letter: Letter) -> None:
    log.warning("letter %s was not sent: %s", letter.pk, reason)
    with connection.cursor() as cursor:
        cursor.execute(statement, [reason, *([LAST_ATTEMPT] if statement is LATER else []), letter.pk])


def compose(letter: Letter, notices: Iterable[Notice]) -> EmailMultiAlternatives:
    """The letter as an e-mail in the reader's language, text and HTML, with one-click unsubscribe (RFC 8058)."""
    person = letter.person
    with translation.override(person.language):
        items = [_in_words(notice) for notice in notices]
        leave = settings.ORIGIN + reverse("notifications:unsubscribe", args=[token_for(person, letter.kind)])
        context = {
            "items": items,
            "kind": letter.kind,
            "unsubscribe_url": leave,
            "language": person.language,
            "subject": _subject(letter, items),
        }
        return EmailMultiAlternatives(
            subject=context["subject"],
            body=render_to_string("notifications/letter.txt", context),
            to=[person.email or ""],
            headers={
                "Message-ID": message_id(letter),
                "List-Unsubscribe": f"<{leave}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
            alternatives=[(render_to_string("notifications/letter.html", context), "text/html")],
        )


def message_id(letter: Letter) -> str:
    """The same for every attempt at the same letter."""
    mark = hashlib.sha256(f"{letter.kind}|{letter.key}|{letter.person_id}|{letter.pk}".encode()).hexdigest()[:32]
    return f"<{mark}@{urlsplit(settings.ORIGIN).hostname}>"


def _in_words(notice: Notice) -> Item:
    words = render_to_string(
        declared(notice.news.name).template, {**notice.news.facts, "origin": settings.ORIGIN}
    ).strip()
    headline, _newline, text = words.partition("\n")
    return Item(headline.strip(), text.strip())


def _subject(letter: Letter, items: list[Item]) -> str:
    if not items:
        return _("News from your municipality")
    if len(items) == 1 or letter.kind == Letter.Kind.OUTCOME:
        return items[0].headline[:200]
    return _("%(headline)s, and more news") % {"headline": items[0].headline[:150]}
