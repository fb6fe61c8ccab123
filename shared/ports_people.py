"""Ports about people: who may act for whom, how each was told of what, and who did or looked at what.

The rules of ``shared/ports.py`` hold: ``TemporaryError`` or ``PermanentError``, nothing decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from shared.core.hold.actor import Actor
from shared.core.message.identity import MessageRef
from shared.core.people.delegation import Delegation


class Delegations(Protocol):
    """Proxies and absences of a tenant's people."""

    def of(self, tenant_id: str, principals: Sequence[str]) -> Mapping[str, Delegation]:
        """By normal address, for all of ``principals``; an empty one (version 0) where nothing is stored. Not cached:
        a proxy who was taken away can do nothing from the next request on.
        """
        ...

    def save(self, tenant_id: str, delegation: Delegation) -> Delegation:
        """Store the next version; ``delegation.version`` is the one it was made from. Raises ``Conflict`` where stale."""
        ...

    def principals_of(self, tenant_id: str, proxy: str) -> tuple[str, ...]:
        """Those who have named ``proxy``, whatever the dates say: normal addresses, sorted."""
        ...


class CopyState(StrEnum):
    """How far one person's copy of a notice has come."""

    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class CopyKey:
    """Which copy: the outbox entry's kind and number, to whom (normal address), by which channel."""

    kind: str
    number: int
    person: str
    channel: str


@dataclass(frozen=True, slots=True)
class NoticeCopy:
    """One person's copy of a notice in Teams. ``conversation`` and ``activity`` are Teams' ids, empty until sent.

    ``showed`` is the ``event_count`` of the record that it last showed; ``until`` ends the claim of whoever is sending.
    """

    key: CopyKey
    state: CopyState
    failures: int = 0
    conversation: str = ""
    activity: str = ""
    showed: int = 0
    until: datetime | None = None


class NoticeLedger(Protocol):
    """Which copies of notices were sent where, so that each is sent once and all can be brought up to date."""

    def begin(self, ref: MessageRef, key: CopyKey, now: datetime, length: timedelta) -> NoticeCopy | None:
        """Claim the sending of a copy until ``now + length``; ``None`` where it is sent, given up, or claimed by
        somebody else. Of several at the same time one gets it.
        """
        ...

    def write(self, ref: MessageRef, copy: NoticeCopy) -> None:
        """Store how the copy stands. The last writer wins: only who has the claim writes, or who updates a sent one."""
        ...

    def copies(self, ref: MessageRef) -> tuple[NoticeCopy, ...]:
        """All copies of a message's notices, in no certain order."""
        ...


class AuditCode(StrEnum):
    """What the audit log tells beside a message's own history; documented in docs/GLOSSARY.md."""

    LOOKED = "looked"
    LOOKED_AT_PASSWORD = "looked-at-password"  # noqa: S105  # a code, no password
    REFUSED = "refused"
    PROXIES_CHANGED = "proxies-changed"
    ABSENCE_CHANGED = "absence-changed"
    PEOPLE_IMPORTED = "people-imported"
    NEXT_HOP_TRIED = "next-hop-tried"
    TEAMS_INSTALLED = "teams-installed"
    TEAMS_REMOVED = "teams-removed"
    CHANNEL_REPLACED = "channel-replaced"
    DECIDED = "decided"
    SIGN_ON_REFUSED = "sign-on-refused"
    SETTINGS_CHANGED = "settings-changed"
    PERSON_ADDED = "person-added"
    PERSON_CHANGED = "person-changed"
    PERSON_REMOVED = "person-removed"
    GROUP_ADDED = "group-added"
    GROUP_CHANGED = "group-changed"
    GROUP_REMOVED = "group-removed"
    TENANT_CREATED = "tenant-created"
    TENANT_CHANGED = "tenant-changed"
    TENANT_SUSPENDED = "tenant-suspended"
    TENANT_RESUMED = "tenant-resumed"
    WORK_RETRIED = "work-retried"
    ONBOARDING_CHECKED = "onboarding-checked"
    ONBOARDING_FILE_MADE = "onboarding-file-made"
    DEPARTMENT_CHOSEN = "department-chosen"
    CANARY_STARTED = "canary-started"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line: what, who (and for whom), when; ``ref`` where it is about a message. ``args`` fill the code's text."""

    code: AuditCode
    actor: Actor
    at: datetime
    ref: MessageRef | None = None
    args: tuple[tuple[str, str], ...] = ()


class AuditLog(Protocol):
    """Lines are added and never changed."""

    def append(self, tenant_id: str, entry: AuditEntry) -> None:
        """Add a line. The same line twice is one, so that whoever is in doubt may repeat it."""
        ...

    def between(self, tenant_id: str, since: datetime, until: datetime, limit: int) -> tuple[AuditEntry, ...]:
        """Lines of ``[since, until)``, the newest first, at most ``limit``."""
        ...

    def about(self, ref: MessageRef) -> tuple[AuditEntry, ...]:
        """Lines about one message, oldest first."""
        ...
