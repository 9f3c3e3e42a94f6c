"""A resident's browser without scripts: keeps cookies, follows redirects, fills in the forms that a page offers.

Made of http.client: a heavier client would cost more CPU than the site it visits, on the same machine.
"""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

TIMEOUT = 30
REDIRECTS = 5


class Unknown(Exception):  # noqa: N818 - neither success nor refusal: the fate of the request is not known
    """The connection broke or the site said 5xx: whether the request took effect is not known."""


@dataclass(frozen=True)
class Page:
    """An answer: its status, its address after redirects, its text."""

    status: int
    path: str
    text: str
    headers: dict[str, str]
    body: bytes

    def form(self, action: str = "", field: str = "") -> Form:
        """The first form to post whose action contains the text and which has such a field. Raises LookupError."""
        for found in re.finditer(r"<form\b([^>]*)>(.*?)</form>", self.text, re.DOTALL):
            attributes = _attributes(found[1])
            posted = attributes.get("method", "get").lower() == "post"
            if posted and action in attributes.get("action", "") and f'name="{field}' in found[2]:
                return Form(attributes.get("action") or self.path, _fields(found[2]), _choices(found[2]))
        raise LookupError(f"there is no form {action!r} on {self.path} ({self.status})")


@dataclass(frozen=True)
class Form:
    """Where it goes, its hidden fields, and what can be ticked: (name, value) pairs."""

    action: str
    hidden: dict[str, str]
    choices: tuple[tuple[str, str], ...]


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', text)}


def _fields(text: str) -> dict[str, str]:
    inputs = [_attributes(found) for found in re.findall(r"<input\b([^>]*)>", text)]
    return {i["name"]: i.get("value", "") for i in inputs if i.get("type") == "hidden" and "name" in i}


def _choices(text: str) -> tuple[tuple[str, str], ...]:
    inputs = [_attributes(found) for found in re.findall(r"<input\b([^>]*)>", text)]
    return tuple((i["name"], i.get("value", "on")) for i in inputs if i.get("type") == "checkbox" and "name" in i)


@dataclass
class Browser:
    """One person's browser, at an address of its own (127.x.y.z), so that limits by address are met for real."""

    origin: str
    address: str
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    _connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Page:
        return self._follow("GET", path, None)

    def submit(self, form: Form, values: dict[str, str | list[str]] | None = None) -> Page:
        """Post the form with its hidden fields and these values."""
        return self._follow("POST", form.action, {**form.hidden, **(values or {})})

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _follow(self, method: str, path: str, values: dict[str, str | list[str]] | None) -> Page:
        for _ in range(REDIRECTS):
            page = self._once(method, path, values)
            location = page.headers.get("location")
            if page.status not in (301, 302, 303) or not location:
                return page
            target = urlsplit(location)
            method, values = "GET", None
            path = target.path + (f"?{target.query}" if target.query else "")
        raise Unknown("the redirects do not end")

    def _once(self, method: str, path: str, values: dict[str, str | list[str]] | None) -> Page:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Language": self.language,
            "Accept": "text/html",
        }
        body = None
        if values is not None:
            body = urlencode(values, doseq=True)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": self.origin + path}
            headers["Origin"] = self.origin
        self.requests += 1
        try:
            answer, raw = self._exchange(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unknown(str(error)) from error
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";", 1)[0]
        if answer.status >= 500:
            raise Unknown(f"{answer.status} from {path}")
        kept = {name.lower(): value for name, value in answer.headers.items()}
        is_text = kept.get("content-type", "").startswith(("text/", "application/json"))
        return Page(answer.status, path, raw.decode(errors="replace") if is_text else "", kept, raw)

    def _exchange(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        fresh = self._connection is None
        try:
            return self._send(method, path, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # A kept connection that the server closed meanwhile: for a GET simply ask again on a new one.
            self.close()
            if fresh or method != "GET":
                raise
            return self._send(method, path, body, headers)

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        if self._connection is None:
            site = urlsplit(self.origin)
            self._connection = http.client.HTTPConnection(
                site.hostname or "", site.port, timeout=TIMEOUT, source_address=(self.address, 0)
            )
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return answer, answer.read()


def address_of(number: int) -> str:
    """The loopback address of the resident with this number: 127.1.0.1 and upwards."""
    return f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"
