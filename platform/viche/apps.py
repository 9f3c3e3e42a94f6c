from django.apps import AppConfig


class VicheConfig(AppConfig):
    name = "viche"
