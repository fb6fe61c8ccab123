"""What Teams sends to the bot's endpoint, read with suspicion (stage 6): bytes in, one frozen value out.

Nothing here is believed yet: that the request is Teams' own is for ``BotTokens`` to say. Fields that Matta does not know
are passed over; what it needs must be there in its proper form.

Source: Bot Framework "Activity" schema; "Universal Actions for Adaptive Cards" and "Conversation events in your Teams bot"
in Microsoft's documentation.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.errors import PermanentError

LARGEST = 256 * 1024
"""Bytes of an activity; Teams' own are far smaller."""
LONGEST_TEXT = 4_000
_LONGEST_ID = 1_000
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class UnreadableActivity(PermanentError):
    """The body is no activity."""

    public = "This request cannot be read."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an activity comes from, as it says itself.

    ``entra_tenant`` and ``person_id`` are directory ids in lower case, empty where there is none or it has another form.
    ``personal``: a chat between one person and the bot. ``key`` names the activity for good: Teams numbers activities
    within a conversation, so its id alone may come twice; empty where it has no id.
    """

    channel: str
    service_url: str
    entra_tenant: str
    person_id: str
    person_key: str
    bot_key: str
    conversation: str
    personal: bool
    locale: str
    key: str


@dataclass(frozen=True, slots=True)
class Installed:
    """Somebody has got the app (``upgrade``: a new version of it)."""

    origin: Origin
    upgrade: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """Somebody has taken the app away."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class CardPress:
    """A button of a card. ``verb`` is empty where only data came (``Action.Submit``, ``submitted``).

    ``automatic``: no person pressed it, the client refreshes a card that it shows. ``card`` is the activity of the card.
    """

    origin: Origin
    verb: str
    data: Any
    automatic: bool
    submitted: bool
    card: str


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was typed."""

    origin: Origin
    text: str


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else. ``wants_answer``: an invoke, which the client waits for."""

    origin: Origin
    kind: str
    wants_answer: bool


Activity = Installed | Removed | CardPress | Message | Other


class _Account(msgspec.Struct, rename="camel"):
    id: str | None = None
    aad_object_id: str | None = None


class _Conversation(msgspec.Struct, rename="camel"):
    id: str | None = None
    tenant_id: str | None = None
    conversation_type: str | None = None


class _Tenant(msgspec.Struct):
    id: str | None = None


class _ChannelData(msgspec.Struct):
    tenant: _Tenant | None = None


class _Activity(msgspec.Struct, rename="camel"):
    type: str
    channel_id: str
    service_url: str
    conversation: _Conversation
    sender: _Account = msgspec.field(name="from", default_factory=_Account)
    recipient: _Account = msgspec.field(default_factory=_Account)
    id: str | None = None
    name: str | None = None
    action: str | None = None
    locale: str | None = None
    text: str | None = None
    reply_to_id: str | None = None
    channel_data: _ChannelData | None = None
    value: Any = None


_decoder = msgspec.json.Decoder(_Activity)
_CARD_ACTION = "adaptiveCard/action"


def parse_activity(body: bytes) -> Activity:
    """The activity in a request's body. Raises ``UnreadableActivity``."""
    if len(body) > LARGEST:
        raise UnreadableActivity("too large")
    try:
        read = _decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableActivity(f"no activity: {type(error).__name__}") from error
    origin = _origin(read)
    kind = read.type.lower()
    if kind == "invoke" and read.name == _CARD_ACTION:
        return _pressed(read, origin)
    if kind == "message" and isinstance(read.value, dict) and read.value:
        return CardPress(origin, "", read.value, automatic=False, submitted=True, card=_id(read.reply_to_id))
    if kind == "message":
        return Message(origin, (read.text or "")[:LONGEST_TEXT])
    if kind == "installationupdate" and read.action in ("add", "add-upgrade"):
        return Installed(origin, upgrade=read.action == "add-upgrade")
    if kind == "installationupdate" and read.action == "remove":
        return Removed(origin)
    return Other(origin, read.type[:100], wants_answer=kind == "invoke")


def _pressed(read: _Activity, origin: Origin) -> Activity:
    value = read.value if isinstance(read.value, dict) else {}
    action, trigger = value.get("action"), value.get("trigger", "manual")
    if not isinstance(action, dict) or trigger not in ("manual", "automatic"):
        raise UnreadableActivity("a card action without its action")
    verb = action.get("verb", "")
    if not isinstance(verb, str):
        raise UnreadableActivity("a verb that is no text")
    return CardPress(
        origin, verb, action.get("data"), automatic=trigger == "automatic", submitted=False, card=_id(read.reply_to_id)
    )


def _origin(read: _Activity) -> Origin:
    conversation = _id(read.conversation.id)
    if not conversation or len(read.service_url) > _LONGEST_ID or len(read.channel_id) > _LONGEST_ID:
        raise UnreadableActivity("an activity without a conversation, or with an endless address")
    named = [read.conversation.tenant_id]
    if read.channel_data is not None and read.channel_data.tenant is not None:
        named.append(read.channel_data.tenant.id)
    tenants = {one.lower() for one in named if one}
    if len(tenants) > 1:
        raise UnreadableActivity("an activity of two tenants")
    identity = _id(read.id)
    digest = hashlib.sha256(f"{read.type}\n{conversation}\n{identity}".encode("utf-8", "replace")).hexdigest()
    return Origin(
        channel=read.channel_id,
        service_url=read.service_url,
        entra_tenant=_guid(tenants.pop() if tenants else ""),
        person_id=_guid((read.sender.aad_object_id or "").lower()),
        person_key=_id(read.sender.id),
        bot_key=_id(read.recipient.id),
        conversation=conversation,
        personal=(read.conversation.conversation_type or "").lower() == "personal",
        locale=(read.locale or "")[:35],
        key=digest if identity else "",
    )


def _id(text: str | None) -> str:
    """One of Teams' own ids. Raises ``UnreadableActivity`` where it is endless or has control characters."""
    if text is None:
        return ""
    if len(text) > _LONGEST_ID or not text.isprintable():
        raise UnreadableActivity("an id that is none")
    return text


def _guid(text: str) -> str:
    return text if _GUID.fullmatch(text) else ""
