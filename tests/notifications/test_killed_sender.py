"""A sender is killed in the middle of its letters, three times. Afterwards everybody has theirs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as site

from notifications.models import Letter
from notifications.tasks import letters as task

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

# What a worker runs when beat knocks. A short lease, because the next sender of this test comes at once.
SENDER = "import django; django.setup(); from notifications.tasks import letters; letters(lease=1)"


@pytest.fixture
def start_sender(sink, database_url):
    """Start a process of its own that sends what is due to the sink."""
    started = []

    def start():
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "DJANGO_SETTINGS_MODULE": "viche.settings",
            "SECRET_KEY": site.SECRET_KEY,
        }
        process = subprocess.Popen([sys.executable, "-c", SENDER], env=environment, stderr=subprocess.PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(timeout=20)
        process.stderr.close()


def test_a_sender_killed_three_times_leaves_everybody_with_one_letter(outcome_letters, sink, residents, start_sender):
    people = residents(60)
    outcome_letters(*people)
    running = []

    def kill(*_heard):
        os.kill(running[-1].pid, signal.SIGKILL)
        running[-1].wait(timeout=20)
        return ""

    def never(*_heard):
        return ""

    def killed_when(hook, number):
        """The sender dies at the hook when the sink has kept this many letters."""
        setattr(sink, hook, lambda heard: kill() if len(sink.kept) == number else "")
        running.append(start_sender())
        code = running[-1].wait(timeout=50)
        setattr(sink, hook, never)
        let_claims_run_out()
        return code, len(sink.kept)

    # Before the server took the letter; after it took it and before it said so; after it said so, in the next letter.
    assert killed_when("on_rcpt", 7) == (-signal.SIGKILL, 7)
    assert killed_when("on_kept", 25) == (-signal.SIGKILL, 25)
    assert killed_when("on_mail", 45) == (-signal.SIGKILL, 45)
    assert 60 - Letter.objects.filter(sent_at=None).count() == 44
    assert task(lease=1) == 16

    assert Letter.objects.filter(sent_at=None).count() == 0
    copies = sink.copies()
    assert set(copies) == {person.email for person in people}
    # Only the letter that was taken without the sender hearing so came again, and it says that it is the same.
    assert sorted(copies.values()) == [1] * 59 + [2]
    ids = Counter((str(message["To"]), str(message["Message-ID"])) for message in sink.kept)
    assert sorted(ids.values()) == [1] * 59 + [2]


def let_claims_run_out():
    """Time passes until what the dead sender held is free again."""
    Letter.objects.exclude(claimed_until=None).filter(sent_at=None).update(
        claimed_until=Letter.objects.order_by("id").first().requested_at - timedelta(seconds=1)
    )
