from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "commons.accounts"
    label = "accounts"

    def ready(self) -> None:
        from . import refusals  # noqa: F401 - declares the app's refusal codes
