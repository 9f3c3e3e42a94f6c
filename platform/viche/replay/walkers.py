"""What residents do, through HTTP and nothing else: sign in with a code from a letter, read, write, support, vote."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from notifications.models import OutboxMessage

from .browser import Browser, Form, Page, Unknown, address_of
from .history import OK, REFUSED, UNKNOWN, History, Submit
from .stage import Resident

CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", re.MULTILINE)
RECEIPT = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}\b")
# A server that was killed is back within seconds; who waits longer gives up and says so.
TRIES = 60
PAUSE = 0.5


class WalkError(Exception):
    """A page was not what a resident would expect."""


@dataclass
class Walker:
    """One resident at their browser."""

    resident: Resident
    browser: Browser

    @classmethod
    def of(cls, resident: Resident, origin: str) -> Walker:
        return cls(resident, Browser(origin, address_of(resident.number)))

    def sign_in(self) -> None:
        """Ask for a code, read it in the letter, type it."""
        page = self._patiently(lambda: self.browser.get("/en/accounts/login/"))
        page = self._patiently(lambda: self.browser.submit(page.form(field="email"), {"email": self.resident.email}))
        for _ in range(TRIES):
            form = page.form(field="code")
            page = self._patiently(partial(self.browser.submit, form, {"code": self._code()}))
            if "sessionid" in self.browser.cookies and page.path.startswith("/en/me/"):
                return
            time.sleep(PAUSE)
        raise WalkError(f"{self.resident.email} could not sign in: {page.status} {page.path}")

    def _code(self) -> str:
        letters = OutboxMessage.objects.filter(to=self.resident.email).order_by("-id")
        for text in letters.values_list("text", flat=True)[:3]:
            if found := CODE.search(text):
                return found[1]
        raise WalkError(f"no letter with a code came to {self.resident.email}")

    def publish_idea(self, consultation: int, *, title: str, cost: str, about: str) -> int:
        """Write a mini-initiative in the form; returns its number."""
        path = f"/en/consultations/{consultation}/ideas/new/"
        form = self._patiently(lambda: self.browser.get(path)).form(field="title")
        values: dict[str, str | list[str]] = {"title": title, "problem": about, "proposal": about, "location": ""}
        page = self._patiently(lambda: self.browser.submit(form, values | {"cost": cost, "publish": "1"}))
        found = re.fullmatch(r"/en/ideas/(\d+)/", page.path)
        if not found:
            raise WalkError(f"{title!r} was not published: {page.status} {page.path}")
        return int(found[1])

    def support(self, consultation: int, idea: int) -> None:
        """Look at the list, open the initiative, press the button."""
        self._patiently(lambda: self.browser.get(f"/en/consultations/{consultation}/ideas/"))
        for _ in range(TRIES):
            page = self._patiently(lambda: self.browser.get(f"/en/ideas/{idea}/"))
            if f"/en/ideas/{idea}/endorsement/withdraw/" in page.text:
                return  # also after a submit whose answer was lost
            try:
                self.browser.submit(page.form("endorsement"))
            except Unknown:
                time.sleep(PAUSE)
        raise WalkError(f"initiative {idea} could not be supported")

    def paper(self, round_id: int) -> Form:
        """The ballot paper."""
        return self._patiently(lambda: self.browser.get(f"/en/rounds/{round_id}/")).form("ballot")

    def cast(self, form: Form, selection: Sequence[int], history: History) -> Submit:
        """Send the paper; if the line breaks, send the very same paper again until an answer comes."""
        chosen = tuple(sorted(selection))
        values: dict[str, str | list[str]] = {"options": [str(number) for number in chosen]}
        for _ in range(TRIES):
            try:
                page = self.browser.submit(form, values)
            except Unknown:
                history.record(Submit(self.resident.number, chosen, UNKNOWN))
                time.sleep(PAUSE)
                continue
            submit = self._outcome(page, chosen)
            history.record(submit)
            return submit
        raise WalkError(f"the vote of {self.resident.email} got no answer")

    def _outcome(self, page: Page, chosen: tuple[int, ...]) -> Submit:
        found = RECEIPT.search(page.text) if page.path.partition("?")[0].endswith("/receipt/") else None
        if page.status == 200 and found:
            return Submit(self.resident.number, chosen, OK, found[0])
        if page.status in (400, 403, 409):
            return Submit(self.resident.number, chosen, REFUSED)
        raise WalkError(f"a vote was answered with {page.status} at {page.path}")

    def _patiently(self, ask: Callable[[], Page]) -> Page:
        """Ask again while the site is away. Only for what may be repeated without harm."""
        for _ in range(TRIES):
            try:
                page = ask()
            except Unknown:
                time.sleep(PAUSE)
                continue
            if page.status == 429:
                time.sleep(PAUSE)
                continue
            return page
        raise WalkError("the site did not come back")
