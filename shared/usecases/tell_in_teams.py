"""Post one person's copy of a notice in Teams, once (stage 5).

A copy is claimed in the ledger, then posted, then written down as sent. A crash between posting and writing may bring
one card more, never none (docs/adr/0044). A failure is counted in the copy, whose claim then lasts as long as Teams asks
for patience; after as many failures as the tenant has set, the caller tells the person by mail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from shared import log
from shared.app import App
from shared.core.hold.record import SYSTEM, OutboxEntry
from shared.core.message.domains import normal_address
from shared.core.message.identity import MessageRef
from shared.errors import PermanentError
from shared.ports_metrics import Labels, Metric
from shared.ports_people import AuditCode, AuditEntry, CopyKey, CopyState, NoticeCopy
from shared.ports_teams import TeamsUnavailable
from shared.usecases.reader import Reader
from shared.usecases.teams_pause import note_pause, pause_of
from shared.usecases.teams_place import place_of

CLAIM = timedelta(minutes=2)
"""How long whoever posts a copy may take before somebody else tries: longer than a request to Teams can last."""
REST = timedelta(seconds=15)
"""After a failure without Retry-After; below the first pause of the schedule, above a queue item that came twice."""
LONGEST_WAIT = timedelta(minutes=15)
"""Where Teams asks for more patience than this, people are told by mail at once: a hold must not wait for a card."""


@dataclass(frozen=True, slots=True)
class Card:
    """An Adaptive Card (JSON), and the line that Teams shows in its list of chats and notifications."""

    data: bytes
    summary: str


class Result(Enum):
    """What became of a copy in this run."""

    SENT = "sent"
    BEFORE = "before"
    """It went out earlier, or the person was told by mail in its place."""
    LATER = "later"
    BY_MAIL = "by-mail"


@dataclass(frozen=True, slots=True)
class Copy:
    """What one person is to get by one channel. Of ``card`` and ``text`` the one that the channel needs is there."""

    reader: Reader
    channel: str
    card: Callable[[Reader], Card] | None
    text: Callable[[Reader], str] | None
    showed: int


class _Resting(TeamsUnavailable):
    """Teams was not asked, since it has asked for patience."""


class InTeams:
    """The copies of one outbox entry."""

    def __init__(self, app: App, ref: MessageRef, entry: OutboxEntry) -> None:
        """Reads what was posted before. Raises ``TemporaryError``."""
        self._app, self._ref, self._entry = app, ref, entry
        self._before = {copy.key: copy for copy in app.ledger.copies(ref)}
        self._closed_until = pause_of(app, ref.tenant_id, app.clock.now())
        self._failed: dict[CopyKey, tuple[NoticeCopy, str]] = {}

    def post(self, copy: Copy) -> Result:
        """Post it. Raises ``TemporaryError`` where storage cannot be reached, never for what Teams does."""
        key = self._key(copy)
        before = self._before.get(key)
        if before is not None and before.state is not CopyState.SENDING:
            return Result.BEFORE
        place = place_of(self._app, self._ref.tenant_id, copy.reader.person)
        if place is None:
            self._failed[key] = (NoticeCopy(key, CopyState.GIVEN_UP), "")
            return Result.BY_MAIL
        now = self._app.clock.now()
        claimed = self._app.ledger.begin(self._ref, key, now, CLAIM)
        if claimed is None:
            return Result.LATER  # somebody else is at it, or it rests; who looks again sees how it ended
        try:
            self._wait(now)
            if copy.channel == "teams-card" and copy.card is not None:
                card = copy.card(replace(copy.reader, teams_key=place.person_key))
                activity = self._app.teams.post_card(place, card.data, card.summary)
            elif copy.text is not None:
                activity = self._app.teams.post_text(place, copy.text(copy.reader))
            else:
                raise PermanentError("no such form")
        except PermanentError as error:  # blocked, taken away, refused: the same again tomorrow
            return self._by_mail(claimed, error)
        except Exception as error:  # Teams is away, or the card could not be made this time
            return self._later(claimed, error, copy.reader.settings.notices.fall_back_after)
        sent = NoticeCopy(key, CopyState.SENT, 0, place.id, activity, copy.showed)
        self._app.ledger.write(self._ref, sent)
        log.stage("tell", self._ref, copy.channel, entry=self._entry.number)
        self._app.metrics.add(Metric.NOTICES, Labels(self._ref.tenant_id, copy.channel))
        return Result.SENT

    def give_up(self, copy: Copy) -> None:
        """Write down that the person was told by mail in place of this copy. Raises ``TemporaryError``."""
        failed, why = self._failed[self._key(copy)]
        if why:
            args = (("channel", copy.channel), ("person", copy.reader.person), ("cause", why))
            entry = AuditEntry(AuditCode.CHANNEL_REPLACED, SYSTEM, self._app.clock.now(), self._ref, args)
            self._app.audit.append(self._ref.tenant_id, entry)  # before the ledger: twice rather than never
        self._app.ledger.write(self._ref, replace(failed, state=CopyState.GIVEN_UP, until=None))
        log.stage("tell", self._ref, "by-mail", entry=self._entry.number, channel=copy.channel)

    def _key(self, copy: Copy) -> CopyKey:
        return CopyKey(self._entry.kind, self._entry.number, normal_address(copy.reader.person), copy.channel)

    def _wait(self, now: datetime) -> None:
        """Ask nothing of Teams while it has asked for patience; that counts as a try, so that it comes to an end."""
        if self._closed_until > now:
            raise _Resting("Teams asked to come back later", (self._closed_until - now).total_seconds())

    def _by_mail(self, copy: NoticeCopy, error: Exception) -> Result:
        log.trouble("teams", self._ref, error, entry=self._entry.number)
        self._failed[copy.key] = (copy, type(error).__name__)
        return Result.BY_MAIL

    def _later(self, copy: NoticeCopy, error: Exception, bound: int) -> Result:
        now = self._app.clock.now()
        wait = timedelta(seconds=max(error.retry_after, 0.0)) if isinstance(error, TeamsUnavailable) else timedelta()
        if wait and not isinstance(error, _Resting):
            self._closed_until = max(self._closed_until, now + wait)
            note_pause(self._app, self._ref.tenant_id, self._closed_until)
        failed = replace(copy, failures=copy.failures + 1)
        if failed.failures >= bound or wait > LONGEST_WAIT:
            return self._by_mail(failed, error)
        log.trouble("teams", self._ref, error, entry=self._entry.number, failures=failed.failures)
        self._app.ledger.write(self._ref, replace(failed, until=now + max(wait, REST)))
        return Result.LATER
