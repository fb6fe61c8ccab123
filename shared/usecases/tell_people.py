"""Tell several people of one thing, each by the channels of their choice, each once (stage 5).

Mail goes out first: it needs nobody but our own storage, and its queue id follows from what it tells and to whom
(docs/adr/0017), so that no ledger is needed. Teams follows copy by copy (``tell_in_teams.py``). What keeps one copy from
going out keeps no other: everything is tried before anything is raised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared import log
from shared.app import App
from shared.core.hold.record import OutboxEntry
from shared.core.message.domains import normal_address
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef
from shared.core.notice.letter import Letter
from shared.errors import TemporaryError
from shared.usecases.reader import Addressee, Reader, make_reader, notice_sender
from shared.usecases.submit_own_mail import submit_own_mail
from shared.usecases.tell_in_teams import Card, Copy, InTeams, Result


class StillOwed(TemporaryError):
    """Some copy could not go out yet. The outbox entry stays, and the schedule brings it again in growing pauses."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told, in the form of each channel. The functions are called only for copies that are to go out now.

    ``mail`` gets the letter with its From, Message-ID and thread. ``card`` or ``text`` is ``None`` for what is told in
    no such form; whoever has chosen that channel is then told by mail. ``showed`` is the ``event_count`` of the record
    that the card shows. ``thread`` is the number of the entry whose mail begins the thread, -1 where this one does.
    ``plain_for`` is the address whose mail has the purpose without a person, as versions before this one named it.
    """

    people: Sequence[Addressee]
    mail: Callable[[Reader, Letter], bytes]
    card: Callable[[Reader], Card] | None = None
    text: Callable[[Reader], str] | None = None
    showed: int = 0
    thread: int = -1
    plain_for: str = ""


def tell(app: App, ref: MessageRef, entry: OutboxEntry, telling: Telling) -> bool:
    """Tell everybody who was not told yet; whether anything went out in this run.

    Raises, when everything was tried, what went wrong with a mail or in storage, and ``StillOwed`` where Teams keeps
    somebody waiting. Runs twice harmlessly.
    """
    run = _Run(app, ref, entry, telling)
    for reader in _readers(app, ref.tenant_id, telling.people):
        run.readers.append(reader)
        if "mail" in reader.settings.notices.channels:
            run.guarded(run.by_mail, reader)
    for reader in run.readers:
        for channel in reader.settings.notices.channels:
            if channel != "mail":
                run.guarded(run.in_teams, reader, channel)
    if run.errors:
        raise run.errors[0]
    if run.waiting:
        raise StillOwed(f"{run.waiting} copies of {entry.kind} {entry.number} could not go out yet")
    return run.went_out


class _Run:
    """One run of ``tell``: what went out, who still waits, and what went wrong."""

    def __init__(self, app: App, ref: MessageRef, entry: OutboxEntry, telling: Telling) -> None:
        self.app, self.ref, self.entry, self.telling = app, ref, entry, telling
        self.readers: list[Reader] = []
        self.teams: InTeams | None = None
        self.errors: list[Exception] = []
        self.waiting = 0
        self.went_out = False

    def guarded(self, work: Callable[..., None], *values: object) -> None:
        """Run a piece so that its failure keeps no other from being tried."""
        try:
            work(*values)
        except Exception as error:  # raised again when the others were told
            log.trouble("tell", self.ref, error, entry=self.entry.number)
            self.errors.append(error)

    def by_mail(self, reader: Reader) -> None:
        """Submit the mail to one person, unless it was submitted before."""
        purpose = self._purpose(self.entry.number, reader.person)
        first = self.telling.thread if self.telling.thread >= 0 else self.entry.number
        letter = Letter(
            sender_name="",
            sender_address=notice_sender(reader.settings),
            recipient=reader.person,
            message_id=self._message_id(purpose),
            date=self.app.clock.now(),
            thread_id=self._message_id(self._purpose(first, reader.person)),
        )
        data = self.telling.mail(reader, letter)
        body = "7BIT" if data.isascii() else "8BITMIME"
        envelope = Envelope("", (reader.person,), smtputf8=letter.smtputf8, body=body)
        self.went_out |= submit_own_mail(self.app, self.ref, purpose, envelope, data)

    def in_teams(self, reader: Reader, channel: str) -> None:
        """Post one copy; where Teams does not serve, see that the person is told by mail."""
        if (self.telling.card if channel == "teams-card" else self.telling.text) is None:
            self._instead(reader)
            return
        if self.teams is None:
            self.teams = InTeams(self.app, self.ref, self.entry)
        copy = Copy(reader, channel, self.telling.card, self.telling.text, self.telling.showed)
        result = self.teams.post(copy)
        if result is Result.BY_MAIL:
            self._instead(reader)
            self.teams.give_up(copy)
        self.went_out |= result is Result.SENT
        self.waiting += result is Result.LATER

    def _instead(self, reader: Reader) -> None:
        if "mail" not in reader.settings.notices.channels:
            self.by_mail(reader)

    def _purpose(self, number: int, person: str) -> str:
        plain = f"{self.entry.kind}-{number}"
        address = normal_address(person)
        if self.telling.plain_for and address == normal_address(self.telling.plain_for):
            return plain
        return f"{plain}-{hashlib.sha256(address.encode()).hexdigest()[:20]}"

    def _message_id(self, purpose: str) -> str:
        return f"<{purpose}.{self.ref.queue_id}@{self.app.process.host_name}>"


def _readers(app: App, tenant_id: str, people: Sequence[Addressee]) -> list[Reader]:
    """Each person once, even where two of the addresses are one person's."""
    known = app.directory.people(tenant_id, [address.person for address in people])
    found: dict[str, Addressee] = {}
    for one in people:
        person = known.get(one.person.lower())
        found.setdefault(person.id if person and person.id else normal_address(one.person), one)
    return [make_reader(app, tenant_id, one) for one in found.values()]
