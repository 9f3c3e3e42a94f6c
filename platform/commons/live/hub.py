"""One hub per socket process: it follows Redis once, reads new frames from the database once, and fans them out.

A hint only wakes it; every few seconds it looks into the database without one. So an emptied or restarted Redis costs
seconds, never a frame. Nothing here holds truth: a killed process loses sockets, and clients come back with `since`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from typing import Any, Protocol

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from . import hints, queries

log = logging.getLogger(__name__)

TICK = 0.25  # frames go out at most four times a second: one vote never causes one broadcast
SWEEP = 4.0  # without any hint the database is asked this often
AGAIN = 1.0  # pause before Redis is tried again


class Listener(Protocol):
    """A socket, seen from the hub."""

    def offer(self, topic: str, seq: int, text: str) -> None: ...


class Hub:
    """Listeners by topic, and the number up to which each topic has been handed out."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._seen: dict[str, int] = {}
        self._hinted: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def join(self, topic: str, listener: Listener) -> None:
        """Hand this listener every frame of the topic from now on. What it missed before, it reads by `catch_up`."""
        self._listeners.setdefault(topic, set()).add(listener)
        # Not from the number the client names: a wrong one would hide the topic's frames from everyone here.
        self._seen.setdefault(topic, 0)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._follow_hints()), asyncio.create_task(self._hand_out())]

    def leave(self, topic: str, listener: Listener) -> None:
        listeners = self._listeners.get(topic, set())
        listeners.discard(listener)
        if not listeners:
            self._listeners.pop(topic, None)
            self._seen.pop(topic, None)

    async def catch_up(self, since: dict[str, int]) -> list[tuple[str, int, str]]:
        """Frames after these numbers, serialised. Called after `join`, so that nothing falls between."""
        return await _read(since)

    async def _follow_hints(self) -> None:
        layer = get_channel_layer()
        while True:
            with contextlib.suppress(Exception):  # Redis away, restarted or emptied: the sweep bridges it
                channel = await layer.new_channel()
                await layer.group_add(hints.GROUP, channel)
                while True:
                    message = await layer.receive(channel)
                    self._hinted.add(message.get("topic", ""))
            with contextlib.suppress(Exception):
                await layer.flush()  # or each attempt would leave a channel behind; in this process it is ours alone
            await asyncio.sleep(AGAIN)

    async def _hand_out(self) -> None:
        swept = 0.0
        while True:
            await asyncio.sleep(TICK)
            now = time.monotonic()
            wanted, self._hinted = self._hinted & self._listeners.keys(), set()
            if now - swept >= SWEEP:
                wanted, swept = set(self._listeners), now
            try:
                await self._hand_out_frames({topic: self._seen[topic] for topic in wanted if topic in self._seen})
            except Exception:
                # The database is away for a moment; clients keep what they have and the next sweep catches up.
                log.warning("live frames could not be read", exc_info=True)

    async def _hand_out_frames(self, since: dict[str, int]) -> None:
        for topic, seq, text in await _read(since):
            if topic in self._seen:  # the last listener may have left while we read
                self._seen[topic] = max(seq, self._seen[topic])
            for listener in tuple(self._listeners.get(topic, ())):
                listener.offer(topic, seq, text)


async def _read(since: dict[str, int]) -> list[tuple[str, int, str]]:
    if not since:
        return []
    return await database_sync_to_async(_serialised)(since)


def _serialised(since: dict[str, int]) -> list[tuple[str, int, str]]:
    """Each frame as the text that every listener gets: serialised once, not once per socket."""
    return [(topic, seq, frame_text(topic, seq, payload)) for topic, seq, payload in queries.frames_since(since)]


def frame_text(topic: str, seq: int, payload: Any) -> str:
    """The wire form of a frame."""
    value = json.loads(payload) if isinstance(payload, str) else payload
    return json.dumps({"topic": topic, "seq": seq, "payload": value}, ensure_ascii=False, separators=(",", ":"))


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of this process (of this event loop, which in a server is the same)."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
