"""The delivery status notification as bytes (stage 5): RFC 3464 in a multipart/report (RFC 6522), RFC 6533 for UTF-8.

The three parts: a letter for the person in their language, the machine's account of each recipient that failed, and
the header of their message. Written by hand rather than by a MIME library, so that every field is exactly as meant.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from email.utils import format_datetime

from shared.core.hold.record import MessageRecord, RecipientResult
from shared.core.notice.formats import moment_text
from shared.core.notice.letter import Letter, letter_policy, new_message
from shared.core.notice.safe_text import one_line
from shared.core.policy.decision import Disposition
from shared.core.text.dsn import DSN
from shared.core.text.language import Language
from shared.core.text.reasons import render

SHOWN = 20
"""Recipients that the letter lists; the machine's part has all."""
LONGEST_HEADER = 32 * 1024
"""Bytes of the original header that are returned."""
LONGEST_DIAGNOSTIC = 500
_LONGEST_LINE = 998
_LONGEST_SUBJECT = 120
_LINE_END = re.compile(rb"\r\n|\r|\n")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_BASE64_LINE = 76
_CAUSES = (
    (r"5\.1\.(0|1|3|6)|5\.5\.1(?!\d)", "mailbox-unknown"),
    (r"5\.1\.(2|10)|5\.4\.4", "domain-unknown"),
    (r"5\.2\.1", "mailbox-disabled"),
    (r"[45]\.2\.2", "mailbox-full"),
    (r"5\.2\.3|5\.3\.4", "too-large"),
    (r"[45]\.4\.7", "time-over"),
    (r"5\.4\.6", "loop"),
    (r"5\.7\.(4|5|10)", "security"),
    (r"5\.7\.\d+", "refused"),
)
"""Enhanced status codes (RFC 3463 and the IANA registry) and what they mean to a person; the first that fits."""


@dataclass(frozen=True, slots=True)
class DsnContext:
    """Who reports, and how the person reads: ``host`` is the reporting MTA."""

    host: str
    language: Language
    zone: tzinfo


def write_dsn_mail(
    record: MessageRecord, failed: Sequence[RecipientResult], header: bytes, letter: Letter, context: DsnContext
) -> bytes:
    """The DSN about ``failed`` recipients of ``record``, ready for SMTP, CRLF line ends.

    ``header`` are the first bytes of the message; only its header section is returned. ``letter.sender_name`` is
    replaced by our name in the person's language. 8-bit bytes occur only where ``letter.smtputf8``.
    """
    language = context.language
    subject = one_line(record.summary.subject or "", _LONGEST_SUBJECT) or DSN.text("subject_blank", language)
    message = new_message(
        replace(letter, sender_name=DSN.text("sender_name", language)),
        DSN.text("subject", language, subject=subject),
        "auto-replied",
    )
    boundary = "=_matta_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]
    message["MIME-Version"] = "1.0"
    head = message.as_bytes(policy=letter_policy(letter)).rstrip(b"\r\n")
    kind = f'Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"'
    parts = (
        _letter_part(record, failed, subject, context),
        _status_part(record, failed, letter.smtputf8, context),
        _header_part(header, letter.smtputf8, boundary),
    )
    mark = f"\r\n--{boundary}".encode()
    return (
        b"\r\n".join([head, kind.encode(), b""]) + b"".join(mark + b"\r\n" + part for part in parts) + mark + b"--\r\n"
    )


def cause_of(result: RecipientResult) -> str:
    """The stable word for why a recipient failed."""
    for pattern, cause in _CAUSES:
        if re.fullmatch(pattern, result.status):
            return cause
    return "other"


def _letter_part(record: MessageRecord, failed: Sequence[RecipientResult], subject: str, context: DsnContext) -> bytes:
    text = "\r\n".join(_letter_lines(record, failed, subject, context)) + "\r\n"
    encoded = base64.b64encode(text.encode())
    lines = [encoded[start : start + _BASE64_LINE] for start in range(0, len(encoded), _BASE64_LINE)]
    head = (
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Language: {context.language}\r\n\r\n"
    )
    return head.encode() + b"\r\n".join(lines)


def _letter_lines(
    record: MessageRecord, failed: Sequence[RecipientResult], subject: str, context: DsnContext
) -> Iterator[str]:
    language = context.language
    yield DSN.text("title" if len(failed) == len(record.recipients) else "title_some", language)
    yield ""
    sent = record.summary.date if record.summary.date and record.summary.date.tzinfo else record.reception.received_at
    yield f"{DSN.text('label.subject', language)}: {subject}"
    yield f"{DSN.text('label.sent', language)}: {moment_text(sent, context.zone, language)}"
    yield ""
    yield f"{DSN.text('label.failed', language)}:"
    for result in failed[:SHOWN]:
        yield ""
        yield f"  {one_line(result.address, 320)}"
        yield f"    {_why(record, result, language)}"
        if record.decision.disposition is Disposition.REJECT and record.decision.reject_text:
            yield f"    {one_line(record.decision.reject_text, 600)}"
        if result.code and result.server and result.text:
            yield f"    {DSN.text('answer', language)} ({_host(result.server)}): {_answer(result)}"
    if len(failed) > SHOWN:
        yield ""
        yield f"  {DSN.text('more', language, count=len(failed) - SHOWN)}"
    yield ""
    yield DSN.text("technical", language)
    yield DSN.text("automatic", language)


