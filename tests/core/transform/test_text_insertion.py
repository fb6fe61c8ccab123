"""A text into one part whose charset, encoding or bytes are not as they should be."""

from __future__ import annotations

import base64

import pytest

from shared.core.message.parse import parse
from shared.core.transform.insert_text import InsertText, insert_text
from shared.core.transform.splice import apply
from shared.core.transform.text_insertion import LARGEST_REWRITTEN, CannotInsert
from shared.core.transform.text_places import Place
from shared.core.transform.would_break import WouldBreak
from tests.support.messages import crlf
from tests.support.text_reading import inserted, read_leaves, visible
from tests.support.text_shapes import HEAD

PLACES: tuple[Place, ...] = ("top", "bottom")
JIS = "日本".encode("iso2022_jp")
KANJI = InsertText("確認")


def body(fields: str, content: bytes) -> bytes:
    """A message of one part with those content fields."""
    return HEAD + fields.replace("\n", "\r\n").encode() + b"\r\n" + content


def content_after(data: bytes) -> bytes:
    """What stands behind the header of a message of one part."""
    tree = parse(data)
    return tree.bytes_of(tree.root.body)


@pytest.mark.parametrize(
    ("fields", "content", "top", "bottom"),
    [
        pytest.param("", b"Hello\r\n", b"Note\r\nHello\r\n", b"Hello\r\nNote\r\n", id="no-content-type"),
        pytest.param("", b"Hello", b"Note\r\nHello", b"Hello\r\nNote", id="no-line-end-at-the-end"),
        pytest.param("", b"", b"Note\r\n", b"Note\r\n", id="empty"),
        pytest.param("", b"\r\n\r\n", b"Note\r\n\r\n\r\n", b"\r\n\r\nNote\r\n", id="empty-lines"),
        pytest.param("Content-Type: text/plain; charset=x-own\n", b"\xe9\xff?\r\n", b"Note\r\n\xe9\xff?\r\n", b"\xe9\xff?\r\nNote\r\n", id="unknown-charset"),
        pytest.param("Content-Type: text/plain; charset=shift_jis\n", b"\x95\x5c\xff\r\n", b"Note\r\n\x95\x5c\xff\r\n", b"\x95\x5c\xff\r\nNote\r\n", id="damaged"),
        pytest.param("Content-Type: text/plain; charset=utf-8\n", b"\xef\xbb\xbfHello\r\n", b"\xef\xbb\xbfNote\r\nHello\r\n", b"\xef\xbb\xbfHello\r\nNote\r\n", id="byte-order-mark"),
        pytest.param("Content-Type: text/plain; charset=iso-2022-jp\n", b"\x1b$BF|K\\", b"Note\r\n\x1b$BF|K\\", b"\x1b$BF|K\\\x1b(B\r\nNote", id="jis-that-never-returns"),
        pytest.param("Content-Type: text/plain; charset=iso-2022-jp\n", b"\x1b$BF|K\\\r\n", b"Note\r\n\x1b$BF|K\\\r\n", b"\x1b$BF|K\\\r\n\x1b(B\r\nNote\r\n", id="jis-that-never-returns-before-the-line-end"),
        pytest.param("", JIS + b"\r\n", b"Note\r\n" + JIS + b"\r\n", JIS + b"\r\nNote\r\n", id="jis-without-a-label"),
        pytest.param("Content-Type: text/plain; format=flowed\n", b"para \r\n", b"Note\r\npara \r\n", b"para \r\n\r\nNote\r\n", id="flowed-that-flows-on"),
        pytest.param("Content-Type: text/plain; format=flowed\n", b"x\r\n-- \r\nme\r\n", b"Note\r\nx\r\n-- \r\nme\r\n", b"x\r\n-- \r\nme\r\nNote\r\n", id="flowed-signature-stays-above"),
        pytest.param("Content-Type: text/enriched\n", b"<bold>x</bold>\r\n", b"Note\r\n<bold>x</bold>\r\n", b"<bold>x</bold>\r\nNote\r\n", id="enriched"),
        pytest.param("Content-Transfer-Encoding: quoted-printable\n", b"caf=E9=\r\n", b"Note\r\ncaf=E9=\r\n", b"caf=E9=\r\n\r\nNote", id="quoted-printable-soft-break"),
        pytest.param("Content-Transfer-Encoding: base64\n", b"SGVsbG8NCg==\r\n", b"Tm90ZQ0KSGVsbG8NCg==\r\n", b"SGVsbG8NCk5vdGUNCg==\r\n", id="base64"),
        pytest.param("Content-Transfer-Encoding: base64\n", b"SGVsbG8K\r\n", b"Tm90ZQpIZWxsbwo=\r\n", b"SGVsbG8KTm90ZQo=\r\n", id="base64-with-lf-inside"),
        pytest.param("Content-Transfer-Encoding: base64\n", b"", b"Tm90ZQ0K\r\n", b"Tm90ZQ0K\r\n", id="base64-empty"),
    ],
)  # fmt: skip
def test_ascii_text_goes_into_anything(fields: str, content: bytes, top: bytes, bottom: bytes) -> None:
    data = body(fields, content)
    for place, wanted in (("top", top), ("bottom", bottom)):
        made = inserted(data, InsertText("Note", place="top" if place == "top" else "bottom"))
        assert content_after(made) == wanted
        assert made.startswith(data[: len(data) - len(content)])


