"""The chat between a person and the bot, but for cards about messages (stage 6): it begins, it ends, somebody writes."""

from __future__ import annotations

from shared import log
from shared.app import App
from shared.core.hold.actor import Actor, Channel, Role
from shared.core.notice.cards.frame import CardReader
from shared.core.notice.cards.message_card import CardMessage, message_card
from shared.core.text.bot import BOT
from shared.errors import MattaError
from shared.ports_people import AuditCode, AuditEntry
from shared.usecases.teams_visitor import Visitor


def greet(app: App, visitor: Visitor, *, quietly: bool) -> None:
    """Somebody has got the app, and can be reached: record it, and say hello unless ``quietly``. Never raises."""
    _record(app, visitor, AuditCode.TEAMS_INSTALLED)
    if quietly:
        return
    reader = CardReader(visitor.asker.person, visitor.language, visitor.zone)
    try:
        card = message_card(CardMessage.WELCOME, reader)
        app.teams.post_card(visitor.conversation(app), card, BOT.text("welcome", visitor.language))
    except MattaError as error:
        log.trouble("teams", None, error)


def forget(app: App, visitor: Visitor) -> None:
    """Somebody has taken the app away. Raises ``TemporaryError``."""
    if visitor.origin.person_id:
        app.conversations.remove(visitor.tenant_id, visitor.origin.person_id)
        _record(app, visitor, AuditCode.TEAMS_REMOVED)


def help_out(app: App, visitor: Visitor) -> None:
    """Somebody wrote something: say what the bot is for. What was written is not kept."""
    keep_place(app, visitor)
    say(app, visitor, BOT.text("help", visitor.language))


def keep_place(app: App, visitor: Visitor) -> None:
    """Remember where the visitor can be reached, if that is not known or has changed (Teams moves service URLs)."""
    place = visitor.conversation(app)
    known = app.conversations.of(visitor.tenant_id, visitor.origin.person_id)
    if known is None or (known.id, known.service_url, known.entra_tenant) != (
        place.id,
        place.service_url,
        place.entra_tenant,
    ):
        app.conversations.save(visitor.tenant_id, place)


def say(app: App, visitor: Visitor, text: str) -> None:
    """Write a text into the chat; that it could not be is only logged."""
    try:
        app.teams.post_text(visitor.conversation(app), text)
    except MattaError as error:
        log.trouble("teams", None, error)


def _record(app: App, visitor: Visitor, code: AuditCode) -> None:
    actor = Actor(Role.SENDER, visitor.asker.person, Channel.TEAMS)
    try:
        app.audit.append(visitor.tenant_id, AuditEntry(code, actor, app.clock.now()))
    except Exception as error:  # a log that cannot be written keeps nobody from the app
        log.trouble("audit", None, error, code=code)
