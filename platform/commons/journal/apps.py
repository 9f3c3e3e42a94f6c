from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JournalConfig(AppConfig):
    name = "commons.journal"
    label = "journal"

    def ready(self) -> None:
        # The relay loads entries of every app, in processes which may never have imported the actions that wrote them.
        autodiscover_modules("events")
