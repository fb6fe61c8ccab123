"""Bring every card about a message up to date (stage 5): the effect of a ``cards`` outbox entry, and after each notice.

One worker at a time does it for a message, by a claim in the ledger: two who update one card at once could leave the
older state on it. A worker that finds the message moved on meanwhile does it again (docs/adr/0045).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.core.hold.record import MessageRecord, OutboxEntry
from shared.core.message.identity import MessageRef
from shared.errors import PermanentError
from shared.ports_people import CopyKey, CopyState, NoticeCopy
from shared.ports_teams import Conversation, TeamsUnavailable
from shared.usecases.card_of import CARDS
from shared.usecases.hold_parties import hold_party
from shared.usecases.reader import make_reader
from shared.usecases.teams_pause import note_pause, pause_of
from shared.usecases.teams_place import place_of
from shared.usecases.tell_people import StillOwed

CLAIM = timedelta(minutes=5)
"""How long one worker may take before another begins."""
ENOUGH = timedelta(minutes=4)
"""After so long a worker leaves the rest to the next look, so that its claim is still its own when it ends."""
ROUNDS = 5
"""How often cards are done again since the message moved on; then the next look goes on."""
MOST_FAILURES = 20
"""After as many failures in a row a card is left as it is: its buttons answer with how things stand."""
_TURN = CopyKey("cards", 0, "-", "turn")
"""The claim of whoever brings a message's cards up to date. It is never sent."""


def refresh_cards(app: App, ref: MessageRef, entry: OutboxEntry | None = None) -> bool:
    """Let all cards show how things stand; whether any had to change.

    Raises ``StillOwed`` while somebody else does it or Teams cannot be reached, and ``TemporaryError``.
    """
    if not app.settings.tenant(ref.tenant_id).teams.entra_tenant:
        return False
    stored = app.messages.load(ref)
    if stored is None or stored.record.own or not _stale(app, stored.record):
        return False
    now = app.clock.now()
    if pause_of(app, ref.tenant_id, now) > now:
        raise StillOwed("Teams asked to come back later")
    turn = app.ledger.begin(ref, _TURN, now, CLAIM)
    if turn is None:
        raise StillOwed("somebody else brings these cards up to date")
    try:
        return _in_turn(app, ref, now + ENOUGH)
    finally:
        if app.clock.now() < now + CLAIM:
            app.ledger.write(ref, replace(turn, until=None))


def _in_turn(app: App, ref: MessageRef, until: datetime) -> bool:
    failed: set[CopyKey] = set()
    for round_ in range(ROUNDS):
        stored = app.messages.load(ref)
        stale = [copy for copy in _stale(app, stored.record) if copy.key not in failed] if stored else []
        if stored is None or not stale:
            if failed:
                raise StillOwed(f"{len(failed)} cards could not be brought up to date yet")
            return round_ > 0
        for copy in stale:
            if app.clock.now() >= until:
                raise StillOwed("the rest of the cards has to wait")
            if not _update(app, stored.record, copy):
                failed.add(copy.key)
    raise StillOwed("the message moves on faster than its cards")


def _stale(app: App, record: MessageRecord) -> list[NoticeCopy]:
    """The cards that do not show the present state. One whose activity Teams never told cannot be reached any more."""
    return [
        copy
        for copy in app.ledger.copies(record.ref)
        if copy.state is CopyState.SENT
        and copy.key.channel == "teams-card"
        and copy.key.kind in CARDS
        and copy.activity
        and copy.showed < record.event_count
    ]


def _update(app: App, record: MessageRecord, copy: NoticeCopy) -> bool:
    """Put the present card in the place of one copy; whether that copy is done with.

    Raises ``TemporaryError`` where storage cannot be reached, and ``StillOwed`` where Teams wants to be left alone.
    """
    ref = record.ref
    place = place_of(app, ref.tenant_id, copy.key.person)
    if place is None:
        _forget(app, ref, copy)
        return True
    try:
        _show(app, record, copy, replace(place, id=copy.conversation))
    except PermanentError as error:  # taken away or blocked: nobody looks at it any more
        log.trouble("cards", ref, error)
        _forget(app, ref, copy)
        return True
    except Exception as error:
        log.trouble("cards", ref, error)
        failed = replace(copy, failures=copy.failures + 1)
        if failed.failures >= MOST_FAILURES:
            _forget(app, ref, failed)
            return True
        app.ledger.write(ref, failed)
        if isinstance(error, TeamsUnavailable) and error.retry_after > 0:
            note_pause(app, ref.tenant_id, app.clock.now() + timedelta(seconds=error.retry_after))
            raise StillOwed("Teams asked to come back later") from error
        return False
    app.ledger.write(ref, replace(copy, showed=record.event_count, failures=0))
    return True


def _show(app: App, record: MessageRecord, copy: NoticeCopy, place: Conversation) -> None:
    addressee = hold_party(app, record, copy.key.person)
    reader = make_reader(app, record.ref.tenant_id, addressee, place.person_key)
    card = CARDS[copy.key.kind](app, record, reader, copy.key.number)
    app.teams.update_card(place, copy.activity, card.data, card.summary)
    log.stage("cards", record.ref, copy.key.kind, showed=record.event_count)


def _forget(app: App, ref: MessageRef, copy: NoticeCopy) -> None:
    app.ledger.write(ref, replace(copy, state=CopyState.GIVEN_UP))
