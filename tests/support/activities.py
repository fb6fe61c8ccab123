"""Activities as Teams sends them, for tests."""

from __future__ import annotations

import json
from typing import Any

ENTRA_TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
HANAKO = "bbbbbbbb-0000-4000-8000-000000000001"
SERVICE_URL = "https://smba.trafficmanager.net/jp/"


def activity(kind: str, *, person: str = HANAKO, tenant: str = ENTRA_TENANT, **changes: Any) -> dict[str, Any]:
    """One activity from a person's chat with the bot; a change of ``None`` leaves the field out."""
    number = person[-4:]
    whole: dict[str, Any] = {
        "type": kind,
        "id": "f:1000",
        "timestamp": "2026-11-21T09:00:00.000Z",
        "channelId": "msteams",
        "serviceUrl": SERVICE_URL,
        "from": {"id": f"29:{number}", "name": "Hanako", "aadObjectId": person},
        "recipient": {"id": "28:bot", "name": "Matta"},
        "conversation": {"id": f"a:{number}", "conversationType": "personal", "tenantId": tenant},
        "channelData": {"tenant": {"id": tenant}},
        "entities": [{"type": "clientInfo", "locale": "ja-JP"}],
        "locale": "ja-JP",
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def card_action(
    verb: str, data: dict[str, Any] | None = None, trigger: str = "manual", **changes: Any
) -> dict[str, Any]:
    """A press on a button of a card."""
    value = {"action": {"type": "Action.Execute", "verb": verb, "data": data or {}}, "trigger": trigger}
    return activity("invoke", name="adaptiveCard/action", value=value, replyToId="1000", **changes)


def body_of(document: object) -> bytes:
    """The bytes of a request."""
    return json.dumps(document, ensure_ascii=False).encode()
