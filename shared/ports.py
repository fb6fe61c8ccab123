"""Ports: what use cases need from the world, as Protocols. Adapters fulfil them; tests/fakes has one fake for each.

Every method may raise ``TemporaryError`` (try again) or ``PermanentError``; anything else that escapes counts as
temporary. No adapter decides anything about mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.core.hold.record import Change, Event, MessageRecord, OutboxEntry
from shared.core.message.identity import MessageRef
from shared.core.people.person import Group as Group
from shared.core.people.person import Person as Person
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.replay.past_message import PastMessage
from shared.core.settings.change_note import NO_NOTE, ChangeNote, VersionEntry
from shared.core.settings.scope import Scope
from shared.core.settings.scope_settings import Document, ScopeSettings
from shared.ports_relay import Secrets as Secrets  # both sides of the spool read keys
from shared.ports_relay import Spooled as Spooled  # belongs to both sides of the spool


class Clock(Protocol):
    """The present."""

    def now(self) -> datetime:
        """This moment, aware, UTC."""
        ...


class Random(Protocol):
    """Randomness fit for secrets."""

    def token(self, length: int) -> bytes:
        """``length`` random bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that can be read as often as wanted, in pieces, without holding them all."""

    size: int
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class SpoolEntry:
    """A spool blob as a listing shows it. ``committed_at`` is the storage's own time."""

    ref: MessageRef
    committed_at: datetime


class Spool(Protocol):
    """The functions' side of the spool and of the outgoing container (write-once blobs)."""

    def describe(self, ref: MessageRef) -> Spooled | None:
        """Envelope and reception of a committed message; ``None`` where there is none."""
        ...

    def open(self, ref: MessageRef) -> tuple[Spooled, Content] | None:
        """``describe`` and the spool's ``content`` in one look; ``None`` where there is no such message."""
        ...

    def content(self, source: str, ref: MessageRef, blob: str = "") -> Content:
        """The bytes; ``source`` is ``"spool"``, ``"outgoing"``, or ``"variant"`` with ``blob``. Raises ``NotFound``."""
        ...

    def write_variant(self, ref: MessageRef, blob: str, chunks: Iterable[bytes]) -> int:
        """Store an outgoing form of a message under a name that nobody has used; return the number of bytes.

        ``blob`` is 8 to 64 letters, digits and dashes. Raises ``Conflict`` where the name is taken, and whatever
        ``chunks`` raises; then nothing is stored.
        """
        ...

    def write_outgoing(self, ref: MessageRef, data: bytes) -> bytes:
        """Store a mail that Matta wrote, once. Where one is stored already, that one is kept and returned."""
        ...

    def submit(self, message: Spooled, data: bytes) -> None:
        """Put a message into the spool as the relay does: it is judged like any other from then on.

        Raises ``Conflict`` where there is one of that name: after a lost answer it may be this one.
        """
        ...

    def committed_since(self, since: datetime, until: datetime) -> Iterator[SpoolEntry]:
        """What was committed in ``(since, until]``."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as loaded: with its version, and the outbox entries that are not sent yet."""

    record: MessageRecord
    etag: str
    outbox: tuple[OutboxEntry, ...] = ()


class MessageStore(Protocol):
    """State of messages: one partition each; every change is one transaction with its events and outbox entries."""

    def create(self, change: Change) -> Stored | None:
        """The first state of a message. ``None`` where a state exists already: somebody else was first."""
        ...

    def load(self, ref: MessageRef) -> Stored | None:
        """The present state, or ``None``."""
        ...

    def commit(self, before: Stored, change: Change) -> Stored:
        """Replace ``before`` by ``change``. Raises ``Conflict`` when ``before`` is not the present state any more."""
        ...

    def outbox_sent(self, ref: MessageRef, entries: Sequence[OutboxEntry]) -> None:
        """Forget outbox entries whose queue message is out. Forgetting twice is no error."""
        ...

    def events(self, ref: MessageRef) -> tuple[Event, ...]:
        """The history, oldest first."""
        ...

    def judged(self, first: MessageRef, last: MessageRef) -> frozenset[MessageRef]:
        """Those of a tenant's messages from ``first`` to ``last``, both included, that have a state.

        Costs far less than ``load`` for each of them.
        """
        ...

    def recent(self, tenant_id: str, since: datetime, until: datetime, limit: int) -> Iterator[PastMessage]:
        """Relayed messages that were received in ``[since, until)``, to the millisecond, oldest first, at most ``limit``.

        Read in pages while they are taken. Matta's own mail is not among them. Raises ``NotFound`` for what cannot be a
        tenant.
        """
        ...


@dataclass(frozen=True, slots=True)
class DueEntry:
    """A note that a message wants a look at some time. A hint: the record says what is really due."""

    ref: MessageRef
    at: datetime


