"""A part's header: its charset and transfer encoding change, and no other byte."""

from __future__ import annotations

import email
import email.policy

import pytest

from shared.core.message.parse import parse
from shared.core.transform.splice import apply
from shared.core.transform.text_header import header_splices, line_end_of
from tests.support.messages import crlf


def changed(head: str, charset: str = "utf-8", encoding: str = "") -> str:
    """The header of a message with that header after the change, line ends as ``\\n``."""
    data = crlf(head + "\nbody\n")
    tree = parse(data)
    made = b"".join(apply(data, header_splices(tree, tree.root, charset, encoding)))
    read = email.message_from_bytes(made, policy=email.policy.compat32)
    assert read.get_content_charset() == charset
    assert read["content-transfer-encoding"] == (encoding or read["content-transfer-encoding"])
    assert read.get_payload() == "body\r\n"
    return made.decode("latin-1").replace("\r\n", "\n").removesuffix("\nbody\n")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("text/plain; charset=iso-2022-jp", "text/plain; charset=utf-8"),
        ('text/plain; charset="ISO-2022-JP"', 'text/plain; charset="utf-8"'),
        ('text/plain;\n\tcharset="ISO-2022-JP";\n\tformat=flowed', 'text/plain;\n\tcharset="utf-8";\n\tformat=flowed'),
        ("text/plain; format=flowed; CHARSET=us-ascii", "text/plain; format=flowed; charset=utf-8"),
        ("Text/Plain; charset = x ; delsp=yes", "Text/Plain; charset=utf-8 ; delsp=yes"),
        ("text/plain", 'text/plain; charset="utf-8"'),
        ("text/plain; format=flowed", 'text/plain; charset="utf-8"; format=flowed'),
        ("text/plain;", 'text/plain; charset="utf-8";'),
        ("text/html; charset=us-ascii (comment)", "text/html; charset=utf-8"),
        ('text/plain; x="; charset=no"; charset=a', 'text/plain; x="; charset=no"; charset=utf-8'),
        ("text/plain; charset*=us-ascii'en'iso-2022-jp; a=b", 'text/plain; charset="utf-8"; a=b'),
        ("text/plain; charset*0=iso-; charset*1=2022-jp; a=b", 'text/plain; charset="utf-8"; a=b'),
        ("text/plain; flag; charset=a", "text/plain; flag; charset=utf-8"),
        ('text/plain; charset=""', 'text/plain; charset="utf-8"'),
        ("text/plain; charset=a; charset=b", "text/plain; charset=utf-8"),
    ],
)
def test_the_charset_parameter(was: str, now: str) -> None:
    head = "A: 1\nMIME-Version: 1.0\nContent-Type: %s\nZ:  9\n"
    result = changed(head % was)
    if "charset*" in was:
        now = result.split("Content-Type: ")[1].split("\nZ")[0]
        assert "*" not in now
        assert now.endswith("; a=b")
    assert result == head % now


@pytest.mark.parametrize("was", ["text", "plain text; charset=x", ";charset=x", "", "text/plain text/html"])
def test_a_type_that_nobody_can_read_is_written_anew(was: str) -> None:
    assert 'Content-Type: text/plain; charset="utf-8"\n' in changed(f"MIME-Version: 1.0\nContent-Type: {was}\nZ: 9\n")


def test_fields_that_are_missing_come_last_and_make_the_message_mime() -> None:
    assert changed("A: 1\n", "utf-8", "base64") == (
        "A: 1\nMIME-Version: 1.0\nContent-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: base64\n"
    )  # fmt: skip
    assert changed("MIME-Version: 1.0\nA: 1\n").count("MIME-Version") == 1


@pytest.mark.parametrize("was", [" 7bit", "7bit", " 7bit (really)", "\n 7bit"])
def test_the_transfer_encoding(was: str) -> None:
    head = "A: 1\nContent-Type: text/plain; charset=%s\nContent-Transfer-Encoding:%s\nZ: 9\n"
    assert changed(head % ("a", was), "utf-8", "base64") == head % ("utf-8", " base64")


def test_nothing_asked_nothing_changed() -> None:
    tree = parse(crlf("A: 1\n\nbody\n"))
    assert header_splices(tree, tree.root, "", "") == []


@pytest.mark.parametrize(
    ("data", "made"),
    [
        pytest.param(
            b"A: 1\r\nbody without blank line\r\n", b"A: 1\r\n\r\nbody without blank line\r\n", id="no-blank-line"
        ),
        pytest.param(b"A: 1\r\n", b"A: 1\r\n\r\n", id="header-alone"),
        pytest.param(b"A: 1", b"A: 1\r\n\r\n", id="header-without-line-end"),
        pytest.param(b"A: 1\nbody only\n", b"A: 1\n\nbody only\n", id="lf"),
        pytest.param(b"", b"\r\n", id="nothing-at-all"),
    ],
)
def test_a_blank_line_is_put_where_there_is_none(data: bytes, made: bytes) -> None:
    tree = parse(data)
    assert b"".join(apply(data, header_splices(tree, tree.root, "", ""))) == made


@pytest.mark.parametrize(
    ("data", "line_end"),
    [
        (b"A: 1\r\n\r\nx\n", b"\r\n"),
        (b"A: 1\n\nx\r\n", b"\n"),
        (b"A: 1\r\rx", b"\r"),
        (b"A: 1\r\n\nx", b"\n"),
        (b"A: 1\nx", b"\n"),
        (b"A: 1", b"\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_line_ends_of_a_message(data: bytes, line_end: bytes) -> None:
    tree = parse(data)
    assert line_end_of(tree, tree.root) == line_end


def test_a_part_has_line_ends_of_its_own() -> None:
    tree = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\nA: 1\n\nx\n--b\r\n--b--\r\n")
    assert [line_end_of(tree, part) for part in tree.walk()] == [b"\r\n", b"\n", b"\r\n"]
