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
from datetime import UTC, datetime
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

BATCH = 20
# Seconds for which a sender may hold a letter. Renewed before each letter; who finds it lost leaves the letter alone.
# Longer than Celery lets a task live: when it has run out, its holder is dead.
LEASE = 300
# A mail server that is away or says 4xx: after 1, 4, 9 ... minutes, at most an hour, for about two days.
LAST_ATTEMPT = 60

# ARRAY(...) is read once. A plain IN (... LIMIT n) may be read again for each row, and then claims more than n.
CLAIM = """
UPDATE notifications_letter SET claimed_until = now() + %s * interval '1 second', attempts = attempts + 1
WHERE id = ANY (ARRAY (
    SELECT id FROM notifications_letter
    WHERE sent_at IS NULL AND failed_at IS NULL AND next_try_at <= now()
      AND (claimed_until IS NULL OR claimed_until < now())
    ORDER BY next_try_at, id LIMIT %s FOR UPDATE SKIP LOCKED
))
RETURNING id, claimed_until
"""
# `claimed_until` is the mark of its holder: it changes with every claim. A letter that was withdrawn is not renewed.
RENEW = """
UPDATE notifications_letter SET claimed_until = clock_timestamp() + %s * interval '1 second'
WHERE id = %s AND claimed_until = %s AND sent_at IS NULL AND failed_at IS NULL
RETURNING claimed_until
"""
# What the server took is sent, whatever happened to the claim or the wish meanwhile.
SENT = """
UPDATE notifications_letter SET sent_at = now(), claimed_until = NULL, failed_at = NULL, failure = ''
WHERE id = %s AND sent_at IS NULL
"""
LATER = """
UPDATE notifications_letter
SET claimed_until = NULL, failure = %s,
    next_try_at = now() + least(attempts * attempts, 60) * interval '1 minute',
    failed_at = CASE WHEN attempts >= %s THEN now() END
WHERE id = %s AND claimed_until = %s AND sent_at IS NULL AND failed_at IS NULL
"""
NEVER = """
UPDATE notifications_letter SET claimed_until = NULL, failure = %s, failed_at = now()
WHERE id = %s AND claimed_until = %s AND sent_at IS NULL AND failed_at IS NULL
"""


@dataclass(frozen=True)
class Item:
    """One notice in words."""

    headline: str
    text: str


def send_due(limit: int = BATCH, lease: int = LEASE) -> int:
    """Claim up to `limit` due letters and send them over one connection. Returns how many the server answered to.

    0: nothing is due, or the mail server is away. `lease` is in seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [lease, limit])
        claims = dict(cursor.fetchall())
    if not claims:
        return 0
    letters = list(Letter.objects.filter(id__in=claims).select_related("person").order_by("next_try_at", "id"))
    notices = _notices(list(claims))
    server: BaseEmailBackend = get_connection()
    answered = 0
    for letter in letters:
        letter.claimed_until = claims[letter.pk]  # our mark, whoever may hold it by now
    for number, letter in enumerate(letters):
        try:
            server.open()
        except OSError as away:  # also every SMTPException: wrong password, refused greeting
            for waiting in letters[number:]:
                _put_off(waiting, _reason(away))
            server.close()  # it may be half open
            return answered
        if _renew(letter, lease):
            _send(letter, notices.get(letter.pk, []), server)
        answered += 1
    server.close()
    return answered


def _notices(letter_ids: list[int]) -> dict[int, list[Notice]]:
    """The notices of each letter, matter by matter: those with the nearest deadline first, then as they happened."""
    found = Notice.objects.filter(letter__in=letter_ids).select_related("news").order_by("letter_id", "id")
    return {letter: in_order(list(group)) for letter, group in groupby(found, key=lambda notice: notice.letter_id or 0)}


def in_order(notices: list[Notice]) -> list[Notice]:
    """Notices as a letter tells them: matters stay together, and the one with the nearest deadline comes first."""
    never = datetime.max.replace(tzinfo=UTC)
    nearest: dict[str, datetime] = {}
    for notice in notices:
        due = notice.news.deadline or never
        nearest[notice.news.about] = min(due, nearest.get(notice.news.about, never))
    return sorted(
        notices,
        key=lambda notice: (
            nearest[notice.news.about],
            notice.news.about,
            notice.news.deadline or never,
            notice.news.position,
            notice.news.name,
        ),
    )


def _renew(letter: Letter, lease: int) -> bool:
    """Take the claim anew. False if another sender has it by now, or the reader wants the letter no more."""
    with connection.cursor() as cursor:
        cursor.execute(RENEW, [lease, letter.pk, letter.claimed_until])
        row = cursor.fetchone()
    if row is not None:
        (letter.claimed_until,) = row
    return row is not None


def _send(letter: Letter, notices: list[Notice], server: BaseEmailBackend) -> None:
    if not letter.person.email or not letter.person.is_active:
        _give_up(letter, "no address")
        return
    if not notices:
        _give_up(letter, "nothing to say")
        return
    try:
        server.send_messages([compose(letter, notices)])
    except smtplib.SMTPRecipientsRefused as refusal:
        code, text = max(refusal.recipients.values())
        _answer(letter, code, text)
        server.close()
    except smtplib.SMTPDataError as refusal:
        _answer(letter, refusal.smtp_code, refusal.smtp_error)
        server.close()
    except OSError as trouble:  # also every other SMTPException: it is not about this letter
        _put_off(letter, _reason(trouble))
        server.close()
    except Exception as fault:
        # A letter that cannot be written must not keep the others from their readers.
        log.exception("letter %s could not be written", letter.pk)
        _put_off(letter, type(fault).__name__)
        server.close()
    else:
        with connection.cursor() as cursor:
            cursor.execute(SENT, [letter.pk])


def _answer(letter: Letter, code: int, text: bytes | str) -> None:
    """The server refused this letter: 5xx for ever, 4xx for now."""
    reason = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    if code >= 500:
        _give_up(letter, reason)
    else:
        _put_off(letter, reason)


def _reason(trouble: OSError) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        return f"{type(trouble).__name__} {trouble.smtp_code}"
    return type(trouble).__name__


def _put_off(letter: Letter, reason: str) -> None:
    log.warning("letter %s is tried again later: %s", letter.pk, reason)
    with connection.cursor() as cursor:
        cursor.execute(LATER, [reason[:200], LAST_ATTEMPT, letter.pk, letter.claimed_until])


def _give_up(letter: Letter, reason: str) -> None:
    log.warning("letter %s is never sent: %s", letter.pk, reason)
    with connection.cursor() as cursor:
        cursor.execute(NEVER, [reason[:200], letter.pk, letter.claimed_until])


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
