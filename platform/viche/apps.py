from django.apps import AppConfig


class VicheConfig(AppConfig):
    name = "viche"

    def ready(self) -> None:
        # Makes ours the current application: without it a web process hints to Celery's default broker, and waits.
        from . import celery  # noqa: F401 - creating the application is the effect
