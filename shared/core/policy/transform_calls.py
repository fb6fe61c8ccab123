"""The transforms that a decision can ask for: their names, their arguments, and the order in which they are carried out.

Decide stage. Policy names a transform and never calls it: the arguments are settled here, stored as JSON with the
decision (``TransformCall``), and read again by whoever carries them out. What must not be stored in a decision (a fixed
password, a template's text) is named by the id of the policy or template that holds it, in the settings of the version
that the decision carries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec

from shared.core.policy.decision import TransformCall


@dataclass(frozen=True, slots=True)
class DropRecipients:
    """H10: ``addresses`` were left out by whoever released the message, and vanish from what the others get.

    No decision asks for this; it is made from the record, and so is ``DropAttachments``.
    """

    NAME: ClassVar[str] = "drop-recipients"
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DropAttachments:
    """H10: ``parts``, numbered as in the message that came in, were left out."""

    NAME: ClassVar[str] = "drop-attachments"
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveSubjectMark:
    """A9: take every occurrence of ``mark`` out of the subject. ``mark`` stands exactly as the decoded subject has it."""

    NAME: ClassVar[str] = "remove-subject-mark"
    mark: str


@dataclass(frozen=True, slots=True)
class ZipAttachments:
    """A1: all attachments into one encrypted ZIP.

    ``policy`` is the id of the policy whose ``zip`` action this is, empty for the defaults of a ``zip`` subject mark.
    With ``password`` ``fixed`` that action holds the password. ``file_name`` is the pattern, filled in ``time_zone``.
    """

    NAME: ClassVar[str] = "zip"
    policy: str
    method: Literal["aes-256", "zipcrypto"]
    file_name: str
    time_zone: str
    password: Literal["generated", "fixed"]
    password_length: int
    password_classes: tuple[str, ...]
    notice: Literal["automatic", "manual", "none"]
    notice_delay_minutes: int
    notice_template: str


@dataclass(frozen=True, slots=True)
class InsertTemplate:
    """A4 and Z6: the text of the template of that id at the top or bottom of the body.

    ``purpose`` is ``insert`` or ``zip-explanation``. ``policy`` and ``policy_name`` are variables of the template.
    """

    NAME: ClassVar[str] = "insert-text"
    template: str
    place: Literal["top", "bottom"]
    purpose: Literal["insert", "zip-explanation"]
    policy: str
    policy_name: str


@dataclass(frozen=True, slots=True)
class CopyToBoss:
    """A2: more people get the message.

    With ``field`` ``cc`` each of ``addresses`` that To and Cc do not name goes into Cc; with ``bcc`` the header stays.
    ``envelope`` are those who become recipients of this part, and equals its ``added_recipients``: some other part may
    be the one that a new recipient belongs to, while the header is the same in all.
    """

    NAME: ClassVar[str] = "boss-copy"
    field: Literal["cc", "bcc"]
    addresses: tuple[str, ...]
    envelope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConvertToBcc:
    """A3: addresses vanish from To and Cc; the envelope stays.

    An address stays where its domain is one of ``keep_domains`` (normal form of ``message/domains.py``; no subdomains).
    ``sender``, where it is not empty, goes into To.
    """

    NAME: ClassVar[str] = "bcc-conversion"
    keep_domains: tuple[str, ...]
    sender: str


@dataclass(frozen=True, slots=True)
class RemoveHeaderField:
    """A8: every field of that name, in any case, goes."""

    NAME: ClassVar[str] = "remove-header"
    name: str


@dataclass(frozen=True, slots=True)
class AddHeaderField:
    """A8: a field on top of the header; ``value`` is text, not yet encoded."""

    NAME: ClassVar[str] = "add-header"
    name: str
    value: str


Call = (
    DropRecipients
    | DropAttachments
    | RemoveSubjectMark
    | ZipAttachments
    | InsertTemplate
    | CopyToBoss
    | ConvertToBcc
    | RemoveHeaderField
    | AddHeaderField
)
"""Any of them."""

ORDER: tuple[type[Call], ...] = (
    DropRecipients,
    DropAttachments,
    RemoveSubjectMark,
    ZipAttachments,
    InsertTemplate,
    CopyToBoss,
    ConvertToBcc,
    RemoveHeaderField,
    AddHeaderField,
)
"""The order of the calls in a part; several of one sort stand in the order of their policies.

What was dropped goes first: part numbers are those of the message as it came in, and nothing dropped may get into a ZIP.
The ZIP comes before texts, so that what explains it can name it. The conversion comes after the copies, so that ``all``
hides them too. Fields are removed before they are added, so that one policy can replace a field.
"""

_BY_NAME: dict[str, type[Call]] = {kind.NAME: kind for kind in ORDER}
# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _BY_NAME.items()}
CHANGES_BODY = frozenset({DropAttachments.NAME, ZipAttachments.NAME, InsertTemplate.NAME})
"""The transforms that change more than the message's own header."""


def stored_calls(calls: Iterable[Call]) -> tuple[TransformCall, ...]:
    """The calls in their order, as a decision holds them."""
    ordered = sorted(calls, key=lambda call: ORDER.index(type(call)))
    return tuple(TransformCall(call.NAME, msgspec.json.encode(call).decode()) for call in ordered)


def read_call(call: TransformCall) -> Call:
    """A stored call with its arguments. Raises ``LookupError`` for a name that there is not, ``msgspec.ValidationError``."""
    return _DECODERS[call.name].decode(call.arguments)
