from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "consultations"

    def ready(self) -> None:
        from . import receivers, refusals  # noqa: F401 - registers readers and refusal codes
