"""Take one request that came to the bot's endpoint (stage 6): prove it, find who asks, hand it on, answer in time.

Nothing of a request is believed before its token is checked. What a person may do follows from their directory id and
from the state of the message; what a card carries only says what is wished. Whatever goes wrong inside, the person reads
one sentence, and the rest is in the log.

An activity that came before changes nothing: a button that acts, an installation or a message counts once. The answer to
a button pressed twice is the card as things stand, so that a repetition by Teams itself still gets a proper answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared import log
from shared.app import App
from shared.core.teams.activity import (
    LARGEST,
    Activity,
    CardPress,
    Installed,
    Message,
    Other,
    Removed,
    UnreadableActivity,
    parse_activity,
)
from shared.core.teams.answer import card_answer, error_answer
from shared.core.text.bot import BOT
from shared.core.text.language import choose_language
from shared.ports_teams import ForgedActivity
from shared.usecases.note_look import note_refusal
from shared.usecases.press_button import UnusableButton, press_button
from shared.usecases.teams_chat import forget, greet, help_out, keep_place, say
from shared.usecases.teams_visitor import UnknownOrganisation, Visitor, find_visitor


@dataclass(frozen=True, slots=True)
class BotAnswer:
    """The HTTP answer: status and JSON (empty: none). ``retry_after`` in seconds, 0 for none."""

    status: int
    body: bytes = b""
    retry_after: int = 0


LARGEST_BODY = LARGEST
"""Bytes of a request; more is not looked at."""
_TAKEN = BotAnswer(200)
_FORBIDDEN = BotAnswer(403)
_BUSY = BotAnswer(503, retry_after=30)


def receive(app: App, authorization: str, body: bytes) -> BotAnswer:
    """Answer a request. Never raises."""
    if not authorization:
        return _FORBIDDEN
    try:
        activity = parse_activity(body)
        app.bot_tokens.check(authorization, activity.origin.service_url, activity.origin.channel)
    except UnreadableActivity as error:
        log.trouble("teams", None, error)
        return BotAnswer(400)
    except ForgedActivity as error:
        log.trouble("teams", None, error)
        return _FORBIDDEN
    except Exception as error:
        log.trouble("teams", None, error)
        return _BUSY
    try:
        return _believed(app, activity)
    except Exception as error:  # whoever waits for an answer gets one, and learns nothing of what is wrong inside
        log.trouble("teams", None, error)
        return _failed(activity)


def _believed(app: App, activity: Activity) -> BotAnswer:
    if isinstance(activity, Other):
        return BotAnswer(501) if activity.wants_answer else _TAKEN
    if not activity.origin.personal:
        return _told(activity, 403, "NotPersonal", "not-personal")
    try:
        visitor = find_visitor(app, activity.origin)
    except UnknownOrganisation as error:
        log.trouble("teams", None, error)
        return _told(activity, 403, "UnknownOrganisation", "unknown-organisation")
    if isinstance(activity, Removed):
        forget(app, visitor)
        return _TAKEN
    if visitor.person is None or not visitor.person.active:
        return _stranger(app, visitor, activity)
    match activity:
        case Installed():
            # Before the mark: should storage fail here, the repetition must not pass for one that was dealt with.
            keep_place(app, visitor)
            once(app, visitor, lambda: greet(app, visitor, quietly=activity.upgrade))
            return _TAKEN
        case Message():
            once(app, visitor, lambda: help_out(app, visitor))
            return _TAKEN
        case CardPress():
            return _pressed(app, visitor, activity)


def once(app: App, visitor: Visitor, work: Callable[[], None]) -> None:
    """Do the work unless this activity came before; that it came again is recorded."""
    if is_first(app, visitor):
        work()
    else:
        note_refusal(app, visitor.tenant_id, None, visitor.asker, "repeated")


def is_first(app: App, visitor: Visitor) -> bool:
    """Whether the activity never came before. One without an id could come as often as anybody likes: it never counts."""
    key = visitor.origin.key
    return bool(key) and app.conversations.first_time(visitor.tenant_id, key, app.clock.now())


def _pressed(app: App, visitor: Visitor, press: CardPress) -> BotAnswer:
    try:
        card = press_button(app, visitor, press, is_first)
    except UnusableButton as error:
        log.trouble("teams", None, error)
        return _told(press, 400, "UnusableButton", "unusable", visitor)
    if press.submitted:
        # A client without Universal Actions waits for no answer: the card is put in the place of the old one.
        place = visitor.conversation(app)
        if press.card:
            app.teams.update_card(place, press.card, card.data, card.summary)
        else:
            app.teams.post_card(place, card.data, card.summary)
        return _TAKEN
    return BotAnswer(200, card_answer(card.data))


def _stranger(app: App, visitor: Visitor, activity: Activity) -> BotAnswer:
    """Somebody whom the directory does not know, or has taken out: refused, recorded, and told so politely."""
    known = visitor.person is not None
    key = "removed-person" if known else "unknown-person"
    note_refusal(app, visitor.tenant_id, None, visitor.asker, key)
    if isinstance(activity, Installed) and not known:
        # The directory may learn of them later; until it does, nobody is told anything there.
        app.conversations.save(visitor.tenant_id, visitor.conversation(app))
    if isinstance(activity, CardPress) and not activity.submitted:
        return _told(activity, 403, "NotAllowed", key, visitor)
    if is_first(app, visitor):
        say(app, visitor, BOT.text(key, visitor.language))
    return _TAKEN


def _failed(activity: Activity) -> BotAnswer:
    if isinstance(activity, CardPress) and not activity.submitted:
        return _told(activity, 500, "TryAgain", "try-again")
    # 503, so that Teams says that the message did not arrive, or repeats the event.
    return _BUSY


def _told(activity: Activity, status: int, code: str, key: str, visitor: Visitor | None = None) -> BotAnswer:
    """A sentence to whoever pressed a button; where nobody waits for an answer, nothing."""
    if not isinstance(activity, CardPress) or activity.submitted:
        return _TAKEN
    language = visitor.language if visitor else choose_language(activity.origin.locale)
    return BotAnswer(200, error_answer(status, code, BOT.text(key, language)))
