"""Ports of Microsoft Teams: where people can be reached, how cards get there, and whether a request is Teams' own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.errors import PermanentError, TemporaryError


class TeamsUnavailable(TemporaryError):
    """Teams did not answer, or asks to come back later; ``retry_after`` in seconds where it said so, else 0."""

    def __init__(self, cause: str, retry_after: float = 0.0) -> None:
        super().__init__(cause)
        self.retry_after = retry_after


class NotReachable(PermanentError):
    """The person has no (more) conversation with the bot, or has blocked it."""


class CardRefused(PermanentError):
    """Teams does not take this card; another channel must serve."""


class ForgedActivity(PermanentError):
    """A request to the bot's endpoint is not one that Teams made for this bot. Nothing of it is believed."""

    public = "This request is not allowed."


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where one person talks with the bot: a conversation reference of the Bot Framework.

    ``person_id`` is the person's Entra object id and ``entra_tenant`` the directory's, both lower case. ``person_key`` is
    the channel's id of the person (``29:…``), ``bot_key`` that of the bot (``28:…``).
    """

    entra_tenant: str
    person_id: str
    id: str
    service_url: str
    person_key: str
    bot_key: str
    locale: str = ""
    installed_at: datetime | None = None


class Conversations(Protocol):
    """Conversation references of a tenant's people, and which activities were seen."""

    def save(self, tenant_id: str, conversation: Conversation) -> None:
        """Add or replace the conversation of a person."""
        ...

    def remove(self, tenant_id: str, person_id: str) -> None:
        """Forget it. Forgetting twice is no error."""
        ...

    def of(self, tenant_id: str, person_id: str) -> Conversation | None:
        """The conversation of a person."""
        ...

    def first_time(self, tenant_id: str, activity_id: str, now: datetime) -> bool:
        """Whether this activity was never seen before; of two at the same time one is the first."""
        ...

    def forget_seen(self, before: datetime, limit: int) -> int:
        """Forget at most ``limit`` activities of all tenants that were seen before the hour of ``before``; how many."""
        ...


class TeamsMessenger(Protocol):
    """Sending to Teams (Bot Connector REST API). Every method raises ``TeamsUnavailable`` or ``NotReachable``."""

    def post_card(self, to: Conversation, card: bytes, summary: str) -> str:
        """Post an Adaptive Card (JSON); returns the id of the activity. Raises ``CardRefused``."""
        ...

    def update_card(self, to: Conversation, activity: str, card: bytes, summary: str) -> None:
        """Put another card in the place of one that was posted. Raises ``CardRefused``."""
        ...

    def post_text(self, to: Conversation, text: str) -> str:
        """Post a short text (Markdown); returns the id of the activity."""
        ...


class BotTokens(Protocol):
    """Whether a request to the bot's endpoint comes from Teams."""

    def check(self, authorization: str, service_url: str, channel_id: str) -> None:
        """``authorization`` is the header's value; the other two are the activity's own. Raises ``ForgedActivity``,
        and ``TemporaryError`` where the signing keys cannot be had.
        """
        ...
