"""The senders: read their hold notices, open the links and press what was planned, however often that takes.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.errors import MessageError
from http.client import HTTPException

from local.chaos.plan import SENDERS
from local.demo.desk import Arrival, Desk, find_form

_SUBJECT = re.compile(r"chaos (\d{6})")
_PAUSE = 0.5
_ERRORS = (OSError, HTTPException, RuntimeError, ValueError, MessageError)


@dataclass
class _Asked:
    number: int
    notice: Arrival


class Robot(threading.Thread):
    """All senders at once. ``asked`` are the letters whose notice came; ``open`` those not decided yet."""

    def __init__(self, desk: Desk, decisions: Mapping[int, str]) -> None:
        super().__init__(name="robot", daemon=True)
        self._desk = desk
        self.decisions = decisions
        self._open: dict[str, _Asked] = {}
        self._seen = ""
        self._unread: dict[str, tuple[str, tuple[str, ...], float]] = {}
        self.asked: set[int] = set()
        self.decided = 0
        self.stop = threading.Event()

    @property
    def open(self) -> int:
        """Notices that were read and not decided."""
        return len(self._open) + len(self._unread)

    def run(self) -> None:
        """Until told to stop."""
        with ThreadPoolExecutor(3) as pool:
            while not self.stop.wait(_PAUSE):
                try:
                    self._collect()
                except _ERRORS:
                    continue  # a part is down at this moment
                work = list(self._open.items())
                for (key, _), done in zip(work, pool.map(self._act, [item for _, item in work]), strict=True):
                    if done:
                        del self._open[key]
                        self.decided += 1

    def _collect(self) -> None:
        query = f"{self._desk.mailbox}/api/messages?after={self._seen}"
        with urllib.request.urlopen(query, timeout=20) as answer:
            found = json.loads(answer.read())
        for item in found:
            envelope = item["envelope"]
            if envelope["recipients"] and envelope["recipients"][0] in SENDERS:
                recipients = tuple(envelope["recipients"])
                self._unread[item["id"]] = (envelope["sender"], recipients, item["received"])
            self._seen = item["id"]
        for key, (sender, recipients, received) in list(self._unread.items()):
            with urllib.request.urlopen(f"{self._desk.mailbox}/api/messages/{key}/raw", timeout=20) as answer:
                self._note(Arrival(key, sender, recipients, received, answer.read()))
            del self._unread[key]

    def _note(self, mail: Arrival) -> None:
        """Keep it if it is a hold notice about a letter."""
        try:
            self._desk.link_in(mail)
        except ValueError:
            return
        found = _SUBJECT.search(str(mail.parsed["Subject"]))
        body = mail.parsed.get_body(("plain",))
        found = found or _SUBJECT.search(body.get_content() if body else "")
        if found is None:
            return
        number = int(found[1])
        self.asked.add(number)
        if self.decisions.get(number) in ("release", "discard"):
            self._open[mail.id] = _Asked(number, mail)

    def _act(self, asked: _Asked) -> bool:
        try:
            return self._decide(asked.notice, self.decisions[asked.number])
        except _ERRORS:
            return False

    def _decide(self, notice: Arrival, verb: str) -> bool:
        """Whether the message is decided: by this, or by an earlier try whose answer was lost."""
        page = self._desk.open(self._desk.link_in(notice))
        found = find_form(page, verb)
        if page.status != 200 or found is None:
            return page.status == 200
        asked = self._desk.press(*found, ticked=found[0].boxes)
        confirm = find_form(asked, verb)
        if asked.status != 200 or confirm is None:
            return False
        return self._desk.press(*confirm).status == 200
