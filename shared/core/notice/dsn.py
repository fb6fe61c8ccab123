"""A report to a sender as bytes (stage 5): RFC 3464 in a multipart/report (RFC 6522), RFC 6533 for UTF-8.

The three parts: a letter for the person in their language, the machine's account of each recipient, and what comes back
of their message. Written by hand rather than by a MIME library, so that every field is exactly as meant.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from shared.core.notice.dsn_letter import letter_text, subject_line
from shared.core.notice.dsn_report import Report, ReportKind
from shared.core.notice.dsn_returned import Original, returned_part, returns_whole
from shared.core.notice.dsn_status import status_part
from shared.core.notice.letter import Letter, letter_policy, new_message
from shared.core.text.dsn import DSN

_BASE64_LINE = 76


def write_report_mail(report: Report, original: Original, letter: Letter) -> bytes:
    """The mail that tells a sender of ``report``: a DSN, or for a refusal the letter alone. Ready for SMTP, CRLF line ends.

    ``letter.sender_name`` is replaced by our name in the person's language. 8-bit bytes occur only where
    ``letter.smtputf8``.
    """
    boundary = "=_matta_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]
    utf8 = letter.smtputf8
    if report.kind is ReportKind.REFUSED:
        return _head(report, letter, "auto-generated") + b"\r\n" + _letter_part(report, whole=False) + b"\r\n"
    parts = (
        _letter_part(report, whole=returns_whole(original, utf8=utf8, boundary=boundary)),
        status_part(report, utf8=utf8),
        returned_part(original, utf8=utf8, boundary=boundary),
    )
    mark = f"\r\n--{boundary}".encode()
    body = b"".join(mark + b"\r\n" + part for part in parts) + mark + b"--\r\n"
    kind = f'Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"'
    encoding = "" if body.isascii() else "\r\nContent-Transfer-Encoding: 8bit"
    return b"\r\n".join([_head(report, letter, "auto-replied"), (kind + encoding).encode(), b""]) + body


def _head(report: Report, letter: Letter, submitted: str) -> bytes:
    """The fields of the mail's header, without a line end."""
    named = replace(letter, sender_name=DSN.text("sender_name", report.context.language))
    message = new_message(named, subject_line(report), submitted)
    message["MIME-Version"] = "1.0"
    return bytes(message.as_bytes(policy=letter_policy(letter)).rstrip(b"\r\n"))


def _letter_part(report: Report, *, whole: bool) -> bytes:
    encoded = base64.b64encode(letter_text(report, whole=whole).encode())
    lines = [encoded[start : start + _BASE64_LINE] for start in range(0, len(encoded), _BASE64_LINE)]
    head = (
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Language: {report.context.language}\r\n\r\n"
    )
    return head.encode() + b"\r\n".join(lines)
