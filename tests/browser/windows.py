"""What somebody sees and does in a browser window of the tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core import mail
from playwright.sync_api import Page, Request, Response


@dataclass
class Window:
    """Somebody's browser window, and what went wrong in it that nobody sees."""

    page: Page
    origin: str
    problems: list[str] = field(default_factory=list)
    weight: int = 0
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("response", self._answered)

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still fetching.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{response.url}: {response.status}")

    def go(self, path: str) -> Page:
        """Open an address of the site."""
        self.page.goto(self.origin + path)
        return self.page

    def is_now(self, other: Window) -> None:
        """Somebody else signs in here: what is signed in there."""
        self.page.context.clear_cookies()
        self.page.context.add_cookies(other.page.context.cookies())

    def text(self) -> str:
        """What the main part of the page says."""
        return self.page.inner_text("main")

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)

    def tab_to(self, name: str, *, most: int = 60) -> None:
        """Go on by the Tab key until something of that name has the focus; each stop on the way must show it."""
        for _ in range(most):
            self.press("Tab")
            found = self.page.evaluate(FOCUSED)
            assert found["visible"], f"the focus on {found} cannot be seen"
            if name in found["name"]:
                return
        raise AssertionError(f"{name!r} is not reached by {most} steps of the Tab key")

    def scrolls_sideways(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


# What has the focus: its name, and whether it looks different from an element without focus.
FOCUSED = """() => {
    const one = document.activeElement
    const label = one.labels?.[0]?.innerText ?? one.innerText ?? ''
    // A tick box of the design system is transparent: its label draws the box and the ring around it.
    const drawn = one.matches('[type=checkbox], [type=radio]') && one.labels?.[0]
    const style = drawn ? getComputedStyle(drawn, '::before') : getComputedStyle(one)
    const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
    return { name: (label || one.value || one.tagName).trim(), visible: ring || style.boxShadow !== 'none' }
}"""

OpenWindow = Callable[..., Window]


def code_in_last_letter() -> str:
    """The code of the letter that was sent last."""
    found = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", mail.outbox[-1].body, re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]