@pytest.mark.parametrize(
    ("fields", "content", "charset", "encoding"),
    [
        pytest.param("", b"Hello\r\n", "utf-8", "base64", id="no-content-type"),
        pytest.param("Content-Type: text/plain\n", b"Hello, this is long ASCII text that goes on and on\r\n", "utf-8", "quoted-printable", id="mostly-ascii"),
        pytest.param("Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 8bit\n", b"Hello\r\n", "utf-8", "8bit", id="ascii-in-8bit"),
        pytest.param("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n", b"Hello\r\n", "utf-8", "base64", id="utf-8-in-7bit"),
        pytest.param("Content-Type: text/plain; charset=utf-8\n", "日\r\n".encode(), "utf-8", "7bit", id="says-7bit-and-is-not"),
        pytest.param("Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 8bit\n", "日\r\n".encode(), "utf-8", "8bit", id="says-ascii-and-is-utf-8"),
        pytest.param("Content-Transfer-Encoding: 8bit\n", "日\r\n".encode(), "utf-8", "8bit", id="utf-8-without-a-label"),
        pytest.param("", JIS + b"\r\n", "", "7bit", id="jis-without-a-label"),
        pytest.param("Content-Type: text/plain; charset=us-ascii\n", JIS + b"\r\n", "us-ascii", "7bit", id="says-ascii-and-is-jis"),
        pytest.param("Content-Type: text/plain; charset=x-own\n", b"Hello\r\n", "utf-8", "base64", id="unknown-charset-of-ascii"),
        pytest.param("Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n", b"caf=E9\r\n", "utf-8", "quoted-printable", id="western"),
        pytest.param("Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: quoted-printable\n", b"a =3D b\r\n", "utf-8", "quoted-printable", id="ascii-in-quoted-printable"),
        pytest.param("Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: base64\n", b"SGVsbG8=\r\n", "utf-8", "base64", id="ascii-in-base64"),
        pytest.param("Content-Type: text/plain; charset=utf-7\n", b"+ZeU-\r\n", "utf-8", "base64", id="utf-7"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", PLACES)
def test_japanese_text_goes_where_it_can_be_read(
    fields: str, content: bytes, charset: str, encoding: str, place: Place
) -> None:
    data = body(fields, content)
    made = inserted(data, InsertText("確認", place=place))
    [was], [now] = read_leaves(data), read_leaves(made)
    assert (now.charset, now.encoding) == (charset, encoding)
    text = now.content.decode("iso2022_jp" if b"\x1b$" in content else "utf-8")
    assert "確認" in text.split("\r\n")
    if b"+ZeU" not in content and b"=E9" not in content:
        assert was.content.strip() in now.content
    else:
        assert ("日" if b"ZeU" in content else "café") in text
    assert inserted(made, InsertText("確認", place=place)) == made


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        pytest.param("Content-Type: text/plain; charset=x-own\n", b"\xe9\xff\r\n", id="unknown-charset"),
        pytest.param(
            "Content-Type: text/plain; charset=us-ascii\n", "日本".encode("cp932"), id="ascii-that-is-something-else"
        ),
        pytest.param("Content-Type: text/plain\n", b"\xff\xfe\xfd", id="no-text-at-all"),
        pytest.param("Content-Type: text/plain; charset=koi8-r\n", b"\x1bx", id="escape"),
    ],
)
def test_what_cannot_be_read_for_certain_is_not_moved(fields: str, content: bytes) -> None:
    for place in PLACES:
        with pytest.raises(CannotInsert) as refusal:
            insert_text(parse(body(fields, content)), InsertText("確認①", place=place))
        assert refusal.value.what == "charset"
        assert isinstance(refusal.value, WouldBreak)


@pytest.mark.parametrize("place", PLACES)
def test_html_in_a_charset_that_cannot_be_left_gets_character_references(place: Place) -> None:
    data = body("Content-Type: text/html; charset=x-own\n", b"<body>\xe9\xff</body>\r\n")
    made = inserted(data, InsertText("確認①", place=place))
    assert b"&#30906;&#35469;&#9312;" in made
    assert b"\xe9\xff" in made
    assert inserted(made, InsertText("確認①", place=place)) == made


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("charset", ["iso-2022-jp", "shift_jis", "euc-jp"])
def test_html_that_names_its_charset_is_told_when_it_moves(charset: str, place: Place) -> None:
    markup = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body>日本</body></html>\r\n'
    data = body(
        f"Content-Type: text/html; charset={charset}\nContent-Transfer-Encoding: 8bit\n", markup.encode(charset)
    )
    [leaf] = read_leaves(inserted(data, InsertText("①", place=place)))
    assert leaf.charset == "utf-8"
    assert 'content="text/html; charset=utf-8"' in leaf.text
    assert visible(leaf.text) == ("① 日本" if place == "top" else "日本 ①")


def test_ascii_html_that_names_a_charset_is_told_too() -> None:
    data = body("Content-Type: text/html; charset=us-ascii\n", b'<meta charset="us-ascii"><body>x</body>\r\n')
    [leaf] = read_leaves(inserted(data, InsertText("①")))
    assert '<meta charset="utf-8">' in leaf.text


def test_html_is_read_by_its_own_word_where_the_header_says_nothing() -> None:
    markup = '<meta charset="shift_jis"><body>日本</body>\r\n'.encode("cp932")
    data = body("Content-Type: text/html\nContent-Transfer-Encoding: 8bit\n", markup)
    made = inserted(data, InsertText("確認"))
    assert "<div>確認</div>".encode("cp932") in made
    assert parse(made).root.fields == parse(data).root.fields


def test_double_bytes_that_look_like_markup_are_no_markup() -> None:
    # 縺 is <s in JIS: a reader of raw bytes would take it for a tag.
    text = "".join(chr(code) for code in range(0x4E00, 0x9FA0))
    jis = "".join(char for char in text if b"<" in char.encode("iso2022_jp", "ignore")[3:5]).encode("iso2022_jp")
    assert jis.count(b"<") > 80
    data = body("Content-Type: text/html; charset=iso-2022-jp\n", b"<body>\r\n" + jis + b"\r\n</body>\r\n")
    assert content_after(inserted(data, KANJI)) == (
        b"<body>\r\n" + jis + b"\r\n" + "<div>確認</div>".encode("iso2022_jp") + b"\r\n</body>\r\n"
    )


@pytest.mark.parametrize("place", PLACES)
def test_lines_that_mail_cannot_carry_are_encoded(place: Place) -> None:
    data = body("Content-Type: text/html; charset=utf-8\n", b"<p>Hello</p>\r\n")
    long = "<p>" + "word " * 400 + "</p>"
    made = inserted(data, InsertText("x", long, place))
    assert max(map(len, made.split(b"\r\n"))) <= 78
    [leaf] = read_leaves(made)
    assert leaf.encoding == "quoted-printable"
    assert long in leaf.text


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("boundary", ["b", "-", "", "b -- x"])
def test_a_line_that_would_end_the_part_does_not(boundary: str, place: Place, encoding: str) -> None:
    content = base64.b64encode(b"Hello\r\n").decode() if encoding == "base64" else "Hello\n"
    data = crlf(
        f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{boundary}"\n\n--{boundary}\n'
        f"Content-Transfer-Encoding: {encoding}\n\n{content}\n--{boundary}--\n"
    )
    text = f"--{boundary}\n--{boundary}--\n-- "
    made = inserted(data, InsertText(text, place=place))
    tree = parse(made)
    assert len(tree.root.children) == 1
    [leaf] = read_leaves(made)
    assert text in leaf.content.decode().replace("\r\n", "\n")


def test_a_message_that_says_nothing_of_mime_becomes_mime_when_it_must() -> None:
    data = crlf("From: a@example.co.jp\nSubject: x\n\nHello\n")
    made = inserted(data, KANJI)
    assert made.startswith(data[: data.index(b"\r\n\r\n") + 2])
    assert (
        b'MIME-Version: 1.0\r\nContent-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n'
        in made
    )
    assert b"MIME-Version" not in inserted(data, InsertText("Note"))


@pytest.mark.parametrize(
    "data",
    [b"", b"\r\n", b"Subject: x", b"Subject: x\r\n", b"no header at all\r\n", b"Subject: x\r\nno blank line\r\n"],
)
@pytest.mark.parametrize("place", PLACES)
def test_a_text_never_becomes_a_header(data: bytes, place: Place) -> None:
    made = inserted(data, InsertText("Bcc: everybody@example.com", place=place))
    tree = parse(made)
    assert tree.root.first(b"bcc") is None
    assert b"Bcc: everybody@example.com" in tree.bytes_of(tree.root.body)
    assert tree.root.fields == parse(data).root.fields or data == b"Subject: x"


@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_a_huge_part_is_not_taken_into_memory(encoding: str) -> None:
    content = b"YWJj" * 15 + b"\r\n"
    data = body(
        f"Content-Type: text/plain; charset=shift_jis\nContent-Transfer-Encoding: {encoding}\n",
        content * (LARGEST_REWRITTEN // len(content) * 3 // 2),
    )
    with pytest.raises(CannotInsert, match="too-large"):
        insert_text(parse(data), InsertText("①"))
    if encoding == "8bit":  # put between, nothing has to be held
        edit = insert_text(parse(data), KANJI)
        assert sum(map(len, apply(data, edit.splices))) == len(data) + 6
