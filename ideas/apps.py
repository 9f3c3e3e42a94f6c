from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "ideas"

    def ready(self) -> None:
        from . import receivers, refusals  # noqa: F401 - registers readers and refusal codes
