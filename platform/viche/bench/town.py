"""A town for measuring: made in bulk, straight in the tables. How long that takes is not part of any figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils.crypto import get_random_string

from commons.accounts import actions as accounts
from commons.accounts.models import Person, Residency, Session
from commons.accounts.sessions import SessionStore
from commons.kernel.clock import now
from commons.places.actions import add_place
from commons.places.models import Place
from consultations import actions as consultations
from consultations.models import Consultation
from consultations.timeline import PhasePlan
from ideas.models import Idea
from voting import actions as voting
from voting.models import Round
from voting.options import OptionDraft

OPTIONS = 20
DAY = timedelta(days=1)


@dataclass
class Town:
    """A municipality with its official."""

    place: Place
    official: Person

    @classmethod
    def found(cls) -> Town:
        at = now()
        slug = f"bench-{get_random_string(6, 'abcdefghijklmnopqrstuvwxyz')}"
        place = add_place(
            parent=None,
            kind="municipality",
            slug=slug,
            names={"uk": "Вимірове", "en": "Benchton"},
            languages=["uk", "en"],
            time_zone="Europe/Kyiv",
            currency="UAH",
            at=at,
        )
        official = Person.objects.create_user(email=f"official@{slug}.example", name="Petro", language="uk")
        accounts.give_office(person=official, place=place, role="official", by=None, at=at)
        return cls(place, official)

    def settle(self, number: int) -> list[Person]:
        """So many residents, attested at the desk."""
        at = now()
        people = Person.objects.bulk_create(
            (Person(name=f"Resident {n}", language="uk", password="!") for n in range(number)), batch_size=5_000
        )
        Residency.objects.bulk_create(
            (
                Residency(person=person, place=self.place, method="desk", since=at, attested_by=self.official)
                for person in people
            ),
            batch_size=5_000,
        )
        return people

    def open_round(self, **changes: object) -> Round:
        """A round of twenty options that is open for a day."""
        at = now()
        fields: dict[str, object] = {
            "place": self.place,
            "title": "Бюджет участі",
            "question": "Що зробити?",
            "language": "uk",
            "rule": {"method": "greedy-budget", "budget": 1_000_000_00, "max_selections": 5},
            "options": [OptionDraft(source=str(n), title=f"Справа {n}", cost=90_000_00) for n in range(OPTIONS)],
            "opens_at": at,
            "closes_at": at + DAY,
            "currency": "UAH",
            "by": self.official,
            "at": at,
        }
        return voting.create_round(**(fields | changes))  # type: ignore[arg-type]

    def collecting(self, ideas: int, author: Person) -> Consultation:
        """A consultation that collects initiatives and has so many already."""
        at = now()
        draft = consultations.draft_consultation(
            place=self.place,
            title=f"Ініціативи: {ideas}",
            summary="Що зробити наступного року.",
            text="Мешканці пишуть ініціативи.",
            language="uk",
            budget=None,
            support_threshold=50,
            phases=[PhasePlan(kind="collect", opens_at=at, closes_at=at + 30 * DAY)],
            by=self.official,
            at=at,
        )
        consultation = consultations.publish_consultation(consultation=draft, by=self.official, at=at)
        Idea.objects.bulk_create(
            (
                Idea(
                    consultation=consultation,
                    author=author,
                    title=f"Ініціатива {n}",
                    problem="Ніде сісти біля школи, коли чекаєш на дітей.",
                    proposal="Поставити десять лавок уздовж доріжки.",
                    location="вул. Незалежності",
                    language="uk",
                    published_at=at,
                    support=n % 97,
                )
                for n in range(ideas)
            ),
            batch_size=5_000,
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return consultation


def signed_in(people: list[Person]) -> list[str]:
    """A session for each of them, as signing in by a code leaves it; the cookies' values."""
    store = SessionStore()
    backend = settings.AUTHENTICATION_BACKENDS[0]
    ends = now() + 90 * DAY
    rows = [
        Session(
            session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
            session_data=store.encode(
                {
                    SESSION_KEY: str(person.pk),
                    BACKEND_SESSION_KEY: backend,
                    HASH_SESSION_KEY: person.get_session_auth_hash(),
                }
            ),
            expire_date=ends,
            person=person,
        )
        for person in people
    ]
    Session.objects.bulk_create(rows, batch_size=5_000)
    return [row.session_key for row in rows]
