"""The activities that Teams sends to a bot in a personal chat, with the fields that Teams fills.

Source: Bot Framework activity schema (github.com/microsoft/botframework-sdk, specs/botframework-activity), and for Teams'
own fields learn.microsoft.com/microsoftteams/platform/bots and …/universal-actions-for-adaptive-cards.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from local.teams.people import Member

BOT_NAME = "Matta"
_ZONE = "Asia/Tokyo"

Activity = dict[str, Any]


def bot_key(bot_id: str) -> str:
    """The channel's id of a bot."""
    return f"28:{bot_id}"


def _base(kind: str, member: Member, bot_id: str, service_url: str) -> Activity:
    now = datetime.now(UTC)
    return {
        "type": kind,
        "id": f"f:{uuid.uuid4()}",
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "localTimestamp": now.astimezone(ZoneInfo(_ZONE)).isoformat(timespec="milliseconds"),
        "localTimezone": _ZONE,
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": member.key, "name": member.name, "aadObjectId": member.id},
        "conversation": {"conversationType": "personal", "tenantId": member.tenant, "id": member.conversation},
        "recipient": {"id": bot_key(bot_id), "name": BOT_NAME},
        "entities": [
            {
                "type": "clientInfo",
                "locale": member.locale,
                "country": member.locale[-2:],
                "platform": "Web",
                "timezone": _ZONE,
            }
        ],
        "channelData": {"tenant": {"id": member.tenant}},
        "locale": member.locale,
    }


def installation(member: Member, bot_id: str, service_url: str, action: Literal["add", "remove"]) -> Activity:
    """The app was installed for a person, or removed."""
    activity = _base("installationUpdate", member, bot_id, service_url)
    activity["action"] = action
    activity["channelData"] |= {
        "settings": {"selectedChannel": {"id": member.conversation}},
        "source": {"name": "message"},
    }
    return activity


def members_added(member: Member, bot_id: str, service_url: str) -> Activity:
    """The bot joined the person's chat."""
    activity = _base("conversationUpdate", member, bot_id, service_url)
    activity["membersAdded"] = [{"id": bot_key(bot_id)}]
    return activity


def execute(
    member: Member,
    bot_id: str,
    service_url: str,
    message: str,
    action: Mapping[str, Any],
    trigger: Literal["manual", "automatic"],
) -> Activity:
    """``Action.Execute`` was pressed (``manual``), or a card with ``refresh`` came into view (``automatic``).

    ``action`` has ``verb``, ``data`` (with what was typed in mixed in), and ``id`` and ``title`` where the card has them.
    """
    activity = _base("invoke", member, bot_id, service_url)
    activity["name"] = "adaptiveCard/action"
    activity["value"] = {"action": {"type": "Action.Execute", **action}, "trigger": trigger}
    activity["replyToId"] = message
    activity["channelData"] |= {"source": {"name": "message"}, "legacy": {"replyToId": f"1:{message}"}}
    return activity


def submit(member: Member, bot_id: str, service_url: str, message: str, data: Any) -> Activity:
    """``Action.Submit`` was pressed: a message without text."""
    activity = _base("message", member, bot_id, service_url)
    activity["value"] = data
    activity["replyToId"] = message
    activity["channelData"] |= {"source": {"name": "message"}, "legacy": {"replyToId": f"1:{message}"}}
    return activity


def typed(member: Member, bot_id: str, service_url: str, text: str) -> Activity:
    """The person wrote to the bot."""
    activity = _base("message", member, bot_id, service_url)
    activity |= {"text": text, "textFormat": "plain"}
    return activity
