"""Body texts: which parts, in which charset, how much of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.message.body import attachment_content, body_texts
from shared.core.message.limits import DEFAULT_LIMITS
from shared.core.message.parse import parse
from tests.support.messages import crlf, own

TEXTS = {
    "plain": (crlf("\nhello\nthere\n"), ["hello\nthere\n"]),
    "base64": (crlf("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n6KaL56mN5pu4\n"), ["見積書"]),
    "quoted-printable": (crlf("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=E8=A6=8B=\n=E7=A9=8D\n"), ["見積\n"]),
    "iso-2022-jp": (b"Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\n\x1b$BF|K\\\x1b(B\r\n", ["日本\n"]),
    "no charset": ("\r\n見積".encode("cp932"), ["見積"]),
    "unknown charset": (b"Content-Type: text/plain; charset=x-foo\r\n\r\n" + "見積書".encode(), ["見積書"]),
    "byte order mark": (b"Content-Type: text/plain; charset=us-ascii\r\n\r\n" + "\ufeff見積".encode("utf-16-le"), ["見積"]),
    "charset by the HTML itself": (b'Content-Type: text/html\r\n\r\n<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">' + "ｱｲ".encode("cp932"), None),
    "controls go, tabs stay": (b"\r\na\tb\0c\x1b[31m\r\n", ["a\tbc[31m\n"]),
    "both forms of an alternative": (crlf("Content-Type: multipart/alternative; boundary=b\n\n--b\n\none\n--b\nContent-Type: text/html\n\n<p>\n--b--"), ["one", "<p>"]),
    "no attachment": (crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: text/plain; name=a.txt\n\nfile\n--b--"), ["one"]),
    "no attached message": (crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: message/rfc822\n\nA: 1\n\ninner\n--b--"), ["one"]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_texts(data: bytes, expected: list[str] | None) -> None:
    found = body_texts(parse(data))
    if expected is None:
        assert found[0].text.endswith(">ｱｲ")
        assert (found[0].charset, found[0].is_html) == ("Shift_JIS", True)
    else:
        assert [text.text for text in found] == expected


def test_a_long_text_is_cut_between_characters() -> None:
    data = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "見".encode() * 100
    (text,) = body_texts(parse(data), replace(DEFAULT_LIMITS, max_text_length=10))
    assert (text.text, text.truncated) == ("見" * 10, True)


def test_half_a_character_at_the_cut_is_left_out() -> None:
    data = b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + b"\x1b$BF|\x1b(B" * 9
    (text,) = body_texts(parse(data), replace(DEFAULT_LIMITS, max_text_length=9))
    assert (text.text, text.truncated) == ("日" * 4, True)


def test_the_bound_is_for_all_texts_together() -> None:
    data = crlf("Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\n12345\n" * 4 + "--b--")
    found = body_texts(parse(data), replace(DEFAULT_LIMITS, max_text_length=12))
    assert [text.text for text in found] == ["12345", "12345", "12"]
    assert [text.truncated for text in found] == [False, False, True]


def test_the_text_of_a_message_that_was_cut_off_is_read() -> None:
    whole = own("apple-mail-attachments-inside-alternative")
    (text,) = body_texts(parse(whole[: whole.index("です。".encode()) + 9]))
    assert text.text.startswith("資料です。")


def test_an_unreadable_message_gives_no_text() -> None:
    data = crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--")
    assert body_texts(parse(data, replace(DEFAULT_LIMITS, max_parts=1))) == ()


def test_attachment_content_by_its_path() -> None:
    tree = parse(own("apple-mail-attachments-inside-alternative"))
    pieces = attachment_content(tree, "2.2")
    assert pieces is not None
    assert b"".join(pieces) == b"%PDF-1.7 proposal"
    assert attachment_content(tree, "9") is None
