from __future__ import annotations

from channels.generic.http import AsyncHttpConsumer
from django.db import connection
from django.http import HttpRequest, HttpResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when this process can read the database. (Redis may be away: votes do not need it.)"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


class LiveHealth(AsyncHttpConsumer):
    """All that the socket server answers over plain HTTP: that it is there, at /ws/healthz. Pages live elsewhere."""

    async def handle(self, body: bytes) -> None:
        here = self.scope["path"] == "/ws/healthz"
        headers = [(b"Content-Type", b"text/plain")]
        await self.send_response(200 if here else 404, b"ok\n" if here else b"not here\n", headers=headers)
