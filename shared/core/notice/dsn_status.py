"""The machine's part of a report: message/delivery-status (RFC 3464), or its form for UTF-8 (RFC 6533) (stage 5).

Whatever stands in it comes through ``one_line``: no address, answer or name can begin a field of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime

from shared.core.hold.record import RecipientResult
from shared.core.message.xtext import UTF8_TYPE, decode_original, decode_xtext, encode_utf8
from shared.core.notice.dsn_report import (
    LONGEST_ADDRESS,
    LONGEST_DIAGNOSTIC,
    Report,
    ReportKind,
    answer_of,
    host_of,
)
from shared.core.notice.safe_text import one_line

_STATUS = {
    ReportKind.FAILED: (re.compile(r"[245]\.\d{1,3}\.\d{1,3}"), "5.0.0"),
    ReportKind.DELAYED: (re.compile(r"4\.\d{1,3}\.\d{1,3}"), "4.0.0"),
    ReportKind.RELAYED: (re.compile(r"2\.\d{1,3}\.\d{1,3}"), "2.0.0"),
}
"""Which status codes say what the action says, and the one that stands where a server gave none such (RFC 3463)."""


def status_part(report: Report, *, utf8: bool) -> bytes:
    """The part with its own header; CRLF line ends."""
    envelope = report.record.envelope
    wishes = dict(zip(envelope.recipients, envelope.wishes, strict=False))
    blocks = [list(_message_fields(report, utf8))]
    for result in report.results:
        wish = wishes.get(result.address)
        blocks.append(list(_recipient_fields(report, result, wish.original if wish is not None else "", utf8)))
    body = "\r\n\r\n".join("\r\n".join(block) for block in blocks) + "\r\n"
    kind = "message/global-delivery-status" if utf8 else "message/delivery-status"
    encoding = "8bit" if utf8 else "7bit"
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}".encode()


def _message_fields(report: Report, utf8: bool) -> Iterator[str]:
    """RFC 3464 section 2.2, in the order of its grammar; fields of our own come last."""
    envid = one_line(decode_xtext(report.record.envelope.envid) or "")
    if envid:
        yield f"Original-Envelope-Id: {envid}"
    yield f"Reporting-MTA: dns; {_text(report.context.host, utf8)}"
    yield f"Arrival-Date: {_date(report.record.reception.received_at)}"
    yield f"X-Matta-Queue-ID: {report.record.ref.queue_id}"


def _recipient_fields(report: Report, result: RecipientResult, original: str, utf8: bool) -> Iterator[str]:
    """RFC 3464 section 2.3, in the order of its grammar."""
    named = decode_original(original) if original else None
    if named is not None and one_line(named[1]):
        yield f"Original-Recipient: {_original(*named, utf8)}"
    yield f"Final-Recipient: {_address(result.address, utf8)}"
    yield f"Action: {report.kind}"
    pattern, otherwise = _STATUS[report.kind]
    yield f"Status: {result.status if pattern.fullmatch(result.status) else otherwise}"
    server = _text(host_of(result.server), utf8)
    if server:
        yield f"Remote-MTA: dns; {server}"
    if server and result.code:
        yield f"Diagnostic-Code: smtp; {_text(answer_of(result), utf8)}"
    elif words := _text(result.text, utf8):  # nobody answered: the words are our own
        yield f"Diagnostic-Code: X-Matta; {words}"
    if result.at is not None:
        yield f"Last-Attempt-Date: {_date(result.at)}"
    if report.kind is ReportKind.DELAYED and report.context.retry_until is not None:
        yield f"Will-Retry-Until: {_date(report.context.retry_until)}"


def _date(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0))


def _address(address: str, utf8: bool) -> str:
    """``rfc822; a@b``, or the ``utf-8`` address type of RFC 6533 section 3, in its 7-bit form where it must be."""
    address = one_line(address, LONGEST_ADDRESS)
    return f"rfc822; {address}" if address.isascii() else _utf8_address(address, utf8)


def _original(kind: str, address: str, utf8: bool) -> str:
    """What the client gave as ORCPT, out of its encoding (RFC 3464 section 2.3.1)."""
    address = one_line(address, LONGEST_DIAGNOSTIC)
    return _utf8_address(address, utf8) if kind.lower() == UTF8_TYPE else f"{kind}; {address}"


def _utf8_address(address: str, utf8: bool) -> str:
    return f"{UTF8_TYPE}; {address if utf8 else encode_utf8(address)}"


def _text(text: str, utf8: bool) -> str:
    text = one_line(text, LONGEST_DIAGNOSTIC)
    return text if utf8 else text.encode("ascii", "replace").decode("ascii")
