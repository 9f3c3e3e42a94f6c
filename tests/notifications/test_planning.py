"""Which news goes into which letter: one letter per matter of what came of it, and one each morning of the rest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from commons.accounts.models import Person, Residency
from commons.kernel import locks
from commons.places.actions import add_place
from notifications.actions import mute, plan_letters, unmute
from notifications.models import Letter, Notice
from notifications.post import in_order
from tests.notifications.conftest import DIGEST, OUTCOME

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
# Noon of an ordinary summer day; in Kyiv it is 15:00, seven in the morning is 04:00 UTC.
NOON = datetime(2027, 6, 10, 12, tzinfo=UTC)
NEXT_MORNING = datetime(2027, 6, 11, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _settle_time(settings):
    settings.NOTICE_SETTLE_SECONDS = 20


@pytest.fixture
def places(at):
    """A municipality in each of three time zones, by its zone."""
    return {
        zone: add_place(
            parent=None,
            kind="municipality",
            slug=zone.lower().replace("/", "-"),
            names={"en": zone},
            languages=["en"],
            time_zone=zone,
            currency="EUR",
            at=at,
        )
        for zone in ("Europe/Vilnius", "Atlantic/Azores", "America/Los_Angeles")
    }


def letters():
    """Person, kind, key and what the news is of, for each letter."""
    found = Letter.objects.order_by("person__name", "kind", "key")
    return [
        (
            letter.person.name,
            letter.kind,
            letter.key,
            [n.news.facts["title"] for n in letter.notices.select_related("news").order_by("news__position")],
        )
        for letter in found
    ]


def waiting():
    return Notice.objects.filter(letter=None).count()


# -- what came of it ---------------------------------------------------------------------------------------------


def test_all_outcomes_of_one_matter_come_in_one_letter_per_person(tell, olena, petro):
    tell(olena, petro, name=OUTCOME, written=NOON, title="Лавки")
    tell(olena, name=OUTCOME, written=NOON + 5 * SECOND, title="Дах")
    tell(olena, name=OUTCOME, about="consultation:2", written=NOON, title="Міст")
    assert plan_letters(at=NOON + 30 * SECOND) == 4
    assert letters() == [
        ("Olena", "outcome", "consultation:1", ["Лавки", "Дах"]),
        ("Olena", "outcome", "consultation:2", ["Міст"]),
        ("Petro", "outcome", "consultation:1", ["Лавки"]),
    ]
    assert plan_letters(at=NOON + 31 * SECOND) == 0
    assert len(letters()) == 3


def test_a_matter_is_settled_when_nothing_new_came_in_for_the_whole_window(tell, olena, petro):
    tell(olena, name=OUTCOME, written=NOON, title="Лавки")
    assert plan_letters(at=NOON + 20 * SECOND) == 0
    # The count is still being told: what Petro hears of the same matter holds Olena's letter back.
    tell(petro, name=OUTCOME, written=NOON + 15 * SECOND, title="Дах")
    assert plan_letters(at=NOON + 30 * SECOND) == 0
    tell(olena, name=OUTCOME, written=NOON + 30 * SECOND, title="Криниця")
    tell(petro, name=OUTCOME, about="consultation:2", written=NOON + 50 * SECOND, title="Міст")
    assert plan_letters(at=NOON + 51 * SECOND) == 3
    assert letters() == [
        ("Olena", "outcome", "consultation:1", ["Лавки", "Криниця"]),
        ("Petro", "outcome", "consultation:1", ["Дах"]),
    ]
    assert waiting() == 1


def test_what_comes_later_about_a_told_matter_waits_for_the_daily_letter(tell, olena):
    tell(olena, name=OUTCOME, written=NOON, title="Лавки")
    plan_letters(at=NOON + 30 * SECOND)
    tell(olena, name=OUTCOME, written=NOON + HOUR, title="Дах")
    assert plan_letters(at=NOON + 2 * HOUR) == 0
    assert plan_letters(at=NEXT_MORNING) == 1
    assert letters() == [
        ("Olena", "digest", "2027-06-11", ["Дах"]),
        ("Olena", "outcome", "consultation:1", ["Лавки"]),
    ]


# -- the daily letter --------------------------------------------------------------------------------------------


def test_the_daily_letter_is_requested_at_seven_where_the_reader_lives(tell, olena, places, petro, at):
    people = [olena]
    for number, place in enumerate(places.values()):
        person = Person.objects.create_user(email=f"r{number}@example.org", name=place.time_zone)
        settle(person, place, at)
        people.append(person)
    tell(*people, name=DIGEST, written=datetime(2027, 6, 10, 15, tzinfo=UTC))
    due = {
        "Olena": datetime(2027, 6, 11, 4, tzinfo=UTC),
        "Europe/Vilnius": datetime(2027, 6, 11, 4, tzinfo=UTC),
        "Atlantic/Azores": datetime(2027, 6, 11, 7, tzinfo=UTC),
        "America/Los_Angeles": datetime(2027, 6, 11, 14, tzinfo=UTC),
    }
    requested = {}
    for hour in range(24):
        for moment in (-SECOND, timedelta()):
            plan_letters(at=datetime(2027, 6, 10, 16, tzinfo=UTC) + hour * HOUR + moment)
    for letter in Letter.objects.select_related("person").order_by("id"):
        requested[letter.person.name] = letter.requested_at
        assert letter.key == "2027-06-11"
    assert requested == due


def settle(person, place, at):
    """The person lives in the place from the instant on."""
    Residency.objects.create(person=person, place=place, method="desk", since=at)


def test_who_moved_gets_it_at_seven_of_the_new_home_and_who_serves_at_seven_of_the_office(
    tell, olena, petro, places, at
):
    Residency.objects.filter(person=olena).update(until=at + DAY)
    settle(olena, places["Atlantic/Azores"], at + DAY)
    tell(olena, petro, name=DIGEST, written=NOON)
    plan_letters(at=NEXT_MORNING)
    assert [name for name, *_rest in letters()] == ["Petro"]
    plan_letters(at=datetime(2027, 6, 11, 7, tzinfo=UTC) - SECOND)
    assert [name for name, *_rest in letters()] == ["Petro"]
    plan_letters(at=datetime(2027, 6, 11, 7, tzinfo=UTC))
    assert [name for name, *_rest in letters()] == ["Olena", "Petro"]


def test_nothing_to_say_no_letter(olena, petro, tell):
    for day in range(3):
        assert plan_letters(at=NEXT_MORNING + day * DAY) == 0
    tell(olena, name=DIGEST, written=NEXT_MORNING + 2 * DAY + SECOND)
    # What happened after seven is tomorrow's.
    assert plan_letters(at=NEXT_MORNING + 2 * DAY + HOUR) == 0
    assert plan_letters(at=NEXT_MORNING + 3 * DAY) == 1
    assert plan_letters(at=NEXT_MORNING + 4 * DAY) == 0
    assert [(name, key) for name, _kind, key, _titles in letters()] == [("Olena", "2027-06-14")]


def test_a_run_that_is_skipped_for_three_days_or_doubled_tells_each_piece_once(tell, olena):
    for day in range(4):
        tell(olena, name=DIGEST, written=NOON + day * DAY, title=f"день {day}")
    late = NEXT_MORNING + 3 * DAY + 5 * HOUR
    assert plan_letters(at=late) == 4
    assert plan_letters(at=late) == 0
    tell(olena, name=DIGEST, written=late + HOUR, title="день 4")
    # A clock that jumps back two hours and forward again neither repeats nor skips.
    for moment in (late - 2 * HOUR, late + 2 * HOUR, late - 2 * HOUR, NEXT_MORNING + 4 * DAY):
        plan_letters(at=moment)
    assert letters() == [
        ("Olena", "digest", "2027-06-14", ["день 0", "день 1", "день 2", "день 3"]),
        ("Olena", "digest", "2027-06-15", ["день 4"]),
    ]


def test_news_that_reached_the_hub_after_todays_letter_was_requested_is_tomorrows(tell, olena):
    tell(olena, name=DIGEST, written=NOON, title="вчасно")
    assert plan_letters(at=NEXT_MORNING) == 1
    # Written before seven by the clock, but committed only now.
    tell(olena, name=DIGEST, written=NEXT_MORNING - SECOND, title="запізно")
    assert plan_letters(at=NEXT_MORNING + HOUR) == 0
    assert plan_letters(at=NEXT_MORNING + DAY) == 1
    assert letters() == [
        ("Olena", "digest", "2027-06-11", ["вчасно"]),
        ("Olena", "digest", "2027-06-12", ["запізно"]),
    ]


@pytest.mark.parametrize(
    ("mornings", "keys"),
    [
        # Clocks go forward in Kyiv on 28 March 2027 at 03:00: seven is 05:00 UTC before, 04:00 UTC from then on.
        ([(27, 5), (28, 4), (29, 4)], ["2027-03-27", "2027-03-28", "2027-03-29"]),
        # And back on 31 October 2027 at 04:00: 04:00 UTC before, 05:00 UTC from then on.
        ([(30, 4), (31, 5), (32, 5)], ["2027-10-30", "2027-10-31", "2027-11-01"]),
    ],
)
def test_on_the_days_when_clocks_change_it_is_still_seven(tell, olena, mornings, keys):
    month = int(keys[0][5:7])
    for (day, hour), key in zip(mornings, keys, strict=True):
        seven = datetime(2027, month, 1, hour, tzinfo=UTC) + (day - 1) * DAY
        tell(olena, name=DIGEST, written=seven - 3 * HOUR, title=key)
        assert plan_letters(at=seven - SECOND) == 0
        assert plan_letters(at=seven) == 1
        assert plan_letters(at=seven + HOUR) == 0
    assert letters() == [("Olena", "digest", key, [key]) for key in keys]


def test_a_letter_keeps_matters_together_and_the_nearest_deadline_first(tell, olena):
    tell(olena, name=DIGEST, about="consultation:1", written=NOON, title="1 стара")
    tell(olena, name=DIGEST, about="consultation:2", written=NOON, title="2 завтра", deadline=NOON + DAY)
    tell(olena, name=DIGEST, about="consultation:3", written=NOON, title="3 без строку")
    tell(olena, name=DIGEST, about="consultation:1", written=NOON, title="1 сьогодні", deadline=NOON + HOUR)
    tell(olena, name=DIGEST, about="consultation:2", written=NOON, title="2 нова")
    plan_letters(at=NEXT_MORNING)
    notices = list(Letter.objects.get().notices.select_related("news").order_by("-id"))
    assert [notice.news.facts["title"] for notice in in_order(notices)] == [
        "1 сьогодні",
        "1 стара",
        "2 завтра",
        "2 нова",
        "3 без строку",
    ]


# -- who wants no letters -----------------------------------------------------------------------------------------


def test_what_waits_when_a_reader_unsubscribes_is_never_sent_and_does_not_come_back(tell, olena, petro):
    tell(olena, petro, name=DIGEST, written=NOON, title="до")
    mute(person=olena, kind="digest", at=NOON + HOUR)
    assert plan_letters(at=NEXT_MORNING) == 1
    unmute(person=olena, kind="digest")
    assert plan_letters(at=NEXT_MORNING + DAY) == 0
    tell(olena, name=DIGEST, written=NEXT_MORNING + DAY, title="після")
    assert plan_letters(at=NEXT_MORNING + 2 * DAY) == 1
    assert letters() == [
        ("Olena", "digest", "2027-06-13", ["після"]),
        ("Petro", "digest", "2027-06-11", ["до"]),
    ]


def test_a_requested_letter_is_withdrawn_by_unsubscribing_but_other_kinds_come(tell, olena):
    tell(olena, name=OUTCOME, written=NOON)
    tell(olena, name=DIGEST, written=NOON)
    plan_letters(at=NEXT_MORNING)
    mute(person=olena, kind="outcome", at=NEXT_MORNING + HOUR)
    mute(person=olena, kind="outcome", at=NEXT_MORNING + 2 * HOUR)
    fates = list(Letter.objects.order_by("kind").values_list("kind", "failed_at", "failure"))
    assert fates == [("digest", None, ""), ("outcome", NEXT_MORNING + HOUR, "unsubscribed")]


def test_a_late_outcome_does_not_bring_the_daily_letter_to_who_switched_it_off(tell, olena):
    mute(person=olena, kind="digest", at=NOON)
    tell(olena, name=OUTCOME, written=NOON, title="Лавки")
    plan_letters(at=NOON + HOUR)
    tell(olena, name=OUTCOME, written=NOON + HOUR, title="Дах")
    assert plan_letters(at=NEXT_MORNING) == 0
    unmute(person=olena, kind="digest")
    assert plan_letters(at=NEXT_MORNING + DAY) == 1
    assert letters() == [
        ("Olena", "digest", "2027-06-12", ["Дах"]),
        ("Olena", "outcome", "consultation:1", ["Лавки"]),
    ]


def test_who_lost_the_account_or_the_address_before_the_morning_gets_no_letter(tell, olena, petro, rasa):
    tell(olena, petro, rasa, name=DIGEST, written=NOON)
    tell(olena, petro, rasa, name=OUTCOME, written=NOON)
    Person.objects.filter(pk=olena.pk).update(is_active=False)
    Person.objects.filter(pk=petro.pk).update(email=None)
    assert plan_letters(at=NEXT_MORNING) == 2
    assert [(name, kind) for name, kind, *_rest in letters()] == [("Rasa", "digest"), ("Rasa", "outcome")]


# -- several at once ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_five_planners_at_once_put_each_notice_into_one_letter(tell, olena, petro, residents):
    people = [olena, petro, *residents(10)]
    for number in range(3):
        tell(*people, name=DIGEST, written=NOON, title=f"новина {number}")
        tell(*people, name=OUTCOME, about=f"consultation:{number}", written=NOON)
    together = Barrier(5)

    def plan(_number):
        try:
            together.wait(timeout=20)
            return plan_letters(at=NEXT_MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        planned = list(pool.map(plan, range(5)))
    assert sorted(planned) == [0, 0, 0, 0, 72]
    assert waiting() == 0
    assert Letter.objects.filter(kind="digest").count() == 12
    assert Letter.objects.filter(kind="outcome").count() == 36
    assert {letter.notices.count() for letter in Letter.objects.filter(kind="digest").order_by("id")} == {3}
    assert {letter.notices.count() for letter in Letter.objects.filter(kind="outcome").order_by("id")} == {1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "waits",
    [
        lambda olena: plan_letters(at=NEXT_MORNING + DAY),
        lambda olena: mute(person=olena, kind="digest", at=NEXT_MORNING),
    ],
)
def test_who_plans_the_next_day_or_unsubscribes_waits_for_the_planner_at_work(tell, olena, waits):
    """Else the notice would change from one requested letter to another, or the letter be overlooked."""
    tell(olena, name=DIGEST, written=NOON)

    def work():
        try:
            waits(olena)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            locks.exclusive("letters", 0)
            second = pool.submit(work)
            while not (queued := sessions_queueing_for_the_lock()) and not second.done():
                pass
        second.result(timeout=20)
    assert queued == 1


def sessions_queueing_for_the_lock():
    """How many sessions wait for the planners' lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [locks.SPACES["letters"]],
        )
        (number,) = cursor.fetchone()
    return number
