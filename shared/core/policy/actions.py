"""The actions of a policy as they are written in settings (product.md section A). Decide stage.

What an action does to bytes is a transform; what it does to the message's fate is the decision's. Nothing here acts.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.core.policy.model import Address, Model, Name

Minutes = Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 60)]
HeaderName = Annotated[str, msgspec.Meta(pattern=r"^[!-9;-~]{1,76}\Z")]


class Zip(Model, frozen=True, kw_only=True, tag_field="type", tag="zip"):
    """A1: all attachments into one encrypted ZIP.

    ``exempt_internal`` and ``exempt_lists`` name who gets the original. ``password`` empty means generated.
    ``explanation`` is the id of the template put into the body (Z6), at ``explanation_place``; ``notice`` says how the
    password goes out (Z3), by ``notice_template`` or a built-in text.
    """

    method: Literal["aes-256", "zipcrypto"] = "aes-256"
    exempt_internal: bool = True
    exempt_lists: tuple[Name, ...] = ()
    skip_if_encrypted: bool = True
    file_name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = "enc_YYYYMMDDhhmmss.zip"
    password: Annotated[str, msgspec.Meta(max_length=100)] = ""
    password_length: Annotated[int, msgspec.Meta(ge=8, le=64)] = 12
    password_classes: tuple[Literal["lower", "upper", "digit", "symbol"], ...] = ("lower", "upper", "digit")
    explanation: str = ""
    explanation_place: Literal["top", "bottom"] = "top"
    notice: Literal["automatic", "manual", "none"] = "automatic"
    notice_delay_minutes: Annotated[int, msgspec.Meta(ge=0, le=7 * 24 * 60)] = 5
    notice_template: str = ""


class BossCopy(Model, frozen=True, kw_only=True, tag_field="type", tag="boss-copy"):
    """A2: the sender's manager, or given addresses, in Cc or Bcc. Nobody is added twice."""

    field: Literal["cc", "bcc"] = "cc"
    who: Literal["manager", "addresses"] = "manager"
    addresses: tuple[Address, ...] = ()
    if_unknown: Literal["hold", "deliver", "discard"] = "hold"


class BccConversion(Model, frozen=True, kw_only=True, tag_field="type", tag="bcc-conversion"):
    """A3: To and Cc become Bcc: the recipients stay in the envelope and vanish from the header."""

    which: Literal["external", "all"] = "all"
    sender_to_to: bool = True


class InsertText(Model, frozen=True, kw_only=True, tag_field="type", tag="insert-text"):
    """A4: a template's text at the top or bottom of the body."""

    template: Name
    place: Literal["top", "bottom"] = "bottom"


class Approval(Model, frozen=True, kw_only=True, tag_field="type", tag="approval"):
    """A5: somebody else decides after the sender's own release (product.md P).

    ``quorum``: with ``first`` the first answer decides, with ``all`` every approver must allow, with ``count`` ``needed``
    of them must. Each of ``reminders`` comes ``reminder_hours`` after the one before; then ``escalate_to`` (or each
    approver's manager, with ``escalate_to_manager``) is asked too, with reminders anew; then ``at_end`` is done.
    """

    approvers: Literal["manager", "addresses", "group"] = "manager"
    addresses: tuple[Address, ...] = ()
    group: str = ""
    quorum: Literal["first", "all", "count"] = "first"
    needed: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    reminder_hours: Annotated[float, msgspec.Meta(gt=0, le=720)] = 4.0
    reminders: Annotated[int, msgspec.Meta(ge=0, le=20)] = 2
    escalate_to: tuple[Address, ...] = ()
    escalate_to_manager: bool = False
    at_end: Literal["leave", "release", "discard"] = "leave"


class Hold(Model, frozen=True, kw_only=True, tag_field="type", tag="hold"):
    """A6: ask the sender."""


class DeliverAtOnce(Model, frozen=True, kw_only=True, tag_field="type", tag="deliver"):
    """A6: no hold by rules; a forced alert still holds."""


class Discard(Model, frozen=True, kw_only=True, tag_field="type", tag="discard"):
    """A6: destroy, and tell the sender unless ``notify`` is off."""

    notify: bool = True


class Reject(Model, frozen=True, kw_only=True, tag_field="type", tag="reject"):
    """A6: return to the sender with a DSN that carries ``text``."""

    text: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Delay(Model, frozen=True, kw_only=True, tag_field="type", tag="delay"):
    """A6: deliver N minutes later; the sender may recall it meanwhile."""

    minutes: Minutes


class Link(Model, frozen=True, kw_only=True, tag_field="type", tag="link"):
    """A7: attachments stay in Matta, recipients get a link. Modelled here; carried out by later work."""

    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 14
    exempt_internal: bool = True


class AddHeader(Model, frozen=True, kw_only=True, tag_field="type", tag="add-header"):
    """A8: put a field on top of the header. ``value`` is text; what ASCII cannot hold is encoded (RFC 2047)."""

    name: HeaderName
    value: Annotated[str, msgspec.Meta(max_length=2000, pattern=r"^[^\r\n\x00]*\Z")]


class RemoveHeader(Model, frozen=True, kw_only=True, tag_field="type", tag="remove-header"):
    """A8: take out every field of that name. Fields that make a message one (From, Date, MIME …) cannot be named."""

    name: HeaderName


class Redirect(Model, frozen=True, kw_only=True, tag_field="type", tag="redirect"):
    """A8: send through another of the tenant's routes, by its name."""

    route: Name


Action = (
    Zip
    | BossCopy
    | BccConversion
    | InsertText
    | Approval
    | Hold
    | DeliverAtOnce
    | Discard
    | Reject
    | Delay
    | Link
    | AddHeader
    | RemoveHeader
    | Redirect
)
"""Any action."""


def action_name(action: Action) -> str:
    """The name of an action as settings write it."""
    return str(action.__struct_config__.tag)
