"""``Chats``: what stands in people's chats with the bot, every version of it, kept in files over restarts.

Used from one event loop. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from local.private_files import write_private
from local.teams.people import Member

How = Literal["posted", "updated", "answered"]


@dataclass(frozen=True, slots=True)
class Version:
    """What a message showed from ``at`` (seconds since the epoch) on.

    ``how`` it came: posted or updated by the bot through the Connector service, or given as the answer to an action,
    which Teams shows to the person who acted.
    """

    at: float
    how: How
    card: dict[str, Any] | None = None
    text: str = ""
    summary: str = ""


@dataclass(slots=True)
class Message:
    """One message in a chat. ``author`` is ``bot`` or ``person``; ``note`` is Teams' own line below a card."""

    id: str
    author: Literal["bot", "person"]
    versions: list[Version] = field(default_factory=list)
    note: str = ""


@dataclass(slots=True)
class Chat:
    """One person's chat.

    ``told`` is the service URL that the bot was told when it took the app's installation; empty: it did not yet.
    ``removed``: the person took the app away.
    """

    person: str
    installed: bool = False
    told: str = ""
    removed: bool = False
    messages: list[Message] = field(default_factory=list)

    def find(self, message: str) -> Message | None:
        """A message by its id."""
        return next((one for one in self.messages if one.id == message), None)


class Chats:
    """All chats, one file each."""

    def __init__(self, directory: Path, members: Sequence[Member]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._waiting: set[asyncio.Event] = set()
        self._ids = itertools.count(time.time_ns() // 1_000_000)
        self.members = {member.id: member for member in members}
        self._chats = {member.id: self._read(member.id) for member in members}

    def member(self, wanted: str) -> Member | None:
        """Somebody by object id, address, or the id of the conversation."""
        for member in self.members.values():
            if wanted in (member.id, member.address, member.conversation):
                return member
        return None

    def of(self, member: Member) -> Chat:
        """The person's chat."""
        return self._chats[member.id]

    def add(self, member: Member, author: Literal["bot", "person"], version: Version) -> Message:
        """A new message; its id is a time in milliseconds, as Teams' are."""
        message = Message(str(next(self._ids)), author, [version])
        self._chats[member.id].messages.append(message)
        self.keep(member)
        return message

    def keep(self, member: Member) -> None:
        """Write the chat down and tell those who watch."""
        chat = self._chats[member.id]
        write_private(self._path(member.id), json.dumps(asdict(chat), ensure_ascii=False).encode())
        for event in self._waiting:
            event.set()

    async def changes(self) -> AsyncGenerator[None, None]:
        """One item at once, and one after each change or burst of changes."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while True:
                yield
                await event.wait()
                event.clear()
        finally:
            self._waiting.discard(event)

    def _path(self, person: str) -> Path:
        return self._directory / f"{person}.json"

    def _read(self, person: str) -> Chat:
        with suppress(FileNotFoundError):
            content = json.loads(self._path(person).read_bytes())
            messages = [
                Message(one["id"], one["author"], [Version(**version) for version in one["versions"]], one["note"])
                for one in content["messages"]
            ]
            return Chat(person, content["installed"], content["told"], content["removed"], messages)
        return Chat(person)
