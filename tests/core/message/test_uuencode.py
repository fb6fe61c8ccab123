"""Files uuencoded in plain text: found where they are whole, ignored where a text only talks of them."""

from __future__ import annotations

import binascii

import pytest

from shared.core.message.spans import Span
from shared.core.message.uuencode import uuencoded_files


def encoded(content: bytes, name: bytes = b"a.txt", ending: bytes = b"\r\n") -> bytes:
    lines = [b"begin 644 " + name]
    lines += [binascii.b2a_uu(content[at : at + 45]).rstrip(b"\n") for at in range(0, len(content), 45)]
    return ending.join([*lines, b"`", b"end", b""])


def found(data: bytes) -> list[tuple[str, int]]:
    return [(file.name, file.size) for file in uuencoded_files(data, Span(0, len(data)))]


CASES = {
    "one file": (encoded(b"x" * 100), [("a.txt", 100)]),
    "text before and after": (b"Hello,\r\n" + encoded(b"x" * 45) + b"Regards\r\n", [("a.txt", 45)]),
    "two files": (encoded(b"x" * 10) + encoded(b"y" * 20, b"b.txt"), [("a.txt", 10), ("b.txt", 20)]),
    "bare LF": (encoded(b"x" * 100, ending=b"\n"), [("a.txt", 100)]),
    "raw Japanese name": (encoded(b"x", "見積.txt".encode("cp932")), [("見積.txt", 1)]),
    "spaces for backquotes": (encoded(b"\0" * 45).replace(b"`", b" "), [("a.txt", 45)]),
    "no end": (encoded(b"x" * 100).replace(b"end", b""), []),
    "a sentence": (b"begin 100 things\r\nand end them\r\nend\r\n", []),
    "a sentence in capitals": (b"begin 100 THINGS\r\nAND ALSO END THEM\r\nend\r\n", []),
    "not at the start of a line": (b"x" + encoded(b"x" * 100), []),
    "nothing": (b"", []),
}


@pytest.mark.parametrize(("data", "expected"), CASES.values(), ids=CASES.keys())
def test_files(data: bytes, expected: list[tuple[str, int]]) -> None:
    assert found(data) == expected


def test_the_span_runs_from_begin_to_end() -> None:
    data = b"Hello\r\n" + encoded(b"x" * 50) + b"Bye"
    (file,) = uuencoded_files(data, Span(0, len(data)))
    assert data[file.span.start : file.span.end] == encoded(b"x" * 50)
