from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "commons.places"
    label = "places"

    def ready(self) -> None:
        from . import refusals  # noqa: F401 - declares the app's refusal codes
