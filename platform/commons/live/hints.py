"""Hints over Redis: "something is new in this topic". Every one of them may be lost; the log is in the database."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time

from channels.layers import get_channel_layer

log = logging.getLogger(__name__)

GROUP = "live"
# After a failure hints are not even tried for this long: a request must not wait for a Redis that is away.
QUIET = 3.0
PATIENCE = 1.0

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_owner = 0
_silent_until = 0.0


def send(topic: str) -> None:
    """Hand the hint to this process's background loop and return at once. Never raises."""
    if time.monotonic() >= _silent_until:
        asyncio.run_coroutine_threadsafe(_send(topic), _background())


async def _send(topic: str) -> None:
    global _silent_until
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        await asyncio.wait_for(layer.group_send(GROUP, {"type": "live.hint", "topic": topic}), PATIENCE)
    except Exception:
        # Whatever Redis or its client raises: the socket servers look into the database anyway.
        _silent_until = time.monotonic() + QUIET
        log.warning("a live hint was lost: Redis does not answer")


def _background() -> asyncio.AbstractEventLoop:
    """One loop in one daemon thread per process: a connection to Redis belongs to the loop that opened it."""
    global _loop, _owner
    with _lock:
        if _loop is None or _owner != os.getpid():  # a forked worker has the parent's variables but not its threads
            _loop, _owner = asyncio.new_event_loop(), os.getpid()
            threading.Thread(target=_loop.run_forever, name="live-hints", daemon=True).start()
        return _loop
