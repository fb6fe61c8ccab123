"""``Actor``: who acts on a message or looks at it, as what, for whom, by which way (product.md X2). Stages 4 to 6."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """As what somebody acts."""

    SENDER = "sender"
    PROXY = "proxy"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"
    OPERATOR = "operator"
    """Whoever runs the service: only in the audit log, never about a message's content."""
    STRANGER = "stranger"
    """Somebody who has no business with the thing: only in refusals that the audit log notes."""


class Channel(StrEnum):
    """By which way a request came."""

    LINK = "link"
    PORTAL = "portal"
    TEAMS = "teams"
    API = "api"
    TIMER = "timer"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as what, through which channel, and from where (``peer`` is a network address or empty).

    ``on_behalf_of`` is the address of the person whose right is used, empty where it is the actor's own.
    """

    role: Role
    name: str
    channel: Channel
    peer: str = ""
    on_behalf_of: str = ""


SYSTEM = Actor(Role.SYSTEM, "matta", Channel.TIMER)
