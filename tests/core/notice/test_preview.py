"""The beginning of a message's text, from a bounded piece of its bytes."""

from __future__ import annotations

import base64

import pytest

from shared.core.notice.preview import LONGEST_PREVIEW, preview_text


def _plain(text: str, charset: str = "utf-8") -> bytes:
    return f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + text.encode(charset)


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"])
def test_japanese_text_in_its_own_charset(charset: str) -> None:
    preview = preview_text(_plain("お世話になっております。\r\n佐藤です。\r\n", charset), complete=True)
    assert (preview.text, preview.cut, preview.available) == ("お世話になっております。\n佐藤です。", False, True)


def _alternative(plain: str, markup: str) -> bytes:
    return (
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n"
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{markup}\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        pytest.param(
            _alternative("plain words here", "<p>html words here</p>"), "plain words here", id="plain preferred"
        ),
        pytest.param(
            _alternative("See HTML.", f"<p>{'long and rich ' * 10}</p>"),
            ("long and rich " * 10).strip(),
            id="plain is only a hint",
        ),
        pytest.param(_alternative("  ", "<p>only&nbsp;html</p>"), "only html", id="plain is blank"),
        pytest.param(
            b"Content-Type: text/html\r\n\r\n<script>alert(1)</script><b>bold</b>", "bold", id="HTML without its markup"
        ),
        pytest.param(_plain("run\u202e me\0\x1b[0m"), "run me[0m", id="no hidden characters"),
        pytest.param(b"Subject: x\r\n\r\n", "", id="no text"),
    ],
)
def test_what_is_shown(data: bytes, shown: str) -> None:
    preview = preview_text(data, complete=True)
    assert (preview.text, preview.cut, preview.available) == (shown, False, True)


def test_text_before_a_large_attachment_is_whole_though_the_message_was_cut() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nshort text\r\n"
        b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(bytes(9000))
    )
    preview = preview_text(data, complete=False)
    assert (preview.text, preview.cut) == ("short text", False)


def test_text_that_the_prefix_cuts_says_so() -> None:
    preview = preview_text(_plain("line\r\n" * 100), complete=False)
    assert preview.cut
    assert preview.text.startswith("line\nline")


def test_long_text_is_cut() -> None:
    preview = preview_text(_plain("あ" * (LONGEST_PREVIEW + 1)), complete=True)
    assert (len(preview.text), preview.cut) == (LONGEST_PREVIEW, True)


def test_text_beyond_the_prefix_is_not_available() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/pdf\r\n\r\n" + bytes(
        5000
    )
    assert not preview_text(data, complete=False).available


def test_an_unreadable_message_is_not_available() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(200))
    assert not preview_text(nested, complete=True).available
