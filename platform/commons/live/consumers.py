"""The socket: joins topics, hands out frames. It takes no writes; votes and texts go over HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils.translation import gettext as _

from commons.accounts.models import Person

from .hub import hub
from .topics import permitted

MAX_FRAME = 4_096  # characters of one message from a client
MAX_TOPICS = 20
MAX_MESSAGES = 20  # in WINDOW seconds; a page sends one when it joins, and a pong now and then
WINDOW = 10.0
PING_EVERY = 25.0
# Daphne has no back-pressure: what a client does not acknowledge would pile up in our memory.
MAX_UNREAD = 262_144

FOREIGN, FLOOD, SLOW, TOO_LARGE = 4403, 4429, 4408, 4413


class LiveConsumer(AsyncWebsocketConsumer):
    """One open page."""

    async def connect(self) -> None:
        if not same_origin(self.scope):
            await self.close(FOREIGN)
            return
        self.topics: dict[str, int] = {}  # the number up to which this client has each topic
        self.waiting: dict[str, list[tuple[int, str]]] = {}  # frames that came while a snapshot was being read
        self.unread = 0
        self.received: list[float] = []
        self.pings = 0
        self.writing: asyncio.Queue[str] = asyncio.Queue()
        await self.accept()
        self.tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._ping())]

    async def disconnect(self, code: int) -> None:
        for topic in getattr(self, "topics", {}):
            hub().leave(topic, self)
        for task in getattr(self, "tasks", []):
            task.cancel()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without Channels' look at old connections: a frame needs no database, reading does its own."""
        handler = getattr(self, message["type"].replace(".", "_"), None)
        if handler:
            await handler(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        now = time.monotonic()
        self.received = [at for at in self.received if at > now - WINDOW] + [now]
        if len(self.received) > MAX_MESSAGES:
            await self.close(FLOOD)
        elif text_data is None or len(text_data) > MAX_FRAME:
            await self.close(TOO_LARGE)
        else:
            await self._obey(text_data)

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
            self.unread = 0
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
            elif not await sync_to_async(permitted)(name, person):
                self._refuse("unknown_topic", _("There is no such topic, or it is not for you."))
            elif name not in self.topics:
                since[name] = from_seq
        for topic, seq in since.items():
            # First join, then read: what happens in between is held back and sent after the snapshot, once.
            self.topics[topic], self.waiting[topic] = seq, []
            hub().join(topic, self, seq)
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
        self.unread += len(text)
        if self.unread <= MAX_UNREAD:
            self.writing.put_nowait(text)

    async def _write(self) -> None:
        while True:
            text = await self.writing.get()
            if self.unread > MAX_UNREAD:
                await self.close(SLOW)
                return
            await self.send(text_data=text)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            if self.pings and self.unread > MAX_UNREAD // 2:
                await self.close(SLOW)
                return
            self.pings += 1
            await self.send(text_data='{"ping":1}')


def same_origin(scope: dict[str, Any]) -> bool:
    """Whether the page that opens the socket is ours: its Origin must be the site's own, not merely an allowed host.

    With the socket on a port of its own (one machine without a proxy) the host must be the socket's own host.
    """
    headers = dict(scope.get("headers", []))
    origin = urlsplit(headers.get(b"origin", b"").decode("latin-1"))
    host = headers.get(b"host", b"").decode("latin-1")
    if not origin.scheme or not origin.netloc:
        return False
    if origin.netloc == host:
        return True
    page = urlsplit(settings.ORIGIN)
    here = urlsplit(f"//{host}").hostname
    return bool(settings.LIVE_ORIGIN) and origin.netloc == page.netloc and here == page.hostname
