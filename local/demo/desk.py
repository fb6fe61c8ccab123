"""``Desk``: what a person can do from outside: send mail, look into mailboxes, open pages, press buttons.

It knows the instance by its endpoints alone, and nothing of its insides. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import json
import re
import smtplib
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from local.demo.forms import Control, Form, Page, read_page

_POLL_SECONDS = 0.1
_HTTP_SECONDS = 30.0
_OWN_FIELDS = re.compile(rb"(?:(?:Received|X-Matta-[A-Za-z-]+):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it goes out over SMTP."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    message_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message in the mailbox. ``received`` is in seconds since the epoch."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    received: float
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        """For reading texts of Matta's own mail."""
        return message_from_bytes(self.raw, policy=policy.default)

    def head_above(self, raw: bytes) -> bytes | None:
        """Matta's own header fields when the rest equals ``raw`` byte for byte, else ``None``."""
        if not self.raw.endswith(raw):
            return None
        head = self.raw[: len(self.raw) - len(raw)]
        return head if head and _OWN_FIELDS.fullmatch(head) else None


class Refused(Exception):
    """The relay did not take a message. The text is its reply."""


class Desk:
    """A person's tools, for the instance with these endpoints (``local/endpoints.py``)."""

    def __init__(self, endpoints: Mapping[str, Any]) -> None:
        self._smtp_host, _, port = str(endpoints["smtp"]).rpartition(":")
        self._smtp_port = int(port)
        self.api = str(endpoints["api"])
        self.mailbox = str(endpoints["mailbox_web"])
        self.teams = str(endpoints["teams_web"])

    # --- mail

    def send(self, letter: Letter) -> float:
        """Send it; returns the seconds that the relay took. Raises ``Refused``."""
        started = time.perf_counter()
        try:
            with smtplib.SMTP(self._smtp_host, self._smtp_port, timeout=60) as connection:
                connection.sendmail(letter.sender, list(letter.recipients), letter.raw)
        except (smtplib.SMTPException, OSError) as error:
            raise Refused(f"{type(error).__name__}: {error}") from error
        return time.perf_counter() - started

    def send_as(self, letter: Letter, user: str, password: str) -> None:
        """Send it with STARTTLS and AUTH. Raises ``Refused``."""
        # The certificate is self-signed, and the connection never leaves this machine.
        context = ssl._create_unverified_context()  # noqa: S323
        try:
            with smtplib.SMTP(self._smtp_host, self._smtp_port, timeout=60) as connection:
                connection.starttls(context=context)
                connection.login(user, password)
                connection.sendmail(letter.sender, list(letter.recipients), letter.raw)
        except (smtplib.SMTPException, OSError) as error:
            raise Refused(f"{type(error).__name__}: {error}") from error

    def newest(self) -> str:
        """A mark for ``arrivals``: the last message that the mailbox has by now."""
        found = self._json("GET", "/api/messages")
        return str(found[-1]["id"]) if found else ""

    def arrivals(self, person: str, after: str = "") -> list[Arrival]:
        """Messages to ``person`` that came after the mark, in order."""
        query = urllib.parse.urlencode({"person": person, "after": after})
        found = []
        for item in self._json("GET", f"/api/messages?{query}"):
            envelope = item["envelope"]
            if person in envelope["recipients"]:
                raw = self._request("GET", f"{self.mailbox}/api/messages/{item['id']}/raw")[2]
                found.append(
                    Arrival(item["id"], envelope["sender"], tuple(envelope["recipients"]), item["received"], raw)
                )
        return found

    def copies(self, letter: Letter, after: str = "") -> list[Arrival]:
        """The messages with the letter's Message-ID that any of its recipients got."""
        mark = letter.message_id.encode()
        found = {a.id: a for person in letter.recipients for a in self.arrivals(person, after) if mark in a.raw}
        return [found[key] for key in sorted(found)]

    @contextmanager
    def refusing(self, address: str, reply: str) -> Iterator[None]:
        """The mailbox refuses one recipient meanwhile; its other faults stay."""
        before = self._json("GET", "/api/faults")
        for fault in before:
            del fault["struck"]
        self._json("PUT", "/api/faults", [{"stage": "rcpt", "address": address, "reply": reply}, *before])
        try:
            yield
        finally:
            self._json("PUT", "/api/faults", before)

    # --- pages

    def link_in(self, notice: Arrival) -> str:
        """The link to a held message in the notice's text; raises ``ValueError`` where there is none."""
        body = notice.parsed.get_body(("plain",))
        found = re.search(re.escape(self.api) + r"/[^\s<>\"]+", body.get_content() if body else "")
        if found is None:
            raise ValueError("the notice has no link")
        return found.group()

    def open(self, url: str) -> Page:
        """GET a page. Any status is an answer."""
        status, final, body = self._request("GET", url)
        return read_page(status, final, body.decode("utf-8", "replace"))

    def press(self, form: Form, button: Control, *, ticked: Sequence[Control] = ()) -> Page:
        """Send a form as a browser does."""
        data = urllib.parse.urlencode(form.fill(button, ticked=ticked)).encode()
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(form.action))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
        status, final, body = self._request(form.method, form.action, data, headers)
        return read_page(status, final, body.decode("utf-8", "replace"))

    # --- HTTP

    def _json(self, method: str, path: str, content: object = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        status, _, body = self._request(method, f"{self.mailbox}{path}", data, headers)
        if status != 200:
            raise RuntimeError(f"the mailbox answered {status} to {method} {path}: {body[:200]!r}")
        return json.loads(body)

    def _request(
        self, method: str, url: str, data: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, bytes]:
        """Status, final URL after redirects, body."""
        request = urllib.request.Request(url, data=data, headers=dict(headers or {}), method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback never goes through a proxy
        try:
            with opener.open(request, timeout=_HTTP_SECONDS) as response:
                return response.status, response.url, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.url or url, error.read()


def find_form(page: Page, word: str) -> tuple[Form, Control] | None:
    """The form with a button for ``word`` (``release``, ``discard``), and that button."""
    for form in page.forms:
        button = form.button(word)
        if button is not None:
            return form, button
    return None


def pause() -> None:
    """Wait a little before looking again."""
    time.sleep(_POLL_SECONDS)
