"""SMTP clients with a queue, as mail servers have one: each letter again and again until it is taken; what they were told.

Each writes down, durably and before it goes on, every 250 that it got. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import smtplib
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from local.chaos.ledgers import Told, Unclear
from local.chaos.letters import letter_bytes
from local.chaos.plan import LetterPlan

_QUEUED = re.compile(rb"queued as ([0-9a-z]{26})")
_PATIENCE = 40.0
"""Seconds that a client waits for an answer; mail servers wait minutes."""
_MOST_A_CONNECTION = 8


class Baton:
    """Says which round it is, so that letters go out in the round that they were planned for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._began: dict[int, float] = {}
        self._stopped = False

    def begin(self, number: int) -> None:
        """The round begins now."""
        with self._changed:
            self._began[number] = time.monotonic()
            self._changed.notify_all()

    def stop(self) -> None:
        """No round follows: letters of later ones are not sent."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def wait(self, number: int, offset: float) -> bool:
        """Until the moment ``offset`` seconds into a round; False where there will be no such round."""
        with self._changed:
            self._changed.wait_for(lambda: number in self._began or self._stopped)
            if number not in self._began:
                return False
            pause = self._began[number] + offset - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        return True


class Client(threading.Thread):
    """One client. ``told`` and ``unclear`` are also in its file, line by line."""

    def __init__(
        self, number: int, port: int, letters: Sequence[LetterPlan], seed: int, baton: Baton, file: Path
    ) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self._port = port
        self._letters = sorted(letters, key=lambda letter: (letter.round, letter.offset))
        self._seed = seed
        self._baton = baton
        self._file = file
        self._draw = random.Random(f"{seed}/client/{number}")
        self._tls = number == 0  # one of them encrypts
        self._connection: smtplib.SMTP | None = None
        self._uses = 0
        self.told: list[Told] = []
        self.unclear: list[Unclear] = []
        self.sent = 0
        """Letters that were begun, and those that were taken whole."""
        self.done = 0
        self.deferred = 0
        """Tries that ended with 4yz or without a connection."""
        self.refused: list[str] = []
        """Replies 5yz: no letter deserves one."""

    def run(self) -> None:
        """Ends when every letter was taken, or no further round comes."""
        with self._file.open("a", encoding="utf-8") as file:
            for letter in self._letters:
                if not self._baton.wait(letter.round, letter.offset):
                    break
                self.sent += 1
                self._deliver(letter, file.fileno())
                self.done += 1
        self._close()

    def _deliver(self, letter: LetterPlan, file: int) -> None:
        """Until every recipient was taken; a refusal for good takes it out of the queue."""
        content = letter_bytes(letter, self._seed)
        open_recipients = list(letter.recipients)
        while open_recipients:
            try:
                queue_id, taken = self._transaction(letter, open_recipients, content)
            except smtplib.SMTPResponseException as error:
                self._close()
                if error.smtp_code >= 500:
                    self.refused.append(f"letter {letter.number}: {error.smtp_code} {error.smtp_error!r}")
                    return
                self.deferred += 1
            except (smtplib.SMTPException, OSError):
                self._close()
                self.deferred += 1
            else:
                told = Told(letter.number, queue_id, tuple(taken), time.time())
                os.write(file, (json.dumps({"told": asdict(told)}) + "\n").encode())
                os.fsync(file)
                self.told.append(told)
                open_recipients = [address for address in open_recipients if address not in taken]
                continue
            time.sleep(self._draw.uniform(0.3, 1.2))

    def _transaction(self, letter: LetterPlan, recipients: Sequence[str], content: bytes) -> tuple[str, list[str]]:
        """Queue id and the recipients that were taken."""
        connection = self._connected()
        foreign = not all(address.isascii() for address in recipients)
        options = ["BODY=8BITMIME"] if not content.isascii() else []
        self._expect(connection.mail(letter.sender, [*options, *(["SMTPUTF8"] if foreign else [])]))
        taken = []
        last = (0, b"")
        for address in recipients:
            last = connection.rcpt(address)
            if last[0] in (250, 251):
                taken.append(address)
            elif last[0] >= 500 or last[0] == 421:
                raise smtplib.SMTPResponseException(*last)
        if not taken:
            raise smtplib.SMTPResponseException(*last)
        self._expect(connection.docmd("DATA"), 354)
        quoted = re.sub(rb"(?m)^\.", b"..", content)
        try:
            connection.send(quoted + b".\r\n")
            answer = connection.getreply()
        except (smtplib.SMTPException, OSError):
            # It may have been stored although no answer came.
            self.unclear.append(Unclear(letter.number, time.time()))
            raise
        if answer[0] != 250:
            self.unclear.append(Unclear(letter.number, time.time(), answer[0]))
        self._expect(answer)
        found = _QUEUED.search(answer[1])
        if found is None:
            raise smtplib.SMTPResponseException(answer[0], b"a 250 that names no queue id: " + answer[1])
        return found[1].decode(), taken

    def _expect(self, answer: tuple[int, bytes], wanted: int = 250) -> None:
        if answer[0] != wanted:
            raise smtplib.SMTPResponseException(*answer)

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None and self._uses >= _MOST_A_CONNECTION:
            self._close()
        if self._connection is None:
            connection = smtplib.SMTP("127.0.0.1", self._port, timeout=_PATIENCE)
            self._connection = connection
            self._uses = 0
            self._expect(connection.ehlo("client.chaos.example"))
            if self._tls:
                # The certificate is self-signed, and the connection never leaves this machine.
                connection.starttls(context=ssl._create_unverified_context())  # noqa: S323  # the instance's own certificate
                self._expect(connection.ehlo("client.chaos.example"))
        self._uses += 1
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.close()
