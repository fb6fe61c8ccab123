"""What sort of mail a message is, as far as its structure proves it. Stage parse.

Some kinds pass without a hold, so a header alone proves nothing: whoever can write mail can write a header. Each kind
asks for the shape that its standard prescribes and for the absence of what somebody would want to slip past.

- DSN: RFC 3464 section 2 and RFC 3461 section 6.1: null reverse-path and multipart/report with delivery-status.
- Read receipt: RFC 8098 section 3; from Exchange also as TNEF of a receipt's message class ([MS-OXTNEF] 2.1.3.3.5).
- Calendar: RFC 6047 (iMIP): text/calendar whose ``method`` parameter and METHOD property agree; methods of RFC 5546.
- Automatic reply: RFC 3834 sections 3 and 5; Exchange writes ``auto-generated`` and marks ([MS-OXCMAIL] 2.1.3.2.20).
- Automatic forward: RFC 5322 section 3.6.6 (Resent fields), RFC 2156 (Autoforwarded), [MS-OXCMAIL] 2.1.3.2.21, and the loop headers
  that Exchange Online keeps on mail its mailbox rules make ("Loop prevention in Exchange Online demystified").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.core.message.attachments import Leaf, leaves
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.message.envelope import Envelope
from shared.core.message.facts import AttachmentFacts, Mailbox, MailKind
from shared.core.message.headers import first_body, token
from shared.core.message.spans import Part, Tree
from shared.core.message.tnef import TnefSummary, summarise_tnef
from shared.core.message.transfer import decoded_head

_RECEIPT_FIELDS = (b"disposition:", b"final-recipient:")
_STATUS_FIELDS = (b"final-recipient:", b"action:")
_REPLY_METHODS = frozenset({"reply", "counter", "declinecounter", "refresh"})
_METHODS = _REPLY_METHODS | {"request", "cancel", "publish", "add"}
_METHOD_PROPERTY = re.compile(
    rb"(?:^|[\r\n])METHOD[ \t]*(?:;[^:\r\n]{0,200})?:[ \t]*([A-Za-z]{1,30})[ \t]*(?=[\r\n]|\Z)", re.IGNORECASE
)
_TNEF_RECEIPTS = re.compile(
    r"ipm\.microsoft mail\.(?:read receipt|non-?read receipt)|report\.ipm\.[a-z.]{1,60}\.(?:ipnrn|ipnnrn)",
    re.IGNORECASE,
)
_TNEF_REPLIES = re.compile(
    r"ipm\.microsoft schedule\.mtgresp[pna]|ipm\.schedule\.meeting\.resp\.(?:pos|neg|tent)", re.IGNORECASE
)
_TNEF_MEETINGS = re.compile(
    r"ipm\.microsoft schedule\.mtg(?:req|cncl)|ipm\.schedule\.meeting\.(?:request|canceled)", re.IGNORECASE
)
_SMALL_TNEF = 64 * 1024
_MAX_ICALENDAR_HEAD = 16 * 1024
_RULES_AGENT = b"mailbox rules agent"


@dataclass(frozen=True, slots=True)
class _Message:
    """What the questions below ask about one message."""

    tree: Tree
    envelope: Envelope
    sender: tuple[Mailbox, ...]
    attachments: Sequence[AttachmentFacts]
    internal: DomainSet
    leaves: tuple[Leaf, ...]

    def header(self, key: bytes) -> bytes:
        """A header of the message in lower case without comment and parameters, bounded."""
        body = first_body(self.tree, self.tree.root, key)[:2000]
        return body.partition(b";")[0].partition(b"(")[0].strip().lower()

    @property
    def files(self) -> int:
        """Attachments that are not pictures in the text."""
        return sum(not attachment.inline for attachment in self.attachments)


def find_kind(
    tree: Tree,
    envelope: Envelope,
    sender: tuple[Mailbox, ...],
    attachments: Sequence[AttachmentFacts],
    internal: DomainSet,
) -> MailKind:
    """The kind of a message; ``ORDINARY`` for what proves to be nothing else. Own mail is told by its mark, not here."""
    if tree.unreadable:
        return MailKind.ORDINARY
    message = _Message(tree, envelope, sender, attachments, internal, tuple(leaves(tree)))
    if _is_dsn(message):
        return MailKind.DSN
    tnef = _tnef(message)
    if _is_read_receipt(message) or _is_tnef_of(tnef, _TNEF_RECEIPTS, message):
        return MailKind.READ_RECEIPT
    method = _calendar_method(message)
    if (method in _REPLY_METHODS and not message.files) or _is_tnef_of(tnef, _TNEF_REPLIES, message):
        return MailKind.CALENDAR_REPLY
    if _is_automatic_reply(message):
        return MailKind.AUTOMATIC_REPLY
    if _is_automatic_forward(message):
        return MailKind.AUTOMATIC_FORWARD
    if method or (tnef and _TNEF_MEETINGS.fullmatch(tnef.message_class)):
        return MailKind.CALENDAR
    return MailKind.ORDINARY


def _report_children(message: _Message, report_type: str, content: str) -> tuple[Part, ...]:
    """The parts of a multipart/report of that type whose second part has that content; empty for anything else."""
    root = message.tree.root
    if root.content.value != "multipart/report" or token(root.content.parameters, "report-type") != report_type:
        return ()
    children = root.children
    if not 2 <= len(children) <= 3 or children[1].content.value != content:
        return ()
    return children


def _is_dsn(message: _Message) -> bool:
    if not message.envelope.is_null_sender:
        return False
    children = _report_children(message, "delivery-status", "message/delivery-status")
    return bool(children) and _has_fields(message, children[1], _STATUS_FIELDS)


def _is_read_receipt(message: _Message) -> bool:
    """A receipt holds no more than notice, disposition and headers; the whole message only under a null reverse-path."""
    children = _report_children(message, "disposition-notification", "message/disposition-notification")
    if not children or not _has_fields(message, children[1], _RECEIPT_FIELDS):
        return False
    if not _is_text(children[0]):
        return False
    returned = children[2].content.value if len(children) == 3 else "text/rfc822-headers"
    if returned == "text/rfc822-headers":
        return not message.files
    return returned in ("message/rfc822", "message/global") and message.envelope.is_null_sender


def _is_text(part: Part) -> bool:
    """Whether a part is text in one or more forms and nothing else."""
    if part.is_leaf:
        return part.content.value in ("text/plain", "text/html")
    return part.content.value == "multipart/alternative" and all(
        child.is_leaf and child.content.value in ("text/plain", "text/html") for child in part.children
    )


def _has_fields(message: _Message, part: Part, names: tuple[bytes, ...]) -> bool:
    head = b"\n" + decoded_head(message.tree.data, part, 8192).lower().replace(b"\r", b"\n")
    return all(b"\n" + name in head for name in names)


def _calendar_method(message: _Message) -> str:
    """The iTIP method where parameter and property agree and the part stands where mail programs look for it; or ``""``."""
    for leaf in message.leaves:
        part = leaf.part
        if part.content.value != "text/calendar":
            continue
        method = token(part.content.parameters, "method")
        if method not in _METHODS:
            continue
        if leaf.above and leaf.parent not in ("multipart/alternative", "multipart/mixed"):
            continue
        stated = _METHOD_PROPERTY.search(decoded_head(message.tree.data, part, _MAX_ICALENDAR_HEAD))
        if stated and stated.group(1).decode("ascii").lower() == method:
            return method
    return ""


def _tnef(message: _Message) -> TnefSummary | None:
    for leaf in message.leaves:
        if leaf.part.content.value == "application/ms-tnef":
            return summarise_tnef(decoded_head(message.tree.data, leaf.part, _SMALL_TNEF))
    return None


def _is_tnef_of(tnef: TnefSummary | None, classes: re.Pattern[str], message: _Message) -> bool:
    """Whether the message is a small TNEF stream of one of those classes and carries no file, inside or beside it."""
    return (
        tnef is not None
        and tnef.complete
        and not tnef.carries_files
        and classes.fullmatch(tnef.message_class) is not None
        and message.files <= 1
    )


def _is_automatic_reply(message: _Message) -> bool:
    """RFC 3834, or the shape of Exchange's out-of-office replies. A reply goes to one person and carries no file."""
    submitted = message.header(b"auto-submitted")
    suppress = message.header(b"x-auto-response-suppress")
    replied = submitted == b"auto-replied"
    exchange = submitted == b"auto-generated" and suppress != b"" and _made_by_rule(message)
    if not (replied or exchange) or message.files or len(message.envelope.recipients) != 1:
        return False
    if message.envelope.is_null_sender:
        return True
    # A reverse-path of its own is allowed (RFC 3834 section 3.3), but then the reply has to name what it answers.
    return bool(message.header(b"in-reply-to") or message.header(b"references"))


