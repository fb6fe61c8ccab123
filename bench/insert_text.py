"""Inserting text into a large message: Matta's splices ÷ Python's ``email`` package doing the same job.

The job: read the message, put a Japanese text at the bottom of both forms, give out the changed message. Two messages of
25 MB: a small text beside a large attachment, as mail is, and one HTML text of that size, as mail hardly ever is.
"""

from __future__ import annotations

import base64
import email
import email.policy
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable

from bench.rounds import Rounds, interleave
from bench.rows import Row
from shared.core.message.parse import parse
from shared.core.transform.insert_text import InsertText, insert_text
from shared.core.transform.splice import apply

_ATTACHMENT = 18_500_000
_HTML = 25_000_000
_TEXT = "【社外秘】このメールは宛先の方だけに宛てたものです。"
_ARGUMENTS = InsertText(_TEXT, f"<p>{_TEXT}</p>")
_HEAD = (
    "From: yamada@example.co.jp\r\nTo: sato@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
)


def _message(attachment: int, html: int) -> bytes:
    """Both forms, of which the HTML has about that many bytes, and an attachment of that many."""
    content = base64.encodebytes(random.Random(attachment).randbytes(attachment)).replace(b"\n", b"\r\n")
    line = '<tr><td class="a">見積</td><td style="color:#333">1,200 &yen;</td></tr>\r\n'
    rows = line * (html // len(line.encode()) + 1)
    return b"".join(
        (
            f"{_HEAD}--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n見積です。\r\n".encode(),
            b"--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
            f"<html><body><table>\r\n{rows}</table></body></html>\r\n--a--\r\n--m\r\n".encode(),
            b"Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n",
            b"Content-Transfer-Encoding: base64\r\n\r\n",
            content,
            b"--m--\r\n",
        )
    )


def _ours(data: bytes) -> int:
    """Bytes given out; like a next hop, the reader keeps none of them."""
    return sum(len(piece) for piece in apply(data, insert_text(parse(data), _ARGUMENTS).splices))


def _by_email(data: bytes) -> int:
    """The same with ``email``, which writes the whole message anew."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html"):
            content = part.get_content()
            subtype = part.get_content_subtype()
            if subtype == "html":
                head, end, rest = content.rpartition("</body>")
                part.set_content(f"{head}<p>{_TEXT}</p>\n{end}{rest}", subtype=subtype, cte="8bit")
            else:
                part.set_content(f"{content}{_TEXT}\n", subtype=subtype, cte="8bit")
    return len(message.as_bytes())


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def run(quick: bool = False) -> list[Row]:
    """Time beside an attachment and within a large text, and memory of both beyond the message's own bytes."""
    rows = []
    for name, data, goal in (
        ("25 MB message with an attachment", _message(_ATTACHMENT, 4_000), "<= 0.05"),
        ("25 MB of HTML", _message(100, _HTML), "<= 0.5"),
    ):

        def ours(data: bytes = data) -> float:
            return _seconds(lambda: _ours(data))

        def baseline(data: bytes = data) -> float:
            return _seconds(lambda: _by_email(data))

        measured = interleave(ours, baseline, 3 if quick else 7)
        rows += [_time_row(name, measured, goal), _memory_row(name, data)]
    return rows


def _time_row(name: str, measured: Rounds, goal: str) -> Row:
    return Row(
        f"insert text into a {name} ÷ email, time",
        f"{statistics.median(measured.ours) * 1000:.1f} ms",
        f"{statistics.median(measured.baseline) * 1000:.0f} ms",
        measured.ratio,
        measured.spread,
        goal,
        "read, change, give out; email writes every part anew",
    )


def _memory_row(name: str, data: bytes) -> Row:
    peak = _peak(lambda: _ours(data))
    return Row(
        f"insert text into a {name}, peak memory beyond the bytes ÷ size",
        f"{peak / 1e6:.2f} MB",
        f"{len(data) / 1e6:.1f} MB",
        peak / len(data),
        "one run",
        "<= 0.1",
        "by tracemalloc",
    )
