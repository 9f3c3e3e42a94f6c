"""The Celery application. Beat's schedule is static: what is due stands in the database, beat only knocks."""

import os

from celery import Celery

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
}