def _why(record: MessageRecord, result: RecipientResult, language: Language) -> str:
    """Why, as a sentence; a message that Matta refused says so by the reason of its decision."""
    if record.decision.disposition is Disposition.REJECT and record.decision.reasons:
        return one_line(render(record.decision.reasons[0], language), 600)
    return DSN.text(f"why.{cause_of(result)}", language)


def _answer(result: RecipientResult) -> str:
    """The server's reply as it was: code, enhanced status, text."""
    text = one_line(result.text, LONGEST_DIAGNOSTIC)
    pieces = [str(result.code)] if result.code and not text.startswith(str(result.code)) else []
    if result.status and result.status not in text[:20]:
        pieces.append(result.status)
    return " ".join([*pieces, text]).strip()


def _host(server: str) -> str:
    """The name of a server without its port."""
    host, colon, port = one_line(server).rpartition(":")
    return host if colon and port.isdigit() else one_line(server)


def _status_part(record: MessageRecord, failed: Sequence[RecipientResult], utf8: bool, context: DsnContext) -> bytes:
    blocks = [
        [
            f"Reporting-MTA: dns; {context.host}",
            f"X-Matta-Queue-ID: {record.ref.queue_id}",
            f"Arrival-Date: {format_datetime(record.reception.received_at)}",
        ]
    ]
    for result in failed:
        block = [
            f"Final-Recipient: {_address(result.address, utf8)}",
            "Action: failed",
            f"Status: {result.status if _STATUS.fullmatch(result.status) else '5.0.0'}",
        ]
        if result.server:
            block.append(f"Remote-MTA: dns; {_field_text(_host(result.server), utf8)}")
        if result.server and result.code:
            block.append(f"Diagnostic-Code: smtp; {_field_text(_answer(result), utf8)}")
        elif result.text:  # nobody answered: the words are our own
            block.append(f"Diagnostic-Code: X-Matta; {_field_text(result.text, utf8)}")
        if result.at is not None:
            block.append(f"Last-Attempt-Date: {_date(result.at)}")
        blocks.append(block)
    body = "\r\n\r\n".join("\r\n".join(block) for block in blocks) + "\r\n"
    kind = "message/global-delivery-status" if utf8 else "message/delivery-status"
    encoding = "8bit" if utf8 else "7bit"
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}".encode()


def _date(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0))


def _address(address: str, utf8: bool) -> str:
    """``rfc822; a@b``, or the ``utf-8`` address type of RFC 6533 section 3, in its 7-bit form where it must be."""
    address = one_line(address, 320)
    if address.isascii():
        return f"rfc822; {address}"
    return f"utf-8; {address if utf8 else _xtext(address)}"


def _xtext(address: str) -> str:
    """``utf-8-addr-xtext`` of RFC 6533 section 3: what is not plain printable ASCII as ``\\x{HEX}``."""
    plain = {chr(code) for code in range(0x21, 0x7F)} - {"\\", "+", "="}
    return "".join(one if one in plain else f"\\x{{{ord(one):X}}}" for one in address)


def _field_text(text: str, utf8: bool) -> str:
    text = one_line(text, LONGEST_DIAGNOSTIC)
    return text if utf8 else text.encode("ascii", "replace").decode("ascii")


def _header_part(start: bytes, utf8: bool, boundary: str) -> bytes:
    body = header_section(start)
    if utf8:
        kind, plain = "message/global-headers", "8bit"
        body = body.decode("utf-8", "replace").encode()
    else:
        kind, plain = "text/rfc822-headers", "7bit"
    is_plain = (
        (utf8 or body.isascii())
        and all(len(line) <= _LONGEST_LINE for line in body.split(b"\r\n"))
        and boundary.encode() not in body
    )
    if not is_plain:
        body = binascii.b2a_qp(body.replace(b"\r\n", b"\n"), istext=True).replace(b"\n", b"\r\n")
    encoding = plain if is_plain else "quoted-printable"
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def header_section(start: bytes) -> bytes:
    """The header section in the first bytes of a message: CRLF line ends, no NUL, whole lines, bounded."""
    lines: list[bytes] = []
    size = 0
    for line in _LINE_END.split(start[: LONGEST_HEADER * 2]):
        size += len(line) + 2
        if not line or size > LONGEST_HEADER:
            break
        lines.append(line.replace(b"\0", b""))
    return b"\r\n".join(lines) + b"\r\n"
