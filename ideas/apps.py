from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "ideas"

    def ready(self) -> None:
        from . import notices, receivers, refusals  # noqa: F401 - registers what is told, readers and refusal codes
