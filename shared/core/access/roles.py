"""Roles (product.md I1) and the rights that each brings: the whole table in one place. Read by the API before every request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class PortalRole(StrEnum):
    """As what somebody is signed on."""

    USER = "user"
    AUDITOR = "auditor"
    GROUP_ADMINISTRATOR = "group-administrator"
    TENANT_ADMINISTRATOR = "tenant-administrator"
    INCIDENT_RESPONDER = "incident-responder"
    OPERATOR = "operator"


class Right(StrEnum):
    """What a route of the API can ask for. All but ``own`` and ``operate`` hold within a principal's reach."""

    OWN = "own"
    """Held mail, approvals, passwords, history, profile and settings of one's own, and of those one is proxy of."""
    READ_MESSAGES = "read-messages"
    """Who sent what to whom, when, and what became of it; no content."""
    READ_CONTENT = "read-content"
    """Bodies and attachments."""
    DECIDE = "decide"
    """Release and discard other people's held mail."""
    READ_SETTINGS = "read-settings"
    WRITE_SETTINGS = "write-settings"
    READ_PEOPLE = "read-people"
    WRITE_PEOPLE = "write-people"
    READ_AUDIT = "read-audit"
    READ_REPORTS = "read-reports"
    OPERATE = "operate"
    """Tenants, usage, health and poison messages of the whole service; nothing of any tenant's mail."""


RIGHTS: Mapping[PortalRole, frozenset[Right]] = {
    PortalRole.USER: frozenset({Right.OWN}),
    PortalRole.AUDITOR: frozenset(
        {
            Right.READ_MESSAGES,
            Right.READ_SETTINGS,
            Right.READ_PEOPLE,
            Right.READ_AUDIT,
            Right.READ_REPORTS,
        }
    ),
    PortalRole.GROUP_ADMINISTRATOR: frozenset(
        {
            Right.READ_MESSAGES,
            Right.READ_CONTENT,
            Right.DECIDE,
            Right.READ_SETTINGS,
            Right.WRITE_SETTINGS,
            Right.READ_PEOPLE,
        }
    ),
    PortalRole.TENANT_ADMINISTRATOR: frozenset(
        {
            Right.READ_MESSAGES,
            Right.READ_CONTENT,
            Right.DECIDE,
            Right.READ_SETTINGS,
            Right.WRITE_SETTINGS,
            Right.READ_PEOPLE,
            Right.WRITE_PEOPLE,
            Right.READ_AUDIT,
            Right.READ_REPORTS,
        }
    ),
    PortalRole.INCIDENT_RESPONDER: frozenset(
        {Right.READ_MESSAGES, Right.READ_CONTENT, Right.READ_PEOPLE, Right.READ_AUDIT, Right.READ_REPORTS}
    ),
    PortalRole.OPERATOR: frozenset({Right.OPERATE}),
}


def rights_of(roles: Iterable[PortalRole]) -> frozenset[Right]:
    """Everything that these roles bring together."""
    return frozenset(right for role in roles for right in RIGHTS[role])
