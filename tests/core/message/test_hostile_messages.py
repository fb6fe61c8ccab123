"""Messages built to cost much: each is answered in time and memory that grow no faster than its size.

A step that is quadratic in one of these would take minutes of processor time, so the bound can be generous and does
not depend on the machine. Times are of this process alone, since other tests run beside it.
"""

from __future__ import annotations

import base64
import time
import tracemalloc
from collections.abc import Callable

import pytest

from shared.core.message.body import body_texts
from shared.core.message.build_facts import build_facts
from shared.core.message.envelope import Envelope
from shared.core.message.parse import parse
from tests.support.messages import INTERNAL, SENDER, joined

PROCESSOR_SECONDS = 8.0
ENVELOPE = Envelope(SENDER, ("sato@example.com",))
HEAD = b"From: yamada@example.co.jp\r\nSubject: s\r\n"
K = 1000


def multipart(boundary: bytes, body: bytes) -> bytes:
    return HEAD + b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n' + body


def nested(levels: int, between: bytes = b"") -> bytes:
    return (
        HEAD
        + b"".join(
            b'Content-Type: multipart/related; boundary="n%d"\r\n\r\n--n%d\r\n%s' % (level, level, between)
            for level in range(levels)
        )
        + b"\r\n"
    )


def field(name: bytes, body: bytes) -> bytes:
    return HEAD + name + b": " + body + b"\r\n\r\n"


def typed(content_type: bytes, body: bytes, encoding: bytes = b"7bit") -> bytes:
    return HEAD + b"Content-Type: " + content_type + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body


PICTURE = b"\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <a>\r\n\r\nx"
HTML_IN_LEVEL = b"Content-Type: text/html\r\n\r\n" + b"cid:x " * 2000