class Schedule(Protocol):
    """Due work in time buckets: reading costs what is due, not what is waiting."""

    def add(self, entry: DueEntry) -> None:
        """Note it. The same entry twice is one."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[DueEntry, ...]:
        """Entries whose time has come, oldest first, at most ``limit``."""
        ...

    def all_due(self, now: datetime) -> Iterator[DueEntry]:
        """Every entry whose time has come, about oldest first, read as far as the caller goes."""
        ...

    def done(self, entry: DueEntry) -> None:
        """Forget an entry. Forgetting twice is no error."""
        ...

    def read_mark(self, name: str) -> datetime | None:
        """A named moment that a timer keeps from run to run."""
        ...

    def write_mark(self, name: str, moment: datetime) -> None:
        """Keep it."""
        ...


class WorkQueue(Protocol):
    """Queue messages that start functions."""

    def send(self, ref: MessageRef, entry: OutboxEntry) -> None:
        """Send the queue message that an outbox entry stands for. May be sent twice."""
        ...


class SettingsStore(Protocol):
    """Tenants', groups' and users' settings, cached for a few seconds. Every version that was ever saved is kept."""

    def tenant(self, tenant_id: str) -> TenantSettings:
        """The tenant's present version. Raises ``NotFound``."""
        ...

    def save(self, settings: TenantSettings, note: ChangeNote = NO_NOTE) -> TenantSettings:
        """Store the next version. ``settings.version`` is the one it was made from; ``Conflict`` where that is stale.

        Returns it with its own version.
        """
        ...

    def tenants(self) -> tuple[TenantSettings, ...]:
        """All tenants' present versions, for the relay and for operators."""
        ...

    def scopes(self, tenant_id: str) -> Mapping[Scope, int]:
        """The groups and users of a tenant that have settings, with the number of their present version.

        The same object as long as nothing changed. Raises ``NotFound`` for what cannot be a tenant.
        """
        ...

    def version(self, tenant_id: str, scope: Scope, number: int) -> Document:
        """One version of a scope's settings; it never changes. Raises ``NotFound``."""
        ...

    def present(self, tenant_id: str, scope: Scope) -> Document:
        """What is stored at this moment, for whoever edits: no cache. An empty version 0 for a group or user without
        settings; raises ``NotFound`` for a tenant without.
        """
        ...

    def save_scope(self, settings: ScopeSettings, note: ChangeNote = NO_NOTE) -> ScopeSettings:
        """``save`` for a group or a user. A second run of the same change returns what the first one stored."""
        ...

    def history(self, tenant_id: str, scope: Scope) -> tuple[VersionEntry, ...]:
        """All versions of a scope, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class PeopleFound:
    """People of a search; ``after`` continues behind them, and is empty at the end."""

    people: tuple[Person, ...]
    after: str = ""


class Directory(Protocol):
    """Who is who in a tenant."""

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        """The known ones among ``addresses``, by lower-case address as it was asked for; also those who were removed
        (``active`` false). However an address is spelled, it is one person: kept and compared in normal form
        (``core/message/domains.normal_address``), and given back as it was written.
        """
        ...

    def people_by_id(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Person]:
        """The known ones among people with these directory ids, by id; also those who were removed.

        Of several addresses with one id an active one counts, and the first by alphabet.
        """
        ...

    def addresses_of(self, tenant_id: str, id_: str, limit: int) -> tuple[str, ...]:
        """Normal addresses of all rows with this directory id, also of those who were removed, sorted, at most ``limit``;
        none for an empty id.
        """
        ...

    def members(self, tenant_id: str, group_id: str, limit: int) -> tuple[Person, ...]:
        """Active people who are directly in a group, by address, at most ``limit``; costs what the group's size is."""
        ...

    def search(self, tenant_id: str, text: str, after: str, limit: int) -> PeopleFound:
        """Active people whose address begins with ``text``, by address, and then those of whose name a word does
        (``core/people/name_tokens.py``); nobody twice. An empty text finds everybody. Costs what is found, however many
        people there are. A page may be short and still have a next. Raises ``NotFound`` for a mark that is none.
        """
        ...

    def save(self, tenant_id: str, people: Sequence[Person]) -> None:
        """Add or replace people."""
        ...

    def change(self, tenant_id: str, before: Person | None, after: Person) -> None:
        """Store ``after`` if ``before`` is what is stored of the same address (``None``: nothing), read anew.

        Raises ``Conflict`` where it is not; then nothing is done. A second run of the same change is no error.
        """
        ...

    def remove(self, tenant_id: str, addresses: Sequence[str]) -> None:
        """Take people out: they stay known as not ``active``, so that they lose what they could do.

        Taking out somebody who is not there makes them known as removed.
        """
        ...

    def everybody(self, tenant_id: str) -> tuple[Person, ...]:
        """All active people, by address, read from storage: for export and import, not for every message."""
        ...

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        """The known ones among the groups, by folded id (``casefold``)."""
        ...

    def save_groups(self, tenant_id: str, groups: Sequence[Group]) -> None:
        """Add or replace groups."""
        ...

    def remove_groups(self, tenant_id: str, ids: Sequence[str]) -> None:
        """Forget groups. Forgetting one that is not there is no error."""
        ...

    def all_groups(self, tenant_id: str) -> tuple[Group, ...]:
        """All groups, by id, read from storage."""
        ...
