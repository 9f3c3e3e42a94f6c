"""The Celery application. Beat's schedule is static: what is due stands in the database, beat only knocks."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viche.settings")

app = Celery("viche")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # `expires`: a knock that waited longer than its interval is of no use; the next one does the work.
    "relay what was not relayed": {
        "task": "commons.journal.tasks.relay",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "seal the journal": {"task": "commons.journal.tasks.seal", "schedule": 60.0, "options": {"expires": 60}},
    "open what is due": {"task": "voting.tasks.open_due", "schedule": 2.0, "options": {"expires": 2}},
    "close and count what is due": {"task": "voting.tasks.close_due", "schedule": 2.0, "options": {"expires": 2}},
    "count the turnout": {"task": "voting.tasks.turnout_due", "schedule": 5.0, "options": {"expires": 5}},
    "certify what is due": {"task": "voting.tasks.certify_due", "schedule": 300.0, "options": {"expires": 300}},
    "announce phases": {
        "task": "consultations.tasks.record_phase_changes",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "forget ended sessions": {
        "task": "commons.accounts.tasks.forget_sessions",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "release what deleted accounts held": {
        "task": "viche.tasks.release_residencies",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "drop old live frames": {"task": "commons.live.tasks.prune", "schedule": 600.0, "options": {"expires": 600}},
    "write and send letters": {
        "task": "notifications.tasks.letters",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
}


@worker_ready.connect
@beat_init.connect
def _say_ready(**kwargs: object) -> None:
    """`viche up` waits for this file before it says that all is ready."""
    if path := os.environ.get("VICHE_READY_FILE"):
        Path(path).touch()
