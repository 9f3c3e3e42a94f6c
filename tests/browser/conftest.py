"""A real Chromium that walks through the site of the test; one window for each of the people."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, sync_playwright

from commons.accounts.models import Person
from tests.browser.windows import OpenWindow, Window
from tests.consultations.fixtures import consultation, draft
from tests.ideas.conftest import idea, write
from tests.voting.conftest import keys_of_the_operator, schedule

__all__ = ["consultation", "draft", "idea", "keys_of_the_operator", "schedule", "write"]

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs Chromium, and a database that other threads see."""
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for each file of tests: while it runs, its event loop is this thread's."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop makes Django believe that this thread is asynchronous; it only waits.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=os.environ["VICHE_CHROMIUM"], args=OPTIONS)
        yield browser
        browser.close()


class Counted:
    """The application, and how many requests are in its hands."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.running = 0
        self._lock = threading.Lock()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with self._lock:
            self.running += 1
        try:
            return self.application(environ, start_response)
        finally:
            with self._lock:
                self.running -= 1

    def wait_until_idle(self) -> None:
        """Return when nothing runs: emptying the tables under a request's hands would be a deadlock."""
        deadline = time.monotonic() + 10
        while self.running:
            assert time.monotonic() < deadline, "a request does not end"
            time.sleep(0.01)


@dataclass(frozen=True)
class Site:
    """`url`: the address without a final slash."""

    url: str
    application: Counted


@pytest.fixture(scope="module")
def site(_static_files_are_collected: None) -> Iterator[Site]:
    """The site on a port of its own, static files as WhiteNoise serves them."""
    counted: list[Counted] = []

    def count(application: Any) -> Counted:
        counted.append(Counted(application))
        return counted[0]

    server = LiveServerThread("localhost", count)
    server.daemon = True
    server.start()
    server.is_ready.wait(20)
    assert server.error is None, server.error
    yield Site(f"http://localhost:{server.port}", counted[0])
    server.terminate()


@pytest.fixture
def window(chromium: Browser, site: Site, client_of: Callable[[Person], Client]) -> Iterator[OpenWindow]:
    """Open a window: for somebody who is signed in, or for nobody. More options are those of a browser context.

    Without `socket` the live socket opens and says nothing: most stories are not about it.
    """
    opened = []

    def open_window(person: Person | None = None, *, width: int = 1280, socket: bool = False, **options: Any) -> Window:
        context = chromium.new_context(
            **{"viewport": {"width": width, "height": 800}, "locale": "uk-UA", "timezone_id": "Europe/Kyiv"} | options
        )
        context.set_default_timeout(10_000)
        if not socket:
            context.route_web_socket(re.compile("/ws/$"), lambda silent: None)
        opened.append(context)
        if person:
            key = client_of(person).cookies[django_settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": "sessionid", "value": key, "url": site.url}])
        return Window(context.new_page(), site.url)

    yield open_window
    for context in opened:
        context.close()
    site.application.wait_until_idle()
