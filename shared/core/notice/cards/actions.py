"""What the buttons of a card send, written and read (stages 5 and 6).

A card comes back from a client that anybody may have changed: what it carries names a message and a wish, and grants
nothing. Who asks is known from Teams' signed token, and what they may do from the message's state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.core.notice.safe_text import many_lines
from shared.errors import PermanentError

LONGEST_COMMENT = 1_000
"""Characters of a comment; what is longer is cut."""
MOST_REASONS = 500
"""Reasons that one action can acknowledge."""
COMMENT = "comment"
"""The id of a card's input field, under which Teams sends what was typed."""
_QUEUE_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_VARIANT = re.compile(r"[0-9A-Za-z._-]{1,64}")
_HIGHEST = 1_000_000_000


class CardVerb(StrEnum):
    """What a button asks for.

    ``*.show`` wants the card as things stand: it is what Back and Teams' automatic refresh send. ``*.ask`` wants the
    card that asks again. Neither changes anything.
    """

    HOLD_SHOW = "hold.show"
    HOLD_RELEASE_ASK = "hold.release.ask"
    HOLD_DISCARD_ASK = "hold.discard.ask"
    HOLD_RELEASE = "hold.release"
    HOLD_DISCARD = "hold.discard"
    HOLD_WITHDRAW_ASK = "hold.withdraw.ask"
    HOLD_WITHDRAW = "hold.withdraw"
    """Take a request for approval back; the message is then discarded."""
    APPROVAL_SHOW = "approval.show"
    APPROVAL_APPROVE_ASK = "approval.approve.ask"
    APPROVAL_DENY_ASK = "approval.deny.ask"
    APPROVAL_APPROVE = "approval.approve"
    APPROVAL_DENY = "approval.deny"
    PASSWORD_SHOW = "password.show"  # noqa: S105  # a verb, no password
    PASSWORD_SEND_ASK = "password.send.ask"  # noqa: S105
    PASSWORD_SEND = "password.send"  # noqa: S105
    PASSWORD_PAUSE = "password.pause"  # noqa: S105
    PASSWORD_RESUME = "password.resume"  # noqa: S105
    PASSWORD_DELETE_ASK = "password.delete.ask"  # noqa: S105
    PASSWORD_DELETE = "password.delete"  # noqa: S105

    @property
    def topic(self) -> str:
        """``hold``, ``approval`` or ``password``: which family of cards it belongs to."""
        return self.value.partition(".")[0]

    @property
    def acts(self) -> bool:
        """Whether it wants something changed."""
        return not self.value.endswith((".show", ".ask"))


class BadCardAction(PermanentError):
    """The data of a card action is none that a card of ours sends."""

    public = "This button cannot be used any more."


@dataclass(frozen=True, slots=True)
class CardAction:
    """One press of a button.

    ``version`` is the message's event count when the card was made. ``variant`` names the password notice it is about,
    ``acknowledged`` are the numbers of the reasons that the confirm card listed, ``comment`` is what was typed.
    """

    verb: CardVerb
    queue_id: str
    version: int = 0
    variant: str = ""
    acknowledged: frozenset[int] = frozenset()
    comment: str = ""


def action_data(action: CardAction) -> dict[str, Any]:
    """The data that a button carries. The verb is in it too: clients without Universal Actions send data alone."""
    data: dict[str, Any] = {"verb": action.verb.value, "m": action.queue_id, "v": action.version}
    if action.variant:
        data["p"] = action.variant
    if action.acknowledged:
        data["a"] = sorted(action.acknowledged)
    if action.comment:
        data["c"] = action.comment
    return data


def read_action(verb: str, data: object) -> CardAction:
    """What a button sent. ``verb`` is that of the ``Action.Execute``, empty for an ``Action.Submit``.

    A typed comment comes before one that the card carries. Raises ``BadCardAction`` for anything that no card of ours
    sends; fields that are not ours (clients add some) are passed over.
    """
    if not isinstance(data, dict):
        raise BadCardAction("the data is no object")
    named = data.get("verb", "")
    if verb and named and verb != named:
        raise BadCardAction("the verb is not the one of the data")
    try:
        known = CardVerb(verb or named)
    except ValueError:
        raise BadCardAction("no such verb") from None
    typed = _text(data, COMMENT) or _text(data, "c")
    return CardAction(
        verb=known,
        queue_id=_name(data, "m", _QUEUE_ID),
        version=_number(data.get("v", 0)),
        variant=_name(data, "p", _VARIANT) if known.topic == "password" and known is not CardVerb.PASSWORD_SHOW else "",
        acknowledged=_numbers(data.get("a", [])),
        comment=many_lines(typed, LONGEST_COMMENT)[0],
    )


def _name(data: dict[Any, Any], key: str, form: re.Pattern[str]) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise BadCardAction(f"{key} is no name")
    return value


def _text(data: dict[Any, Any], key: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise BadCardAction(f"{key} is no text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _HIGHEST:
        raise BadCardAction("a number is out of range")
    return value


def _numbers(value: object) -> frozenset[int]:
    if not isinstance(value, list) or len(value) > MOST_REASONS:
        raise BadCardAction("the acknowledged reasons are no short list")
    return frozenset(_number(item) for item in value)
