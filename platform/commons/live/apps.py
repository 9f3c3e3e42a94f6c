from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "commons.live"
    label = "live"
