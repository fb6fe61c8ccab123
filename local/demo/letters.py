"""The messages of the demo, as Japanese and English offices write them.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, localtime

from local.demo.desk import Letter

_BODY = """{greeting}

いつもお世話になっております。青空商事の佐藤です。
お見積書をお送りします。ご確認のほど、よろしくお願いいたします。

Thank you for your time. Please find the estimate attached.
"""
_FILE = b"PK\x05\x06" + bytes(18)
"""An empty ZIP archive, which is what an empty workbook begins with."""


def _message_id(sender: str) -> str:
    return f"<{secrets.token_hex(12)}@{sender.rpartition('@')[2]}>"


def letter(
    sender: str,
    to: Sequence[str],
    subject: str,
    *,
    cc: Sequence[str] = (),
    attachment: str = "",
    headers: Mapping[str, str] | None = None,
) -> Letter:
    """A message as a mail client writes it; ``attachment`` is the name of a small file to attach."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = ", ".join(to)
    if cc:
        message["Cc"] = ", ".join(cc)
    message["Subject"] = subject
    message["Date"] = format_datetime(localtime())
    message_id = _message_id(sender)
    message["Message-ID"] = message_id
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(_BODY.format(greeting=to[0]))
    if attachment:
        message.add_attachment(_FILE, maintype="application", subtype="octet-stream", filename=attachment)
    return Letter(sender, (*to, *cc), message.as_bytes(), message_id, subject)


def unreadable(sender: str, to: Sequence[str], subject: str) -> Letter:
    """A message that is nested deeper than anything reads, and whose bytes must come through all the same."""
    depth = 300
    message_id = _message_id(sender)
    lines = [
        f"From: {sender}",
        f"To: {', '.join(to)}",
        f"Subject: {subject}",
        f"Message-ID: {message_id}",
        "MIME-Version: 1.0",
    ]
    for level in range(depth):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    lines += ["Content-Type: text/plain", "", "the innermost part"]
    lines += [f"--b{level}--" for level in reversed(range(depth))]
    return Letter(sender, tuple(to), "\r\n".join([*lines, ""]).encode("ascii"), message_id, subject)
