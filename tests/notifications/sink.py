"""A mail server that keeps what it accepts, and answers what a test tells it to."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller

# From an address to an answer ("451 later"); "" is: as usual.
Answer = Callable[[str], str]


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def as_usual(address: str) -> str:
    return ""


class Sink:
    """Listens on its own thread. `on_mail`, `on_rcpt`, `on_data` and `on_kept` may be replaced while it runs;
    they run on threads of their own, and other senders are served meanwhile.

    `on_kept` is called when the letter is kept, before its sender hears so.
    """

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.kept: list[EmailMessage] = []
        self.connections = 0
        self.on_mail: Answer = as_usual
        self.on_rcpt: Answer = as_usual
        self.on_data: Answer = as_usual
        self.on_kept: Callable[[int], object] = lambda number: None
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._controller.stop()

    def copies(self) -> dict[str, int]:
        """How many letters each address got."""
        return dict(Counter(str(message["To"]) for message in self.kept))

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if refusal := await asyncio.to_thread(self.on_mail, address):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if refusal := await asyncio.to_thread(self.on_rcpt, address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        if refusal := await asyncio.to_thread(self.on_data, envelope.rcpt_tos[0]):
            return refusal
        self.kept.append(message)
        await asyncio.to_thread(self.on_kept, len(self.kept))
        return "250 kept"
