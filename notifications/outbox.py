"""An e-mail backend that keeps messages in the database, for a site that has no mail server yet."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from .models import OutboxMessage


class OutboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages, one row per recipient. Returns how many messages were kept."""
        rows = [
            OutboxMessage(
                to=recipient,
                subject=str(message.subject),
                text=str(message.body),
                html=next((str(c) for c, kind in getattr(message, "alternatives", []) if kind == "text/html"), ""),
                headers={name: str(value) for name, value in message.extra_headers.items()},
            )
            for message in email_messages
            for recipient in message.recipients()
        ]
        OutboxMessage.objects.bulk_create(rows)
        return len(email_messages)
