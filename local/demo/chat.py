"""``Chat``: one person's chat with the bot, as they see it on the Teams stand-in: cards to read, fill in and press.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from local.demo.acts import PATIENCE_SECONDS, StepFailed
from local.demo.desk import pause
from shared.core.text.card import CARD
from shared.core.text.language import Language


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows now. ``message`` is the id of the message that it is in."""

    message: str
    content: Mapping[str, Any]

    @property
    def text(self) -> str:
        """All words on it."""
        return " ".join(
            str(part[key]) for part in _objects(self.content) for key in ("text", "title", "label") if key in part
        )

    def button(self, title: str) -> Mapping[str, Any] | None:
        """A button that acts, by what stands on it."""
        for part in _objects(self.content):
            if part.get("type") == "Action.Execute" and part.get("title") == title:
                return part
        return None


def _objects(content: object) -> Iterator[Mapping[str, Any]]:
    """Every object in a card but what older clients see in its place."""
    if isinstance(content, dict):
        yield content
        for key, value in content.items():
            if key not in ("fallback", "refresh"):
                yield from _objects(value)
    elif isinstance(content, list):
        for item in content:
            yield from _objects(item)


class Chat:
    """The chat of ``person``, who reads ``language``, on the stand-in at ``web``."""

    def __init__(self, web: str, person: str, language: Language) -> None:
        self._path = f"{web}/api/chats/{quote(person)}"
        self._language = language

    def card(self, subject: str, *said: str) -> Card:
        """The newest card about a message of that subject, as soon as it says all of ``said``. Raises ``StepFailed``."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = self._newest(subject)
            if found is not None and all(words in found.text for words in said):
                return found
            if time.monotonic() > deadline:
                shown = "no card" if found is None else f"a card that says: {found.text[:300]}"
                raise StepFailed(f"Teams shows {shown}; wanted one about {subject!r} with {said}")
            pause()

    def says(self, subject: str, *keys: str) -> Card:
        """The same by the keys of cards' texts."""
        return self.card(subject, *(CARD.text(key, self._language) for key in keys))

    def press(self, card: Card, key: str, **typed: str) -> Card:
        """Press the button with the text of ``key``; ``typed`` is what was filled in. Returns the card that is the answer.

        Raises ``StepFailed``.
        """
        title = CARD.text(key, self._language)
        button = card.button(title)
        if button is None:
            raise StepFailed(f"the card has no button {title!r}: {card.text[:300]}")
        action = {"verb": button["verb"], "title": title, "data": {**button.get("data", {}), **typed}}
        answer = self._ask("/actions", {"message": card.message, "action": action})
        body = answer["body"] if isinstance(answer["body"], dict) else {}
        if answer["status"] != 200 or body.get("statusCode") != 200 or not isinstance(body.get("value"), dict):
            raise StepFailed(f"{title!r} was answered {answer['status']}: {str(answer['body'])[:300]}")
        return Card(card.message, body["value"])

    def _newest(self, subject: str) -> Card | None:
        for message in reversed(self._ask()["messages"]):
            content = message["versions"][-1]["card"]
            if content is not None and subject in (card := Card(message["id"], content)).text:
                return card
        return None

    def _ask(self, path: str = "", content: object = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self._path + path, data, {"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback never goes through a proxy
        with opener.open(request, timeout=30) as response:
            return json.load(response)
