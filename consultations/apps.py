from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "consultations"

    def ready(self) -> None:
        from . import notices, receivers, refusals  # noqa: F401 - registers what is told, readers and refusal codes
