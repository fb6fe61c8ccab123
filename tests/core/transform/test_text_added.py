"""A text part for a message without text: first, with its own header, and what was there as it was."""

from __future__ import annotations

import email

import pytest

from shared.core.message.parse import parse
from shared.core.transform.splice import apply
from shared.core.transform.text_added import add_text_part
from tests.support.messages import crlf
from tests.support.second_tree import second_tree
from tests.support.text_reading import outline, read_leaves
from tests.support.text_shapes import HEAD, PDF, multipart

ATTACHED = b"Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nx\r\n"


def added(data: bytes, text: str = "確認済みです。\n二行目") -> bytes:
    return b"".join(apply(data, add_text_part(parse(data), text)))


@pytest.mark.parametrize(
    ("body", "now"),
    [
        pytest.param(PDF, ["multipart/mixed", "text/plain", "application/pdf"], id="file-alone"),
        pytest.param(multipart("mixed", PDF, PDF), ["multipart/mixed", "text/plain", "application/pdf", "application/pdf"], id="files"),
        pytest.param(multipart("related", PDF), ["multipart/mixed", "text/plain", "multipart/related", "application/pdf"], id="related"),
        pytest.param(ATTACHED, ["multipart/mixed", "text/plain", "message/rfc822", "text/plain"], id="forwarded-message"),
        pytest.param(multipart("digest", b"\r\nA: b\r\n\r\nx"), ["multipart/mixed", "text/plain", "multipart/digest", "message/rfc822", "text/plain"], id="digest"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["crlf", "lf"])
def test_the_text_comes_first_and_the_rest_stays(body: bytes, now: list[str], line_end: bytes) -> None:
    data = (HEAD + body).replace(b"\r\n", line_end)
    made = added(data)
    assert outline(made) == now
    assert [part.kind for part in second_tree(made).walk()] == now
    assert read_leaves(made)[0].text == "確認済みです。\n二行目\n"
    assert (b"\r\n" in made) == (line_end == b"\r\n")
    tree, before = parse(made), parse(data)
    leaves = [part for part in tree.walk() if part.is_leaf][1:]
    old = [part for part in before.walk() if part.is_leaf]
    assert [tree.bytes_of(part.body) for part in leaves] == [before.bytes_of(part.body) for part in old]
    assert tree.root.closed


def test_fields_of_the_body_move_with_it_and_others_stay() -> None:
    data = crlf(
        "A: 1\nContent-Type: application/pdf;\n name=a.pdf\nContent-Class: urn:content-classes:message\n"
        "Content-Disposition: attachment\nContent-Transfer-Encoding: base64\nContent-Language: ja\nZ: 9\n\nYWJj\n"
    )
    made = email.message_from_bytes(added(data))
    assert made.keys() == ["A", "MIME-Version", "Content-Type", "Content-Class", "Content-Language", "Z"]
    assert [part.keys() for part in made.get_payload() if not isinstance(part, str)] == [
        ["Content-Type", "Content-Transfer-Encoding"],
        ["Content-Type", "Content-Disposition", "Content-Transfer-Encoding"],
    ]


@pytest.mark.parametrize(
    ("text", "encoding", "charset"),
    [
        ("plain", "7bit", "us-ascii"),
        ("確認", "base64", "utf-8"),
        ("mostly plain, one é, and more of it", "quoted-printable", "utf-8"),
        ("x" * 1200, "quoted-printable", "us-ascii"),
        ("a\n--b\nc", "base64", "us-ascii"),
    ],
)
def test_how_the_text_is_written(text: str, encoding: str, charset: str) -> None:
    leaf = read_leaves(added(HEAD + PDF, text))[0]
    assert (leaf.encoding, leaf.charset, leaf.text) == (encoding, charset, text + "\n")


def test_8_bit_content_makes_the_whole_8_bit() -> None:
    data = crlf("Content-Type: text/csv; name=a.csv\nContent-Transfer-Encoding: 8bit\n\n日本\n")
    assert email.message_from_bytes(added(data))["Content-Transfer-Encoding"] == "8bit"


def test_the_boundary_is_one_that_the_message_does_not_hold() -> None:
    data = HEAD + PDF
    boundary = email.message_from_bytes(added(data)).get_boundary()
    assert boundary is not None
    assert boundary == email.message_from_bytes(added(data)).get_boundary()
    again = added(data.replace(b"\r\n\r\n", b"\r\n\r\n" + boundary.encode() + b"\r\n", 1))
    assert email.message_from_bytes(again).get_boundary() != boundary


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"Content-Type: application/pdf\r\n\r\n", id="empty-body"),
        pytest.param(b"Content-Type: application/pdf\r\n", id="no-blank-line"),
        pytest.param(b"Content-Type: application/pdf", id="header-without-line-end"),
        pytest.param(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/pdf\r\n\r\nx", id="no-end-boundary"),
        pytest.param(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n", id="nothing-but-the-end"),
        pytest.param(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b", id="nothing-but-the-start"),
        pytest.param(b"Content-Type: multipart/mixed\r\n\r\nno boundary at all\r\n", id="no-boundary"),
    ],
)  # fmt: skip
def test_broken_messages_get_a_text_too(data: bytes) -> None:
    made = added(data, "text")
    leaf = read_leaves(made)[0]
    assert (leaf.kind, leaf.text) == ("text/plain", "text\n")
    first = next(part for part in second_tree(made).walk() if part.content is not None)
    assert (first.kind, (first.content or b"").strip()) == ("text/plain", b"text")
