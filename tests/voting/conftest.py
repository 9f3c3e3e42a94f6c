"""Rounds of the tests: a budget for Liuboml, its paper, and a way to let time pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from commons.accounts.models import Person
from commons.places.models import Place
from voting import actions
from voting.models import Round
from voting.options import OptionDraft

BUDGET = {"method": "greedy-budget", "budget": 100_000_00, "max_selections": 3}
PAPER = [
    OptionDraft(source="idea:1", title="Лавки біля школи", text="Шість лавок", cost=30_000_00),
    OptionDraft(source="idea:2", title="Криниця", text="Очистити криницю", cost=60_000_00),
    OptionDraft(source="idea:3", title="Дах клубу", cost=50_000_00),
    OptionDraft(source="idea:4", title="Велодоріжка", cost=90_000_00),
]


@pytest.fixture(autouse=True)
def keys_of_the_operator(settings: Any, tmp_path: Path) -> None:
    """The operator has made a signing key and a secret for the rounds' keys."""
    file = tmp_path / "signing.key"
    file.write_bytes(bytes(range(32)))
    settings.SIGNING_KEY_FILE = str(file)
    settings.ROUND_KEY_SECRET = "a secret of the operator"


@pytest.fixture
def schedule(liuboml: Place, petro: Person, at: datetime) -> Callable[..., Round]:
    """Petro schedules a round; what is not said is a greedy budget that opens now and closes in an hour."""

    def make(**changes: Any) -> Round:
        fields: dict[str, Any] = {
            "place": liuboml,
            "title": "Бюджет участі",
            "question": "Що зробити цього року?",
            "language": "uk",
            "rule": BUDGET,
            "options": PAPER,
            "opens_at": at,
            "closes_at": at + timedelta(hours=1),
            "currency": "UAH",
            "by": petro,
            "at": at,
        }
        return actions.create_round(**(fields | changes))

    return make


def behind_the_guards(statement: str, *values: Any) -> None:
    """Run a statement as somebody would who owns the database and switches its guards off."""
    tables = ("voting_round", "voting_roll", "voting_ballot", "voting_castrequest")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def time_passes() -> Callable[[Round, timedelta], Round]:
    """Let time pass for one round: both its instants move into the past, behind the guards' back.

    Within a test's transaction the database's clock stands still, so the round moves instead.
    """

    def move(round: Round, delta: timedelta) -> Round:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE voting_round DISABLE TRIGGER voting_guard_round")
            cursor.execute(
                "UPDATE voting_round SET opens_at = opens_at - %s, closes_at = closes_at - %s WHERE id = %s",
                [delta, delta, round.pk],
            )
            cursor.execute("ALTER TABLE voting_round ENABLE TRIGGER voting_guard_round")
        round.refresh_from_db()
        return round

    return move
