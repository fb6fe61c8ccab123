"""Clients that send at a given rate, or as fast as mail gets through. Local tooling; no stage of the mail flow."""

from __future__ import annotations

import queue
import re
import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.client import RECIPIENT, SENDER, message
from bench.sink import Sink

SIZE = 10 * 1024
_QUEUED = re.compile(rb"queued as ([0-9a-z]{26})")
_MOST_A_CONNECTION = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """One accepted message: when the 250 came, by ``time.perf_counter``."""

    message_id: str
    queue_id: str
    at: float


class Load:
    """``sessions`` clients that share one stream of messages. Use it in a ``with`` block."""

    def __init__(self, port: int, sink: Sink, *, sessions: int) -> None:
        self._port = port
        self._sink = sink
        self._tickets: queue.Queue[int | None] = queue.Queue()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(sessions)]
        self._lock = threading.Lock()
        self._sent: list[Sent] = []
        self._number = 0
        self.accepted = 0
        self.failed = 0
        """Tries that did not end with 250; the message is sent again."""

    @property
    def backlog(self) -> int:
        """Accepted and not arrived."""
        return self.accepted - self._sink.count

    @property
    def waiting(self) -> int:
        """Messages that should have been sent by now and were not: the relay is too slow for the rate."""
        return self._tickets.qsize()

    def take_through(self) -> list[tuple[Sent, float]]:
        """What has arrived since the last call, and when."""
        with self._lock:
            taken, self._sent = self._sent, []
        through, left = [], []
        for item in taken:
            arrived = self._sink.received_at(item.message_id)
            if arrived is None:
                left.append(item)
            else:
                through.append((item, arrived))
        with self._lock:
            self._sent = left + self._sent
        return through

    def at_rate(self, rate: float, seconds: float) -> Iterator[None]:
        """Hand out ``rate`` messages a second; yields ten times a second, so that the caller can do its own things."""
        began = time.perf_counter()
        given = 0
        while (passed := time.perf_counter() - began) < seconds:
            while given < passed * rate:
                self._ticket()
                given += 1
            yield
            time.sleep(0.1)

    def flat_out(self, seconds: float, *, most_on_their_way: int, meanwhile: Callable[[], None]) -> float:
        """As fast as mail gets through, with so many on their way; the arrivals a second. Calls ``meanwhile`` often."""
        before, began = self._sink.count, time.perf_counter()
        while time.perf_counter() - began < seconds:
            meanwhile()
            while self.backlog + self.waiting < most_on_their_way:
                self._ticket()
            time.sleep(0.02)
        return (self._sink.count - before) / (time.perf_counter() - began)

    def _ticket(self) -> None:
        self._number += 1
        self._tickets.put(self._number)

    def _work(self) -> None:
        connection: smtplib.SMTP | None = None
        uses = 0
        while (number := self._tickets.get()) is not None:
            message_id = f"soak.{number}@aozora.example"
            content = message(message_id, SIZE)
            while True:
                try:
                    if connection is None or uses >= _MOST_A_CONNECTION:
                        connection, uses = smtplib.SMTP("127.0.0.1", self._port, timeout=120), 0
                        connection.ehlo("client.soak.example")
                    uses += 1
                    queue_id = _transaction(connection, content)
                    break
                except (smtplib.SMTPException, OSError):
                    self.failed += 1
                    connection = None
                    time.sleep(0.5)
            with self._lock:
                self._sent.append(Sent(message_id, queue_id, time.perf_counter()))
                self.accepted += 1
        if connection is not None:
            connection.close()

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        for _ in self._threads:
            self._tickets.put(None)
        for thread in self._threads:
            thread.join(10)


def _transaction(connection: smtplib.SMTP, content: bytes) -> str:
    """The queue id. Raises ``SMTPException`` for everything but a 250."""
    for answer in (connection.mail(SENDER), connection.rcpt(RECIPIENT)):
        if answer[0] != 250:
            raise smtplib.SMTPResponseException(*answer)
    code, text = connection.data(content)
    found = _QUEUED.search(text)
    if code != 250 or found is None:
        raise smtplib.SMTPResponseException(code, text)
    return found[1].decode()
