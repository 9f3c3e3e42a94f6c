from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction

from commons.accounts.models import Person
from commons.kernel import locks
from commons.kernel.events import Recorded

from .declare import Declaration
from .models import Letter, Mute, News, Notice

# Who has no e-mail address hears at the desk and on the page; who switched the kind off does not hear.
WRITE_NOTICES = """
INSERT INTO notifications_notice (news_id, person_id)
SELECT %s, person.id
FROM ({audience}) AS audience (id)
JOIN accounts_person person ON person.id = audience.id AND person.email IS NOT NULL AND person.is_active
WHERE NOT EXISTS (SELECT FROM notifications_mute mute WHERE mute.person_id = person.id AND mute.kind = %s)
ON CONFLICT (news_id, person_id) DO NOTHING
"""

# One letter per person and matter, once nothing new has come in about the matter for a while: the news of one count is
# written entry by entry. What comes later about the same matter goes into the daily letter.
PLAN_OUTCOMES = """
WITH settled AS (
    SELECT notice.id, notice.person_id, news.about
    FROM notifications_notice notice
    JOIN notifications_news news ON news.id = notice.news_id
    JOIN accounts_person person ON person.id = notice.person_id AND person.email IS NOT NULL AND person.is_active
    WHERE notice.letter_id IS NULL AND news.urgency = 'outcome'
      AND NOT EXISTS (
          SELECT FROM notifications_news fresh
          WHERE fresh.about = news.about AND fresh.urgency = 'outcome'
            AND fresh.written_at >= %(at)s - %(settle)s * interval '1 second')
      AND NOT EXISTS (
          SELECT FROM notifications_mute mute WHERE mute.person_id = notice.person_id AND mute.kind = 'outcome')
), planned AS (
    INSERT INTO notifications_letter (person_id, kind, key, requested_at, next_try_at, attempts, failure)
    SELECT DISTINCT person_id, 'outcome', about, %(at)s, %(at)s, 0, '' FROM settled
    ON CONFLICT (person_id, kind, key) DO NOTHING
    RETURNING id, person_id, key
)
UPDATE notifications_notice notice SET letter_id = planned.id
FROM settled JOIN planned ON planned.person_id = settled.person_id AND planned.key = settled.about
WHERE notice.id = settled.id
"""

# The daily letter is due at seven in the morning where the person lives (who lives nowhere yet: where they serve), and
# takes what was written before that hour. The day is part of its key, so a run that is skipped, doubled or days late
# neither loses nor repeats anything.
PLAN_DIGESTS = """
WITH reader AS (
    SELECT person.id, coalesce(
        (SELECT place.time_zone FROM accounts_residency home JOIN places_place place ON place.id = home.place_id
         WHERE home.person_id = person.id AND home.withdrawn_at IS NULL
           AND home.since <= %(at)s AND (home.until IS NULL OR home.until > %(at)s)
         ORDER BY home.id DESC LIMIT 1),
        (SELECT place.time_zone FROM accounts_office office JOIN places_place place ON place.id = office.place_id
         WHERE office.person_id = person.id
           AND office.since <= %(at)s AND (office.until IS NULL OR office.until > %(at)s)
         ORDER BY office.id DESC LIMIT 1),
        'UTC') AS zone
    FROM accounts_person person
    WHERE person.email IS NOT NULL AND person.is_active
      AND EXISTS (SELECT FROM notifications_notice n WHERE n.person_id = person.id AND n.letter_id IS NULL)
      AND NOT EXISTS (SELECT FROM notifications_mute mute WHERE mute.person_id = person.id AND mute.kind = 'digest')
), day AS (
    SELECT id, zone, (%(at)s AT TIME ZONE zone - interval '7 hours')::date AS day FROM reader
), hour AS (
    SELECT id, day, (day + time '07:00') AT TIME ZONE zone AS due FROM day
), waiting AS (
    SELECT notice.id, notice.person_id, hour.day
    FROM notifications_notice notice
    JOIN notifications_news news ON news.id = notice.news_id
    JOIN hour ON hour.id = notice.person_id
    WHERE notice.letter_id IS NULL AND news.written_at < hour.due
      AND (news.urgency = 'digest' OR EXISTS (
          SELECT FROM notifications_letter told
          WHERE told.person_id = notice.person_id AND told.kind = 'outcome' AND told.key = news.about))
), planned AS (
    INSERT INTO notifications_letter (person_id, kind, key, requested_at, next_try_at, attempts, failure)
    SELECT DISTINCT person_id, 'digest', day::text, %(at)s, %(at)s, 0, '' FROM waiting
    ON CONFLICT (person_id, kind, key) DO NOTHING
    RETURNING id, person_id
)
UPDATE notifications_notice notice SET letter_id = planned.id
FROM waiting JOIN planned ON planned.person_id = waiting.person_id
WHERE notice.id = waiting.id
"""


def write_news(*, declaration: Declaration, recorded: Recorded, at: datetime) -> None:
    """Write the news and a notice for each of its audience, by one set-based insert. Run twice, it changes nothing."""
    try:
        audience, params = declaration.audience(recorded).order_by().query.sql_with_params()
    except EmptyResultSet:  # Django sees without asking the database that nobody matches
        return
    with transaction.atomic(durable=True):
        news, written = News.objects.get_or_create(
            position=recorded.position,
            name=declaration.name,
            defaults={
                "urgency": declaration.urgency,
                "about": declaration.about(recorded),
                "facts": declaration.facts(recorded),
                "deadline": declaration.deadline(recorded),
                "at": recorded.at,
                "written_at": at,
            },
        )
        if not written:
            # Its notices were written with it. Who joined the audience since then was not concerned at the time.
            return
        with connection.cursor() as cursor:
            cursor.execute(WRITE_NOTICES.format(audience=audience), [news.pk, *params, declaration.urgency])


def plan_letters(*, at: datetime) -> int:
    """Request every letter that is due at the instant. Returns how many notices found their letter."""
    values = {"at": at, "settle": settings.NOTICE_SETTLE_SECONDS}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        # Two planners at once would both look for letters that are not there yet.
        locks.exclusive("letters", 0)
        cursor.execute(PLAN_OUTCOMES, values)
        told = cursor.rowcount
        cursor.execute(PLAN_DIGESTS, values)
        return told + cursor.rowcount


def mute(*, person: Person, kind: str, at: datetime) -> None:
    """Send no more letters of this kind: what waits for one is dropped, what is requested but not sent withdrawn."""
    with transaction.atomic(durable=True):
        # A planner at work must end first, or the letter that it requests would be overlooked.
        locks.shared("letters", 0)
        Mute.objects.get_or_create(person=person, kind=kind, defaults={"at": at})
        Notice.objects.filter(person=person, letter=None, news__urgency=kind).delete()
        Letter.objects.filter(person=person, kind=kind, sent_at=None, failed_at=None).update(
            failed_at=at, failure="unsubscribed"
        )


def unmute(*, person: Person, kind: str) -> None:
    """Send letters of this kind again from now on."""
    with transaction.atomic(durable=True):
        Mute.objects.filter(person=person, kind=kind).delete()