# name: (maker of the message, the fact "unreadable")
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "100,000 parts": (lambda: multipart(b"x", b"--x\r\n\r\na\r\n" * 100 * K), "too-many-parts"),
    "just as many parts as are read": (lambda: multipart(b"x", b"--x\r\nContent-Type: application/pdf; name=a\r\n\r\na\r\n" * 9_999), ""),
    "depth 1,000": (lambda: nested(1000), "too-deep"),
    "depth 1,000 of attached messages": (lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1000, "too-deep"),
    "deep without end, then much text": (lambda: nested(99) + b"text line of a body\r\n" * 250 * K, "too-many-boundaries"),
    "10 MB header in one field": (lambda: b"X: " + b"a" * 10_000_000 + b"\r\n\r\nbody", "header-too-large"),
    "10 MB header in one folded field": (lambda: b"X: " + b"a\r\n " * 2_500_000 + b"\r\n\r\nbody", "header-too-large"),
    "10 MB header in many fields": (lambda: b"X: a\r\n" * 1_700_000 + b"\r\nbody", "too-many-header-fields"),
    "lines that are no fields": (lambda: b"junk line\r\n" * 500 * K, ""),
    "one long line": (lambda: b"x" * 5_000_000, ""),
    "carriage returns": (lambda: b"\r" * 3_000_000, ""),
    "lines like boundaries": (lambda: multipart(b"b", b"\r\n--bX" * 1_000_000), "too-many-boundaries"),
    "boundaries within lines": (lambda: multipart(b"b", b" --b" * 1_000_000), "too-many-boundaries"),
    "empty boundary": (lambda: multipart(b"", b"\r\n--x" * 1_000_000), "too-many-boundaries"),
    "boundary of dashes among dashes": (lambda: multipart(b"-" * 60, b"-" * 5_000_000), "too-many-boundaries"),
    "boundary line of 5 MB": (lambda: multipart(b"b", b"--b " + b"x" * 5_000_000), ""),
    "parameters: quotes": (lambda: typed(b"text/plain; " + b';a="b' * 150 * K, b"x"), ""),
    "parameters: escaped quotes": (lambda: typed(b'text/plain; a="' + b'\\"' * 300 * K, b"x"), ""),
    "parameters: semicolons": (lambda: typed(b"text/plain" + b";" * 900 * K, b"x"), ""),
    "parameters: equal signs": (lambda: typed(b"text/plain; " + b"=" * 900 * K, b"x"), ""),
    "parameters: escapes of ISO-2022-JP": (lambda: typed(b"text/plain; " + b"\x1b$B" * 300 * K, b"x"), ""),
    "parameters: Shift_JIS": (lambda: typed(b'text/plain; name="' + b"\x81\x5c" * 400 * K, b"x"), ""),
    "parameters: continuations": (lambda: typed(b"text/plain; " + b"".join(b"name*%d*=%%41;" % number for number in range(50_000)), b"x"), ""),
    "parameters: stars": (lambda: typed(b"text/plain; name" + b"*" * 500 * K + b"=x", b"x"), ""),
    "addresses: commas": (lambda: field(b"To", b"," * 900 * K), ""),
    "addresses: quotes": (lambda: field(b"To", b'"\\"' * 300 * K), ""),
    "addresses: quote that never closes": (lambda: field(b"To", b'"' + b'\\"' * 400 * K), ""),
    "addresses: open parentheses": (lambda: field(b"To", b"(" * 900 * K), ""),
    "addresses: comments": (lambda: field(b"To", b"(a) " * 200 * K), ""),
    "addresses: open brackets": (lambda: field(b"To", b"<" * 900 * K), ""),
    "addresses: colons behind an address": (lambda: field(b"To", b"a@b" + b":" * 900 * K), ""),
    "addresses: encoded words without end": (lambda: field(b"To", b"=?a?b?" * 150 * K), ""),
    "addresses: encoded words": (lambda: field(b"To", b"=?utf-8?q?x?= " * 60 * K), ""),
    "addresses: at signs and spaces": (lambda: field(b"To", b"@ " * 400 * K), ""),
    "addresses: spaces": (lambda: field(b"To", b"a" + b" " * 900 * K + b"@b"), ""),
    "addresses: international domains": (lambda: field(b"To", ("a@" + "日本" * 60 + ".jp, ").encode() * 2500), ""),
    "addresses: Shift_JIS": (lambda: field(b"To", b"\x8e\xa1" * 400 * K), ""),
    "subject: words without end": (lambda: b"Subject: " + b"=?a?b?" * 150 * K + b"?=\r\n\r\n", ""),
    "480 fields of words": (lambda: (b"X: " + b"=?utf-8?q?a?= " * 150 + b"\r\n") * 480 + b"\r\n", ""),
    "date of numbers": (lambda: field(b"Date", b"1 " * 400 * K), ""),
    "uuencode begins": (lambda: HEAD + b"\r\n" + b"begin 644 a\r\n#AAAA\r\n" * 200 * K, ""),
    "PGP armor": (lambda: HEAD + b"\r\n" + b"\r\n-----BEGIN PGP x" * 200 * K, ""),
    "content ids in nested related": (lambda: nested(95, HTML_IN_LEVEL) + b"Content-Type: image/png\r\nContent-ID: <z>\r\n\r\nx", ""),
    "content ids": (lambda: typed(b"multipart/related; boundary=r", b"--r\r\nContent-Type: text/html\r\n\r\n" + b"cid:a " * 300 * K + PICTURE * 3000), ""),
    "calendars": (lambda: typed(b"multipart/mixed; boundary=r", b"--r\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n" * 9000), ""),
    "base64 in pieces": (lambda: typed(b"application/pdf", b"AAAA =\r\nAAAAA\r\n" * 300 * K, b"base64"), ""),
    "base64 of padding": (lambda: typed(b"application/pdf", b"=" * 3_000_000, b"base64"), ""),
    "quoted-printable of equal signs": (lambda: typed(b"application/pdf", b"=" * 3_000_000, b"quoted-printable"), ""),
    "quoted-printable of spaces": (lambda: typed(b"application/pdf", b" " * 3_000_000, b"quoted-printable"), ""),
    "text of JIS escapes": (lambda: typed(b"text/plain; charset=iso-2022-jp", b"\x1b$B" * 700 * K), ""),
    "text of EUC-JP, damaged": (lambda: typed(b"text/plain; charset=euc-jp", b"\xa4\xa2a\xff" * 500 * K), ""),
    "HTML of meta": (lambda: typed(b"text/html", b"<meta " * 300 * K), ""),
}  # fmt: skip


@pytest.mark.parametrize(("make", "unreadable"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_message_is_answered_in_bounded_time(make: Callable[[], bytes], unreadable: str) -> None:
    data = make()
    start = time.process_time()
    tree = parse(data)
    facts = build_facts(data, ENVELOPE, internal_domains=INTERNAL)
    body_texts(tree)
    spent = time.process_time() - start
    assert facts.unreadable == unreadable
    assert len(facts.recipients) == 1
    assert joined(tree) == data
    assert spent < PROCESSOR_SECONDS


def peak(data: bytes) -> int:
    tracemalloc.start()
    try:
        build_facts(data, ENVELOPE, internal_domains=INTERNAL)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name",
    [
        "100,000 parts",
        "depth 1,000",
        "10 MB header in one folded field",
        "10 MB header in many fields",
        "lines like boundaries",
        "base64 of padding",
    ],
)
def test_hostile_message_takes_bounded_memory(name: str) -> None:
    assert peak(HOSTILE[name][0]()) < 24_000_000


def test_a_large_attachment_takes_a_small_part_of_its_size() -> None:
    """The goal: at most a tenth of the message beyond the bytes themselves."""
    content = base64.encodebytes(bytes(range(256)) * 40_000).replace(b"\n", b"\r\n")
    data = multipart(
        b"=_b",
        b"--=_b\r\n\r\ntext\r\n--=_b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + content
        + b"--=_b--\r\n",
    )
    assert peak(data) < len(data) / 10
