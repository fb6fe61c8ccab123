"""A message in 7 bits: every body's content stays what it is, and what cannot be without harm is refused."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.message.parse import parse
from shared.core.message.spans import Part
from shared.core.message.transfer import decoded
from shared.core.transform.seven_bit import LARGEST_TEXT, seven_bit
from shared.core.transform.splice import NOTHING, apply
from shared.core.transform.would_break import WouldBreak
from tests.support.corpus import corpus

TEXT = "件名はこちらです。\r\n二行目 = 2 \r\n"


def made(data: bytes) -> bytes:
    return b"".join(apply(data, seven_bit(parse(data)).splices))


def contents(data: bytes) -> list[tuple[str, str, bytes]]:
    """Of every leaf, those of attached messages among them: place, type, decoded content."""
    return [
        (part.path, part.content.value, b"".join(decoded(data, part)))
        for part in all_parts(parse(data).root)
        if part.is_leaf
    ]


def all_parts(part: Part) -> Iterator[Part]:
    yield part
    for child in part.children:
        yield from all_parts(child)


def single(body: bytes, kind: str = "text/plain; charset=utf-8", encoding: str = "8bit") -> bytes:
    return f"Subject: x\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        pytest.param(TEXT.encode(), "text/plain; charset=utf-8", b"base64", id="mostly Japanese"),
        pytest.param(b"caf\xc3\xa9 and so on, mostly ASCII\r\n" * 20, "text/plain", b"quoted-printable", id="Latin"),
        pytest.param(b"caf\xe9 " * 300, "text/plain; charset=iso-8859-1", b"base64", id="one long line"),
        pytest.param(b"a\rb caf\xc3\xa9" + b" x" * 50, "text/plain", b"base64", id="a bare CR"),
        pytest.param(b"a\nb caf\xc3\xa9" + b" x" * 50, "text/plain", b"base64", id="a bare LF"),
        pytest.param(bytes(range(256)), "application/octet-stream", b"base64", id="bytes"),
        pytest.param(b"caf\xc3\xa9 and so on, mostly ASCII", "application/json", b"base64", id="not text"),
    ],
)
@pytest.mark.parametrize("encoding", ["8bit", "7bit", "binary"])
def test_a_body_gets_the_encoding_that_suits_it(body: bytes, kind: str, expected: bytes, encoding: str) -> None:
    data = single(body, kind, encoding)
    after = made(data)
    assert after.isascii()
    assert b"\r\nContent-Transfer-Encoding: " + expected + b"\r\n" in after
    assert after.count(b"Content-Transfer-Encoding") == 1
    assert contents(after) == contents(data)
    assert email.message_from_bytes(after, policy=email.policy.SMTP).get_payload(decode=True) == body


def test_a_field_is_added_where_none_was() -> None:
    after = made(b"Subject: x\r\n\r\n" + TEXT.encode())
    assert after.startswith(b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n")


def test_only_the_parts_that_need_it_change_and_those_around_them_say_7bit() -> None:
    plain = b"Content-Type: text/plain\r\n\r\nplain\r\n"
    data = (
        b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        b"--b\r\n" + plain + b"--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + TEXT.encode()
        + b"--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + single(TEXT.encode())
        + b"--b--\r\n"
    )  # fmt: skip
    after = made(data)
    assert after.isascii()
    assert b"8bit" not in after
    assert plain in after
    assert contents(after) == contents(data)


def test_a_message_in_seven_bits_stays_as_it_is() -> None:
    assert seven_bit(parse(single(b"plain\r\n"))) == NOTHING


def test_a_large_body_is_encoded_without_being_held() -> None:
    body = ("あ" * 20 + "\r\n").encode() * (LARGEST_TEXT // 60)
    assert len(body) > LARGEST_TEXT
    after = made(single(body))
    assert after.isascii()
    assert max(map(len, after.split(b"\r\n"))) <= 76
    assert contents(after) == [("1", "text/plain", body)]


SIGNED = (
    "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\r\n\r\n--s\r\n"
    "Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n日本\r\n--s\r\n"
    "Content-Type: application/pkcs7-signature\r\n\r\nMIIB\r\n--s--\r\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param("Subject: 件名\r\n\r\nx\r\n", "header", id="8-bit bytes in the header"),
        pytest.param("DKIM-Signature: v=1\r\n\r\n日本\r\n", "dkim", id="a DKIM signature"),
        pytest.param(SIGNED, "smime-signed", id="an S/MIME signature"),
        pytest.param("Content-Type: message/rfc822\r\n\r\n" + SIGNED, "signed", id="a signed message within"),
        pytest.param("\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n日本\r\n", "pgp-signed", id="PGP in the text"),
        pytest.param("Content-Transfer-Encoding: base64\r\n\r\n日本\r\n", "transfer-encoding", id="no base64 at all"),
        pytest.param("Content-Type: multipart/mixed; boundary=b\r\n\r\n日本", "multipart", id="parts that never begin"),
        pytest.param("Content-Type: message/partial; id=a\r\n\r\n日本", "message", id="a piece of a message"),
        pytest.param(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n日本\r\n--b\r\n\r\nx\r\n--b--\r\n",
            "header",
            id="preamble",
        ),
    ],
)
def test_what_cannot_be_in_seven_bits_without_harm_is_refused(data: str, what: str) -> None:
    with pytest.raises(WouldBreak) as refused:
        made(data.encode())
    assert refused.value.what == what


LINES = st.lists(
    st.sampled_from([b"", b"Hello", "日本語の行".encode(), b"caf\xe9", b"=20 ", b"ends \t", b"\x00", b"-" * 90, b"--b0",
                     b"a" * 70 + b" --b0 \xff", b"x" * 1100, b".", b"From x"]),
    max_size=6,
)  # fmt: skip


@st.composite
def leaf(draw: st.DrawFn) -> bytes:
    head = draw(
        st.sampled_from([b"", b"Content-Type: text/plain\r\n", b"Content-Type: image/png\r\n", b"Content-type: text/html\r\n"])
    )  # fmt: skip
    head += draw(
        st.sampled_from([b"", b"Content-Transfer-Encoding: 8bit\r\n", b"content-transfer-encoding: BINARY\r\n"])
    )
    separator = draw(st.sampled_from([b"\r\n", b"\n"]))
    return head + b"\r\n" + separator.join(draw(LINES))


@st.composite
def multipart(draw: st.DrawFn, children: st.SearchStrategy[bytes]) -> bytes:
    boundary = draw(st.sampled_from([b"b0", b"b1", b"-"]))
    parts = b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in draw(st.lists(children, max_size=3)))
    inner = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n" % boundary + parts + b"--%s--\r\n" % boundary
    return draw(st.sampled_from([b"", b"Content-Type: message/rfc822\r\n\r\n"])) + inner


@settings(max_examples=200, deadline=None)
@given(st.recursive(leaf(), multipart, max_leaves=5))
def test_whatever_the_message_contents_stay_and_no_byte_is_above_127(data: bytes) -> None:
    try:
        after = made(data)
    except WouldBreak:
        return
    assert after.isascii()
    assert contents(after) == contents(data)
    assert made(after) == after


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_messages_of_the_corpus(path: Path) -> None:
    data = path.read_bytes()
    try:
        after = made(data)
    except WouldBreak:
        return
    assert after.isascii()
    assert contents(after) == contents(data)
