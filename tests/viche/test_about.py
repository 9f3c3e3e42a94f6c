"""The pages at the foot of every page say what is true of this very site."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.test import Client

from commons.kernel.clock import now
from tests.voting.conftest import keys_of_the_operator, schedule, time_passes
from voting.actions import cast, close_round, count_round

__all__ = ["keys_of_the_operator", "schedule", "time_passes"]


def said(client: Client, page: str) -> str:
    return client.get(f"/en/{page}/").content.decode()


def test_the_foot_of_every_page_leads_to_them(db, client: Client):
    home = client.get("/en/").content.decode()
    for page in ("verify", "accessibility", "source", "imprint"):
        assert f'href="/en/{page}/"' in home


def test_whom_to_write_to_is_what_the_operator_has_set(db, client: Client, settings):
    assert "Tell it to your municipality" in said(client, "accessibility")
    settings.CONTACT = "help@liuboml.example"
    assert 'href="mailto:help@liuboml.example"' in said(client, "accessibility")
    settings.CONTACT, settings.OPERATOR = "https://liuboml.example/help", "Liuboml <council>"
    imprint = said(client, "imprint")
    assert 'href="https://liuboml.example/help"' in imprint
    assert "Liuboml &lt;council&gt;" in imprint


def test_the_source_is_named_or_said_to_be_owed(db, client: Client, settings):
    assert "has not named its address" in said(client, "source")
    settings.SOURCE_URL = "https://code.example/viche"
    assert 'href="https://code.example/viche"' in said(client, "source")


def test_the_imprint_counts_the_days_of_the_settings(db, client: Client, settings):
    settings.OBJECTION_DAYS, settings.SESSION_COOKIE_AGE = 21, 5 * 86_400
    imprint = said(client, "imprint")
    assert "21 days after the count" in imprint
    assert "signed in for 5 days" in imprint


def test_the_page_of_verifying_leads_to_what_was_counted_last(schedule, olena, time_passes, client: Client):
    round = schedule()
    assert round.title not in said(client, "verify")
    cast(round_id=round.pk, person=olena, selection=[1], request_id=uuid4())
    time_passes(round, timedelta(hours=2))
    close_round(round_id=round.pk, at=now())
    count_round(round_id=round.pk, at=now())
    assert f'href="/en/rounds/{round.pk}/result/"' in said(client, "verify")
