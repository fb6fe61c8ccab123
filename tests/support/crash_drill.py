"""A drill: mail is sent and held mail released while parts of a running Matta are killed; then the books are checked."""

from __future__ import annotations

import random
import re
import smtplib
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from local.demo.desk import Arrival, Desk, Letter, find_form
from local.mailbox.store import StoredMessage
from shared.core.hold.record import State
from tests.support.running import Running

_QUEUE_ID = re.compile(rb"^X-Matta-Trace: v1; id=(\w+);", re.MULTILINE)


@dataclass
class Books:
    """What the clients know: the messages that got a 250, and how often an attempt ended without a clear answer."""

    accepted: dict[str, Letter] = field(default_factory=dict)
    unclear: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    kills: list[tuple[str, float]] = field(default_factory=list)
    """Part and moment (seconds since the epoch)."""


@dataclass(frozen=True)
class Duplicate:
    """One queue entry that the next hop got again: the moments of both receipts."""

    queue_id: str
    first: float
    again: float


class Postman(threading.Thread):
    """Sends letters one after the other, each until it is taken, as a mail server with a queue does."""

    def __init__(self, port: int, letters: Sequence[Letter], books: Books, *, pause: float) -> None:
        super().__init__(daemon=True)
        self._port, self._letters, self._books, self._pause = port, letters, books, pause

    def run(self) -> None:
        """Ends when every letter was taken."""
        for letter in self._letters:
            while not self._taken(letter):
                time.sleep(0.2)
            self._books.accepted[letter.message_id] = letter
            time.sleep(self._pause)

    def _taken(self, letter: Letter) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self._port, timeout=30) as connection:
                connection.sendmail(letter.sender, list(letter.recipients), letter.raw)
        except smtplib.SMTPResponseException:
            return False
        except (smtplib.SMTPException, OSError):
            # It may have been stored although no answer came: RFC 5321 section 4.5.3.2.6 tells to send again.
            self._books.unclear[letter.message_id] += 1
            return False
        return True


class Clerk(threading.Thread):
    """Reads the notices in a sender's mailbox and releases every message by its link, however often that takes."""

    def __init__(self, desk: Desk, sender: str) -> None:
        super().__init__(daemon=True)
        self._desk, self._sender = desk, sender
        self._open: dict[str, Arrival] = {}
        self._seen = ""
        self.released = 0
        self.stop = threading.Event()

    def run(self) -> None:
        """Ends when told to and nothing is left to release."""
        while not (self.stop.is_set() and not self._open):
            try:
                self._collect()
                for key, notice in list(self._open.items()):
                    if self._release(notice):
                        del self._open[key]
                        self.released += 1
            except OSError:
                pass  # a part is down at this moment
            time.sleep(0.2)

    def _collect(self) -> None:
        for mail in self._desk.arrivals(self._sender, self._seen):
            self._open[mail.id] = mail
            self._seen = mail.id

    def _release(self, notice: Arrival) -> bool:
        """Whether the message is decided: by this, or by an earlier try whose answer was lost."""
        page = self._desk.open(self._desk.link_in(notice))
        found = find_form(page, "release")
        if page.status != 200 or found is None:
            return page.status == 200
        asked = self._desk.press(*found, ticked=found[0].boxes)
        confirm = find_form(asked, "release")
        if asked.status != 200 or confirm is None:
            return False
        return self._desk.press(*confirm).status == 200


def kill_at_random(
    running: Running, books: Books, parts: Sequence[str], seed: int, postmen: Sequence[threading.Thread]
) -> None:
    """Kill each of ``parts`` in turn, at moments that ``seed`` draws, and start it again. In the main thread."""
    draw = random.Random(seed)
    for part in parts:
        time.sleep(draw.uniform(0.3, 2.0))
        running.kill(part)
        books.kills.append((part, time.time()))
        time.sleep(draw.uniform(0.0, 0.3))
        running.instance.restart(part)
    for postman in postmen:
        postman.join(60)
        assert not postman.is_alive(), "not every message was taken"


def copies_by_queue_id(received: Sequence[StoredMessage]) -> Mapping[str, Sequence[StoredMessage]]:
    """What the next hop got, by Matta's queue id."""
    found: dict[str, list[StoredMessage]] = defaultdict(list)
    for message in received:
        match = _QUEUE_ID.search(message.raw)
        assert match is not None, "a message came that does not bear Matta's mark"
        found[match.group(1).decode()].append(message)
    return found


def duplicates(received: Sequence[StoredMessage]) -> Sequence[Duplicate]:
    """Every receipt of a queue entry after its first."""
    return [
        Duplicate(queue_id, copies[0].received, copy.received)
        for queue_id, copies in copies_by_queue_id(received).items()
        for copy in copies[1:]
    ]


def unexplained(found: Sequence[Duplicate], books: Books, *, window_seconds: float) -> Sequence[Duplicate]:
    """The duplicates without a kill of the functions right behind the first receipt."""
    moments = [moment for part, moment in books.kills if part == "functions"]
    return [
        item
        for item in found
        if not any(item.first - 0.1 <= moment <= item.first + window_seconds for moment in moments)
    ]


def settled(running: Running, count: int, *, seconds: float = 90.0) -> Sequence[State]:
    """Wait until at least ``count`` messages are in the spool and each has come to an end; returns their states."""
    deadline = time.monotonic() + seconds
    while True:
        spooled = len(running.spooled())
        records = running.all_records()
        if len(records) == spooled >= count and all(record.state.is_final for record in records):
            return [record.state for record in records]
        if time.monotonic() > deadline:
            left = [
                (record.ref.queue_id, record.state, record.due_at) for record in records if not record.state.is_final
            ]
            raise TimeoutError(f"{spooled} in the spool, {len(records)} judged, without an end: {left}")
        time.sleep(1.0)
