"""``Bot``: what the stand-in sends to the bot's endpoint, signed as Teams signs, and what becomes of the answers.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp

from local.teams import activities
from local.teams.activities import Activity
from local.teams.chats import Chats, Message, Version
from local.teams.people import Member
from local.teams.signing import Signing, SigningKeys

ANSWER_SECONDS = 15.0
"""How long Teams waits for the answer to an action."""
_INSTALL_PAUSE_SECONDS = 0.25
_INSTALL_LONGEST_SECONDS = 5.0
_REMEMBERED = 200

CARD = "application/vnd.microsoft.card.adaptive"
TEXT = "application/vnd.microsoft.activity.message"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered: HTTP status (0: none came) and body, JSON where it is, else text."""

    status: int
    body: Any

    @property
    def good(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300


@dataclass(slots=True)
class Bot:
    """The bot as Teams sees it. ``endpoint`` is its messaging endpoint; ``service_url`` where it reaches Teams."""

    endpoint: str
    id: str
    service_url: str
    keys: SigningKeys
    chats: Chats
    http: aiohttp.ClientSession
    sent: deque[tuple[Activity, Answer]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    """The last activities with their answers, oldest first."""

    async def send(self, activity: Activity, signing: Signing = "good") -> Answer:
        """Send any activity, signed in any way."""
        answer = await self._send(activity, signing)
        self.sent.append((activity, answer))
        return answer

    async def _send(self, activity: Activity, signing: Signing) -> Answer:
        service_url = str(activity.get("serviceUrl", self.service_url))
        authorization = self.keys.authorization(signing, self.id, service_url)
        headers = {"Authorization": authorization} if authorization else {}
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        try:
            async with self.http.post(self.endpoint, json=activity, headers=headers, timeout=timeout) as response:
                body = await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            return Answer(0, type(error).__name__)
        try:
            return Answer(status, json.loads(body) if body else None)
        except ValueError:
            return Answer(status, body.decode("utf-8", "replace"))

    async def install(self, member: Member) -> bool:
        """Install the app for a person; false where the bot did not take it."""
        chat = self.chats.of(member)
        before, chat.installed = chat.installed, True  # the bot may write before it has answered
        first = await self.send(activities.installation(member, self.id, self.service_url, "add"))
        if not first.good:
            chat.installed = before
            return False
        await self.send(activities.members_added(member, self.id, self.service_url))
        chat.told, chat.removed = self.service_url, False
        self.chats.keep(member)
        return True

    async def remove(self, member: Member) -> Answer:
        """Remove the app for a person. The bot is told, and may no longer write."""
        chat = self.chats.of(member)
        chat.installed, chat.told, chat.removed = False, "", True
        self.chats.keep(member)
        return await self.send(activities.installation(member, self.id, self.service_url, "remove"))

    async def install_for_all(self) -> None:
        """Install the app for everybody who never had it, as an administrator's policy does, as soon as the bot answers.

        After a restart on another port the bot is told the new address.
        """
        pause = _INSTALL_PAUSE_SECONDS
        waiting = [
            member
            for member in self.chats.members.values()
            if (chat := self.chats.of(member)).told != self.service_url and not chat.removed
        ]
        while waiting:
            if await self.install(waiting[0]):
                waiting.pop(0)
                pause = _INSTALL_PAUSE_SECONDS
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _INSTALL_LONGEST_SECONDS)

    async def act(
        self, member: Member, message: Message, action: Mapping[str, Any], trigger: Literal["manual", "automatic"]
    ) -> Answer:
        """Press ``Action.Execute``, and show the answer as Teams does: a card replaces the old one, a text goes below."""
        answer = await self.send(activities.execute(member, self.id, self.service_url, message.id, action, trigger))
        content = answer.body if answer.good and isinstance(answer.body, dict) else {}
        status, kind, value = content.get("statusCode", 0), content.get("type"), content.get("value")
        if status == 200 and kind == CARD and isinstance(value, dict):
            message.versions.append(Version(time.time(), "answered", value, summary=message.versions[-1].summary))
            message.note = ""
        elif status == 200 and kind == TEXT:
            message.note = str(value)
        elif trigger == "manual":
            message.note = "!"  # Teams says the same for every failure; the page has the words
        else:
            return answer
        self.chats.keep(member)
        return answer

    async def submit(self, member: Member, message: Message, data: Any) -> Answer:
        """Press ``Action.Submit``."""
        answer = await self.send(activities.submit(member, self.id, self.service_url, message.id, data))
        message.note = "" if answer.good else "!"
        self.chats.keep(member)
        return answer
