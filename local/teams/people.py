"""``Member``: somebody who uses Teams, with the ids by which Teams knows them. Local tooling; no stage of the mail flow."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from local.demo_tenant import ENTRA_TENANT, PEOPLE
from shared.core.people.person import PersonKind


@dataclass(frozen=True, slots=True)
class Member:
    """One person. ``id`` is the directory's object id."""

    id: str
    name: str
    address: str
    language: str
    tenant: str

    @property
    def key(self) -> str:
        """The channel's own id of the person, as it stands in ``from.id``; it says nothing about the directory's."""
        return f"29:1{hashlib.sha256(f'member {self.id}'.encode()).hexdigest()[:60]}"

    @property
    def conversation(self) -> str:
        """Id of the person's chat with the bot."""
        return f"a:1{hashlib.sha256(f'chat {self.id}'.encode()).hexdigest()[:60]}"

    @property
    def locale(self) -> str:
        """What Teams says of the language of the person's client."""
        return "en-US" if self.language == "en" else "ja-JP"


def demo_members() -> Sequence[Member]:
    """People of the demo tenant; shared mailboxes and lists have no Teams."""
    return [
        Member(person.id, person.display_name, person.address, person.language, ENTRA_TENANT)
        for person in PEOPLE
        if person.id and person.members == 1 and person.kind is PersonKind.USER
    ]