def _made_by_rule(message: _Message) -> bool:
    """Marks that Exchange puts on what an inbox rule or the out-of-office assistant makes."""
    return (
        bool(message.header(b"x-ms-exchange-inbox-rules-loop"))
        or message.header(b"x-ms-exchange-generated-message-source") == _RULES_AGENT
    )


def _is_automatic_forward(message: _Message) -> bool:
    """Mail that a mailbox passes on by rule or by its forwarding address.

    Redirected mail keeps the From of the stranger who wrote it, which nobody inside can write for Exchange to accept; so a From
    outside of the tenant's domains together with a mark of redirection proves it. Mail that a rule forwards under the
    user's own From is told by two marks that have to agree: that of the rule, and that of automatic submission. A program
    that submits mail could write both; a tenant that fears this switches the system policy for forwards off.
    """
    marks = _made_by_rule(message) or bool(message.header(b"x-ms-exchange-forwardingloop"))
    declared = (
        message.header(b"x-ms-exchange-organization-autoforwarded") == b"true"
        or message.header(b"autoforwarded") == b"true"
        or message.header(b"auto-submitted") == b"auto-forwarded"
    )
    generated = message.header(b"auto-submitted") == b"auto-generated"  # programs write it too: no proof by itself
    resent = bool(message.header(b"resent-from"))
    stranger = bool(message.sender) and all(
        mailbox.domain and domain_of(mailbox.address) not in message.internal for mailbox in message.sender
    )
    if stranger and not _is_sender(message):
        return marks or resent or declared
    return marks and (declared or generated)


def _is_sender(message: _Message) -> bool:
    """Whether the header From is the envelope's own sender: then nothing was passed on."""
    sender = normal_address(message.envelope.reverse_path)
    return any(normal_address(mailbox.address) == sender for mailbox in message.sender)
