"""Many browsers at once over kept-alive connections, as plain as can be: they share the machine with the site."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CSRF = "viche" * 6 + "bc"  # 32 letters; the cookie and the field only have to be equal

# What is asked for: method, path, body, headers.
Ask = tuple[str, str, str | None, dict[str, str]]


@dataclass
class Answers:
    """What came back: counts by status, and how long each answer took, in seconds."""

    statuses: dict[int, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    took: float = 0.0


def ask_all(origin: str, asks: list[Ask], *, clients: int) -> Answers:
    """Ask for everything once, by so many clients at once. A broken connection counts as status 0."""
    answers, lock = Answers(), threading.Lock()
    waiting = iter(asks)
    host = urlsplit(origin).netloc

    def client() -> None:
        connection = http.client.HTTPConnection(host, timeout=60)
        while True:
            with lock:
                ask = next(waiting, None)
            if ask is None:
                return
            begun = time.perf_counter()
            try:
                connection.request(*ask)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            took = time.perf_counter() - begun
            with lock:
                answers.statuses[status] = answers.statuses.get(status, 0) + 1
                answers.seconds.append(took)

    begun = time.perf_counter()
    together(client, clients)
    answers.took = time.perf_counter() - begun
    answers.seconds.sort()
    return answers


def together(act: Callable[[], None], number: int) -> None:
    """Run the function in so many threads and wait for all."""
    threads = [threading.Thread(target=act) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
