"""Daphne's entry: sockets only. Pages, votes and the API go through wsgi.py, at a fifth of the CPU."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viche.settings")
get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 - Django must be set up first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - likewise
from django.urls import path  # noqa: E402 - likewise

from commons.live.consumers import LiveConsumer  # noqa: E402 - likewise
from viche.pages.health import LiveHealth  # noqa: E402 - likewise

application = ProtocolTypeRouter(
    {
        "http": LiveHealth.as_asgi(),
        "websocket": AuthMiddlewareStack(URLRouter([path("ws/", LiveConsumer.as_asgi())])),
    }
)
