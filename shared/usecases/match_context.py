"""Gather what conditions may ask about one message: directory answers, local time, body text, archives (stage 3).

The directory is asked only for what the tenant's rules and policies need; body and attachments are looked into only when
a condition asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.core.message.body import body_texts
from shared.core.message.domains import normal_address, spellings
from shared.core.message.encrypted_archives import encrypted_parts
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MessageFacts
from shared.core.message.spans import Tree
from shared.core.notice.html_text import html_to_text
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.spelled import fold
from shared.core.policy.group_tree import groups_with_above, manager_chain
from shared.core.policy.needs import Needs
from shared.ports import Group, Person


class WhoIsWho(Protocol):
    """The questions to a ``Directory`` that are asked here."""

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        """See ``Directory``."""
        ...

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        """See ``Directory``."""
        ...


class Known:
    """What a directory knows of the people of one message. Every answer is asked for once."""

    def __init__(self, directory: WhoIsWho, tenant_id: str, envelope: Envelope, needs: Needs) -> None:
        """Raises ``TemporaryError`` where the directory cannot be reached."""
        self._directory = directory
        self._tenant_id = tenant_id
        self._needs = needs
        self._sender = envelope.reverse_path
        wanted: list[str] = list(envelope.recipients) if needs.members or needs.recipient_groups else []
        if self._sender and (needs.sender_groups or needs.managers):
            wanted.append(self._sender)
        # Quotes around a name, or another form of a domain, are no way past a condition.
        names = tuple(dict.fromkeys(name for address in wanted for name in spellings(address)))
        self._people: dict[str, Person] = directory.people(tenant_id, names) if names else {}
        self.recipients = envelope.recipients

    def list_members(self) -> dict[str, int]:
        """How many people each distribution list among the recipients stands for, by lower-case address."""
        return {address: person.members for address, person in self._people.items() if person.members > 1}

    def sender_groups(self) -> frozenset[str]:
        """The groups of the sender and all above them, folded."""
        person = self._person(self._sender)
        return self._groups(person) if person is not None and self._needs.sender_groups else frozenset()

    def recipient_groups(self) -> Mapping[str, frozenset[str]]:
        """The same for each recipient that is known, by normal address."""
        if not self._needs.recipient_groups:
            return {}
        known = ((address, self._person(address)) for address in self.recipients)
        return {normal_address(address): self._groups(person) for address, person in known if person is not None}

    def managers(self) -> tuple[str, ...]:
        """The sender's managers upwards, as far as needed."""
        person = self._person(self._sender)
        if person is None or not self._needs.managers:
            return ()
        return manager_chain(person.manager, self._manager_of, self._needs.managers)

    def _person(self, address: str) -> Person | None:
        return next((self._people[name] for name in spellings(address) if name in self._people), None)

    def _manager_of(self, address: str) -> str:
        person = self._directory.people(self._tenant_id, [address]).get(address.lower())
        return person.manager if person is not None else ""

    def _groups(self, person: Person) -> frozenset[str]:
        def above(ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
            return {id_: group.above for id_, group in self._directory.groups(self._tenant_id, ids).items()}

        return frozenset(fold(group) for group in groups_with_above(person.groups, above))


def match_context(
    facts: MessageFacts, tree: Tree, *, known: Known | None, time_zone: str, now: datetime | None
) -> MatchContext:
    """The context of one message. Without ``known`` there is no directory, without ``now`` no time."""
    context = MatchContext(
        facts,
        local_time=local_time(now, time_zone),
        body_text=lambda: body_text(tree),
        encrypted_parts=lambda: encrypted_parts(tree),
    )
    if known is None:
        return context
    return replace(
        context,
        sender_groups=known.sender_groups(),
        managers=known.managers(),
        recipient_groups=known.recipient_groups(),
    )


def local_time(now: datetime | None, time_zone: str) -> datetime | None:
    """The moment in the tenant's zone; ``None`` without a moment, or for a zone that there is not."""
    if now is None:
        return None
    try:
        return now.astimezone(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def body_text(tree: Tree) -> str:
    """The words of the body: plain text, and what HTML shows; bounded as ``body_texts`` is."""
    return "\n".join(html_to_text(text.text) if text.is_html else text.text for text in body_texts(tree))
