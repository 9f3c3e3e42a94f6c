from django.apps import AppConfig


class VotingConfig(AppConfig):
    name = "voting"

    def ready(self) -> None:
        from . import receivers, refusals  # noqa: F401 - registers readers and refusal codes
