"""People who use the bot, for tests: a ``World`` whose tenant has Teams, and chats in which they press buttons."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.core.message.identity import MessageRef
from shared.core.people.person import Person
from shared.core.policy.tenant_settings import Teams
from shared.ports_people import AuditCode, AuditEntry
from shared.usecases.receive_activity import BotAnswer, receive
from tests.fakes.bot_tokens import FakeBotTokens
from tests.support.activities import ENTRA_TENANT, HANAKO, SERVICE_URL, activity, body_of, card_action
from tests.support.app import INSIDE, SENDER, World, make_settings

JIRO = "bbbbbbbb-0000-4000-8000-000000000002"
STRANGER = "bbbbbbbb-0000-4000-8000-00000000000f"
AUTHORIZATION = FakeBotTokens.good(SERVICE_URL)


def teams_world(**settings: object) -> World:
    """A world with a bot, Hanako (the sender) and Jiro (inside), both known by their directory ids."""
    world = World(settings=make_settings(**({"teams": Teams(entra_tenant=ENTRA_TENANT)} | settings)))
    world.directory.save(
        "demo",
        [
            Person(SENDER, "Hanako", language="ja", id=HANAKO),
            Person(INSIDE, "Jiro", language="en", id=JIRO),
        ],
    )
    return world


@dataclass
class Chat:
    """One person's chat with the bot. Every activity has an id of its own, unless ``repeat`` sends the last one again."""

    world: World
    person: str = HANAKO
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(2000))
    last: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The conversation's id."""
        return f"a:{self.person[-4:]}"

    def send(self, document: dict[str, Any]) -> BotAnswer:
        """What Teams sends for the person."""
        self.last = document
        return receive(self.world.app, AUTHORIZATION, body_of(document))

    def repeat(self) -> BotAnswer:
        """The same once more."""
        return self.send(self.last)

    def install(self, action: str = "add") -> BotAnswer:
        """Get the app, or take it away."""
        return self.send(
            activity("installationUpdate", person=self.person, action=action, id=f"f:{next(self.numbers)}")
        )

    def write(self, text: str = "hello") -> BotAnswer:
        """Type something."""
        return self.send(activity("message", person=self.person, text=text, id=f"{next(self.numbers)}"))

    def press(self, verb: str, data: dict[str, Any], trigger: str = "manual", **changes: Any) -> BotAnswer:
        """Press a button."""
        changes = {"person": self.person, "id": f"f:{next(self.numbers)}"} | changes
        return self.send(card_action(verb, data, trigger, **changes))

    def submit(self, data: dict[str, Any], **changes: Any) -> BotAnswer:
        """Press a button in a client without Universal Actions."""
        changes = {"person": self.person, "id": f"{next(self.numbers)}", "replyToId": "activity-1"} | changes
        return self.send(activity("message", value=data, **changes))


def inner(answer: BotAnswer) -> dict[str, Any]:
    """What a card action was answered."""
    assert answer.status == 200
    read: dict[str, Any] = json.loads(answer.body)
    return read


def card_in(answer: BotAnswer) -> dict[str, Any]:
    """The card that is the answer."""
    read = inner(answer)
    assert (read["statusCode"], read["type"]) == (200, "application/vnd.microsoft.card.adaptive"), read
    card: dict[str, Any] = read["value"]
    assert card["type"] == "AdaptiveCard"
    return card


def buttons_in(card: object) -> dict[str, dict[str, Any]]:
    """The data of all buttons of a card that come back to the bot, by verb."""
    found: dict[str, dict[str, Any]] = {}
    if isinstance(card, dict):
        if card.get("type") == "Action.Execute":
            found[card["verb"]] = card["data"]
        for value in card.values():
            found |= buttons_in(value)
    elif isinstance(card, list):
        for value in card:
            found |= buttons_in(value)
    return found


def shown_hold(world: World, ref: MessageRef) -> dict[str, Any]:
    """The data that a fresh card about a message carries."""
    return {"m": ref.queue_id, "v": world.record(ref).event_count}


def audit_lines(world: World) -> list[AuditEntry]:
    """The audit log, oldest first; lines of one moment in the order in which they came."""
    now = world.clock.now()
    lines = world.audit.between("demo", now - timedelta(days=400), now + timedelta(days=400), 1000)
    return sorted(lines, key=lambda line: line.at)


def refusals(world: World) -> list[str]:
    """Why people were refused, in order."""
    return [dict(line.args)["why"] for line in audit_lines(world) if line.code is AuditCode.REFUSED]
