"""``Press``: one press of a card's button by somebody who is known, and what every family of cards does first (stage 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.app import App
from shared.core.hold.entitlement import Standing, sender_of
from shared.core.hold.link import Purpose
from shared.core.hold.record import MessageRecord
from shared.core.message.identity import MessageRef
from shared.core.notice.cards.actions import CardAction
from shared.core.notice.cards.frame import CardReader
from shared.errors import NotFound
from shared.usecases.decide_hold import Asker, NotEntitled
from shared.usecases.effective_settings import settings_for
from shared.usecases.hold_card import card_reader
from shared.usecases.make_link import make_link
from shared.usecases.note_look import note_look, note_refusal
from shared.usecases.open_link import standing_of
from shared.usecases.reader import Reader

OLD_CARD = "old-card"
"""Why a button did nothing: things had moved on since its card was made."""


@dataclass(frozen=True, slots=True)
class Press:
    """``acts`` is false where nothing may be done, whatever the verb: a refresh, or a press that came before."""

    ref: MessageRef
    action: CardAction
    acts: bool
    asker: Asker
    reader: Reader

    def is_current(self, record: MessageRecord) -> bool:
        """Whether the card showed the message as it stands."""
        return self.action.version == record.event_count

    def reader_for(self, standing: Standing) -> Reader:
        """The reader, as the proxy of whom they act for."""
        return replace(self.reader, on_behalf_of=standing.on_behalf_of)

    def card_reader(self, app: App, purpose: Purpose) -> CardReader:
        """Whom the answer is for, with a link to the page of that purpose."""
        link = make_link(app, self.ref, self.reader.person, purpose, self.reader.settings)
        return card_reader(self.reader, link.url)


def load(app: App, ref: MessageRef) -> MessageRecord:
    """The record of a relayed message. Raises ``NotFound``, ``TemporaryError``."""
    stored = app.messages.load(ref)
    if stored is None or stored.record.own:
        raise NotFound("no such message")
    return stored.record


def holder_standing(app: App, press: Press, record: MessageRecord) -> Standing:
    """As what the person may see the sender's cards. Raises ``NotEntitled``, which is recorded, and ``TemporaryError``."""
    standing = standing_of(app, record, press.asker.person)
    if standing is None:
        note_refusal(app, press.ref.tenant_id, press.ref, press.asker, press.action.verb)
        raise NotEntitled(f"not the business of {press.asker.channel}")
    return standing


def note_card(app: App, press: Press, standing: Standing, *, is_old: bool) -> None:
    """Record that a card about the message was shown, and that a button of an old one did nothing."""
    if is_old:
        note_refusal(app, press.ref.tenant_id, press.ref, press.asker, OLD_CARD)
    note_look(app, press.ref, standing, press.asker, "card")


def internal_domains(app: App, record: MessageRecord) -> frozenset[str]:
    """The domains that count as internal for a message's sender."""
    return settings_for(app, record.ref.tenant_id, sender_of(record)).internal_domains
