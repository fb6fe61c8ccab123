"""The bytes of a letter: the same number of the same plan is always the same message. Local tooling; no stage of the mail flow."""

from __future__ import annotations

import base64
import hashlib
import random
import re

from local.chaos.plan import LetterPlan
from local.demo_tenant import DOMAIN

_MESSAGE_ID = re.compile(rb"^Message-ID: <chaos\.(\d+)\.(\d+)@", re.MULTILINE | re.IGNORECASE)
_LINES = (
    b"This line stands for text of an ordinary mail.",
    b".a line that begins with a full stop",
    b"..two of them",
    b".",
    b"",
    b"From here on nothing is quoted.   ",
    b"\ta tab, and\x0ba vertical one",
    b"=3D quoted-printable that is none",
)
_EIGHT_BIT = (
    "いつもお世話になっております。".encode(),
    "見積書①をお送りします。".encode("cp932"),
    b"\xff\xfe bytes of no charset \x80",
)


def letter_bytes(plan: LetterPlan, seed: int) -> bytes:
    """What goes over SMTP: CRLF line ends, the last line ended, no line too long for RFC 5321."""
    draw = random.Random(f"{seed}/{plan.number}")
    head = [
        f"From: {plan.sender or f'postmaster@{DOMAIN}'}",
        f"To: {', '.join(plan.recipients)}",
        f"Subject: {subject(plan.number)}",
        "Date: Mon, 03 Aug 2026 09:00:00 +0900",
        f"Message-ID: <chaos.{seed}.{plan.number}@{DOMAIN}>",
        "X-Folded: one\r\n\ttwo  \r\n three",
        "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={'utf-8' if plan.kind in ('eight-bit', 'utf8') else 'us-ascii'}",
    ]
    lines = [line.encode() for line in head]
    lines.append(b"")
    size = 0
    while size < plan.size:
        line = _line(draw, plan)
        lines.append(line)
        size += len(line) + 2
    return b"\r\n".join(lines) + b"\r\n"


def _line(draw: random.Random, plan: LetterPlan) -> bytes:
    if plan.kind == "large":
        return base64.b64encode(draw.randbytes(720))
    if plan.kind == "eight-bit" and draw.random() < 0.4:
        return draw.choice(_EIGHT_BIT)
    return draw.choice(_LINES)


def subject(number: int) -> str:
    """By which a notice about a letter is recognised."""
    return f"chaos {number:06}"


def number_in(raw: bytes, seed: int) -> int | None:
    """Which letter of this seed these bytes are; None where they are something else."""
    found = _MESSAGE_ID.search(raw[:65536])
    return int(found[2]) if found and int(found[1]) == seed else None


def digest(raw: bytes) -> str:
    """By which two messages are told apart."""
    return hashlib.sha256(raw).hexdigest()
