"""A strict reader of delivery status notifications, written from the RFCs and independent of what writes them.

It reads the bytes itself (RFC 6522 section 3, RFC 3464 section 2, RFC 6533) and then asks Python's ``email`` package, which
must find the same. It knows nothing of Matta but the prefix of its extension fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

_FIELD = re.compile(r"([!-9;-~]+):[ \t](.*\S)")
_LONGEST_LINE = 998
_MESSAGE_FIELDS = (
    "Original-Envelope-Id",
    "Reporting-MTA",
    "DSN-Gateway",
    "Received-From-MTA",
    "Arrival-Date",
)
_RECIPIENT_FIELDS = (
    "Original-Recipient",
    "Final-Recipient",
    "Action",
    "Status",
    "Remote-MTA",
    "Diagnostic-Code",
    "Last-Attempt-Date",
    "Final-Log-ID",
    "Will-Retry-Until",
)
_TYPED = frozenset({"Reporting-MTA", "Remote-MTA", "Original-Recipient", "Final-Recipient", "Diagnostic-Code"})
_DATES = frozenset({"Arrival-Date", "Last-Attempt-Date", "Will-Retry-Until"})
_TYPED_VALUE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+; ?\S.*")
_CLASSES = {"failed": "5", "delayed": "4", "relayed": "2", "delivered": "2", "expanded": "2"}
_RETURNED = {
    False: ("text/rfc822-headers", "message/rfc822"),
    True: ("message/global-headers", "message/global", "message/rfc822"),
}


@dataclass(frozen=True)
class ReadReport:
    """What a report says. ``returned`` are the decoded bytes of its third part, ``returned_type`` their type."""

    letter: str
    language: str
    message: dict[str, str]
    recipients: tuple[dict[str, str], ...]
    returned_type: str
    returned: bytes
    mail: EmailMessage


def read_report(data: bytes) -> ReadReport:
    """The report that these bytes are. Fails the test where they are none, or break a rule."""
    head, _, body = data.partition(b"\r\n\r\n")
    assert not re.search(rb"\0|\r(?!\n)|(?<!\r)\n", data), "only CRLF ends a line, and nothing is NUL"
    assert all(len(line) <= _LONGEST_LINE for line in data.split(b"\r\n"))
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted"):
        assert len(mail.get_all(name, [])) == 1, name
    assert mail.get_content_type() == "multipart/report"
    assert mail.get_param("report-type") == "delivery-status"
    assert mail["Auto-Submitted"] in {"auto-replied", "auto-generated"}
    if not body.isascii():
        assert mail["Content-Transfer-Encoding"] == "8bit"
    boundary = mail.get_boundary()
    assert boundary is not None
    assert head.count(boundary.encode()) == 1
    marks = re.findall(rb"(?:^|\r\n)--" + re.escape(boundary.encode()) + rb"(--)?(?=\r\n)", body)
    assert marks == [b"", b"", b"", b"--"], "three parts, and an end"
    pieces = re.split(rb"(?:^|\r\n)--" + re.escape(boundary.encode()) + rb"(?:--)?\r\n", body)
    assert pieces[0] == pieces[-1] == b""
    letter, status, returned = mail.iter_parts()
    assert letter.get_content_type() == "text/plain"
    blocks = _blocks(pieces[2])
    utf8 = status.get_content_type() == "message/global-delivery-status"
    assert utf8 or status.get_content_type() == "message/delivery-status"
    if not utf8:  # the package knows nothing of the form for UTF-8
        assert pieces[2].isascii()
        assert _as_others_read(data) == blocks
    first, *others = blocks
    _check(first, _MESSAGE_FIELDS, ("Reporting-MTA",))
    assert others
    for block in others:
        _check(block, _RECIPIENT_FIELDS, ("Final-Recipient", "Action", "Status"))
        assert re.fullmatch(rf"{_CLASSES[block['Action']]}\.[0-9]{{1,3}}\.[0-9]{{1,3}}", block["Status"])
        assert "Will-Retry-Until" not in block or block["Action"] == "delayed"
    assert returned.get_content_type() in _RETURNED[utf8]
    third_head, _, third = pieces[3].partition(b"\r\n\r\n")
    if b"quoted-printable" in third_head:
        decoded = returned.get_payload(decode=True)
        assert isinstance(decoded, bytes)
        third = decoded
    assert letter.get_content().endswith("\n")
    return ReadReport(
        letter.get_content(),
        letter["Content-Language"],
        first,
        tuple(others),
        returned.get_content_type(),
        third,
        mail,
    )


def _as_others_read(data: bytes) -> list[dict[str, str]]:
    """The same groups by the ``email`` package, without its decoding of words."""
    part = message_from_bytes(data, policy=policy.compat32).get_payload(1)
    assert isinstance(part, Message)
    return [{name: str(value).strip() for name, value in block.items()} for block in part.get_payload()]


def _blocks(part: bytes) -> list[dict[str, str]]:
    """The groups of fields in the machine's part."""
    _, _, body = part.partition(b"\r\n\r\n")
    blocks = []
    for group in body.decode().removesuffix("\r\n").split("\r\n\r\n"):
        fields: dict[str, str] = {}
        for line in group.split("\r\n"):
            found = _FIELD.fullmatch(line)
            assert found is not None, f"no field, or a folded one: {line!r}"
            assert found[1] not in fields, f"{found[1]} twice"
            fields[found[1]] = found[2]
        blocks.append(fields)
    return blocks


def _check(block: dict[str, str], known: tuple[str, ...], needed: tuple[str, ...]) -> None:
    own = [name for name in block if name.startswith("X-Matta-")]
    named = [name for name in block if name not in own]
    assert set(named) <= set(known)
    assert set(needed) <= set(named)
    assert [*sorted(named, key=known.index), *own] == list(block), "the order of the grammar"
    for name, value in block.items():
        if name in _TYPED:
            assert _TYPED_VALUE.fullmatch(value), f"{name}: {value}"
        if name in _DATES:
            assert parsedate_to_datetime(value).tzinfo is not None
