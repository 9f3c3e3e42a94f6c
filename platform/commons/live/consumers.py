"""The socket: joins topics, hands out frames. It takes no writes; votes and texts go over HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils.translation import gettext as _

from commons.accounts.models import Person

from .hub import hub
from .topics import permitted

log = logging.getLogger(__name__)

MAX_FRAME = 4_096  # characters of one message from a client
MAX_TOPICS = 20
MAX_MESSAGES = 20  # in WINDOW seconds; a page sends one when it joins, and a pong now and then
WINDOW = 10.0
PING_EVERY = 25.0
# Daphne has no back-pressure: what a client does not acknowledge would pile up in our memory. At ASK characters it is
# asked whether it reads; at MAX_UNREAD without an answer it is closed, and comes back with the numbers it has.
MAX_UNREAD = 262_144
ASK = MAX_UNREAD // 4

TOO_LARGE, SLOW, FLOOD, AWAY = 4413, 4408, 4429, 4503


class LiveConsumer(AsyncWebsocketConsumer):
    """One open page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics: dict[str, int] = {}  # the number up to which this client has each topic
        self.waiting: dict[str, list[tuple[int, str]]] = {}  # frames that came while a snapshot was being read
        self.unread = 0  # characters written and not acknowledged
        self.since_ping = 0  # of those, written after the last ping
        self.ping = 0  # the number of the unanswered ping, 0 if there is none
        self.received: list[float] = []
        self.writing: asyncio.Queue[str | None] = asyncio.Queue()
        self.tasks: list[asyncio.Task[None]] = []
        self.closed = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket. However it ends, also by a fault or when the server kills us, the hub lets go of it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            for topic in self.topics:
                hub().leave(topic, self)
            for task in self.tasks:
                task.cancel()

    async def connect(self) -> None:
        if not same_origin(self.scope):
            await self.close()  # before it is accepted: the handshake is answered with 403
            return
        await self.accept()
        self.tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._ping())]

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without Channels' look at old connections: a frame needs no database, reading does its own."""
        handler = getattr(self, message["type"].replace(".", "_"), None)
        if handler:
            await handler(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closed:
            return
        now = time.monotonic()
        self.received = [at for at in self.received if at > now - WINDOW] + [now]
        if len(self.received) > MAX_MESSAGES:
            await self._end(FLOOD)
        elif text_data is None or len(text_data) > MAX_FRAME:
            await self._end(TOO_LARGE)
        else:
            try:
                await self._obey(text_data)
            except Exception:
                # The database is away, most likely. The client keeps what it has and comes back.
                log.warning("a live command failed", exc_info=True)
                await self._end(AWAY)

    async def _end(self, code: int) -> None:
        if not self.closed:
            self.closed = True
            await self.close(code)

    async def _obey(self, text: str) -> None:
        try:
            command = json.loads(text)
        except (ValueError, RecursionError):
            command = None
        if not isinstance(command, dict):
            self._refuse("malformed", _("This is not a JSON object."))
        elif command.get("do") == "join":
            await self._join(command.get("topics"))
        elif command.get("do") == "pong":
            self._acknowledged(command.get("ping"))
        else:
            self._refuse("unknown_command", _("The commands are join and pong."))

    async def _join(self, wanted: Any) -> None:
        if not isinstance(wanted, list) or not all(isinstance(item, dict) for item in wanted):
            self._refuse("malformed", _("topics is a list of objects with topic and since."))
            return
        if len(wanted) + len(self.topics) > MAX_TOPICS:
            self._refuse("too_many_topics", _("One page follows at most %(most)s topics.") % {"most": MAX_TOPICS})
            return
        user = self.scope.get("user")
        person = user if isinstance(user, Person) else None
        since: dict[str, int] = {}
        for item in wanted:
            name, from_seq = item.get("topic"), item.get("since", 0)
            if type(from_seq) is not int or from_seq < 0 or from_seq > 2**62:
                self._refuse("malformed", _("since is a whole number."))
            elif not await database_sync_to_async(permitted)(name, person):
                self._refuse("unknown_topic", _("There is no such topic, or it is not for you."))
            elif name not in self.topics:
                since[name] = from_seq
        for topic, seq in since.items():
            # First join, then read: what happens in between is held back and sent after the snapshot, once.
            self.topics[topic], self.waiting[topic] = seq, []
            hub().join(topic, self)
        for topic, seq, frame in await hub().catch_up(since):
            self._deliver(topic, seq, frame)
        for topic in since:
            for seq, frame in self.waiting.pop(topic, []):
                self._deliver(topic, seq, frame)

    def offer(self, topic: str, seq: int, text: str) -> None:
        """From the hub: a new frame."""
        if topic in self.waiting:
            self.waiting[topic].append((seq, text))
        else:
            self._deliver(topic, seq, text)

    def _deliver(self, topic: str, seq: int, text: str) -> None:
        if seq > self.topics.get(topic, seq):
            self.topics[topic] = seq
            self._put(text)

    def _refuse(self, code: str, sentence: str) -> None:
        self._put(json.dumps({"error": code, "detail": sentence}, ensure_ascii=False))

    def _put(self, text: str) -> None:
        if self.unread > MAX_UNREAD:
            return  # the writer is about to close it
        self._write_later(text)
        if self.unread > MAX_UNREAD:
            self.writing.put_nowait(None)
        elif self.unread > ASK:
            self._ask()

    def _ask(self) -> None:
        """Send a ping that only a client which reads can answer: its number cannot be guessed."""
        if not self.ping:
            self.ping, self.since_ping = secrets.randbelow(2**31 - 1) + 1, 0
            self._write_later(json.dumps({"ping": self.ping}))

    def _acknowledged(self, ping: object) -> None:
        if self.ping and ping == self.ping:
            self.unread, self.ping = self.since_ping, 0

    def _write_later(self, text: str) -> None:
        self.unread += len(text)
        self.since_ping += len(text)
        self.writing.put_nowait(text)

    async def _write(self) -> None:
        while (text := await self.writing.get()) is not None:
            await self.send(text_data=text)
        await self._end(SLOW)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            self._ask()


def same_origin(scope: dict[str, Any]) -> bool:
    """Whether the page that opens the socket is ours: its Origin must be the site's own, not merely an allowed host.

    With the socket on a port of its own (one machine without a proxy) the host must be the socket's own host.
    """
    headers = dict(scope.get("headers", []))
    host = headers.get(b"host", b"").decode("latin-1")
    try:
        origin = urlsplit(headers.get(b"origin", b"").decode("latin-1"))
        here = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    if not origin.scheme or not origin.netloc:
        return False
    if origin.netloc == host:
        return True
    page = urlsplit(settings.ORIGIN)
    return bool(settings.LIVE_ORIGIN) and origin.netloc == page.netloc and here == page.hostname
