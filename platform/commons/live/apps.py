from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "commons.live"
    label = "live"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - registers the reader that tells open pages
