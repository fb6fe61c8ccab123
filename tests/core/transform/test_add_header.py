"""A8, adding a field: on top, encoded where needed, never twice, never a field that others rely on."""

from __future__ import annotations

from email.header import decode_header, make_header

import pytest

from shared.core.transform.add_header import AddHeader
from shared.core.transform.bad_argument import BadArgument
from tests.support.corpus import corpus
from tests.support.messages import crlf, own
from tests.support.transforms import edit_of, second_reading, text_by_email, transformed

MESSAGE = crlf("From: a@b.example\nX-Two: one\nX-Two: two\n\nbody\n")


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        pytest.param("X-Policy", "checked", b"X-Policy: checked\r\n", id="plain"),
        pytest.param("X-Policy", "  checked ", b"X-Policy: checked\r\n", id="spaces-around-dropped"),
        pytest.param("X-Policy", "", b"X-Policy:\r\n", id="empty"),
        pytest.param("X-Policy", "社外秘", b"X-Policy: =?utf-8?B?56S+5aSW56eY?=\r\n", id="japanese"),
        pytest.param("X-Policy", "a\tb", b"X-Policy: a b\r\n", id="tab-becomes-a-space"),
        pytest.param("X-Policy", "a\x1b\u202eb", b"X-Policy: ab\r\n", id="control-characters-left-out"),
        pytest.param("X-Two", "three", b"X-Two: three\r\n", id="another-of-a-field-that-may-stand-often"),
        pytest.param("Importance", "high", b"Importance: high\r\n", id="known-field"),
    ],
)
def test_added_on_top(name: str, value: str, field: bytes) -> None:
    assert transformed(MESSAGE, AddHeader(name, value)) == field + MESSAGE


def test_a_field_with_that_text_is_not_added_again() -> None:
    edit = edit_of(MESSAGE, AddHeader("x-two", "two"))
    assert edit.splices == ()


def test_a_field_that_may_stand_once_is_kept() -> None:
    data = crlf("From: a@b.example\nReply-To: old@b.example\n\nbody\n")
    edit = edit_of(data, AddHeader("Reply-To", "new@b.example"))
    assert edit.splices == ()
    assert edit.notes == (("header-kept", "Reply-To"),)


@pytest.mark.parametrize("name", ["From", "to", "Bcc", "Content-Type", "Received", "X-Matta-Trace", "Resent-To"])
def test_protected_names_are_refused(name: str) -> None:
    with pytest.raises(BadArgument):
        edit_of(MESSAGE, AddHeader(name, "text"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("X-A\r\nBcc: x@y.example\r\nX-B", "text", id="in-the-name"),
        pytest.param("X-A", "text\r\nBcc: x@y.example", id="in-the-value"),
        pytest.param("X-A", "text\n\nbody", id="end-of-header-in-the-value"),
        pytest.param("X-A", "text\r", id="bare-carriage-return"),
    ],
)
def test_a_second_field_cannot_be_smuggled_in(name: str, value: str) -> None:
    with pytest.raises(BadArgument):
        edit_of(MESSAGE, AddHeader(name, value))


def test_signed_mail_takes_it() -> None:
    for name in ("smime-signed", "pgp-inline-signed", "smime-opaque-signed-without-type", "pgp-mime-encrypted"):
        assert transformed(own(name), AddHeader("X-Policy", "checked")) == b"X-Policy: checked\r\n" + own(name)


def test_both_parsers_read_it_on_every_message() -> None:
    text = "社外秘の資料を含みます。取り扱いに注意してください。" * 3
    read = 0
    for path in corpus():
        data = path.read_bytes()
        made = transformed(data, AddHeader("X-Policy", text))
        assert text_by_email(made, "X-Policy") == text, path.name
        parsed = second_reading(made)
        if parsed is None:
            continue
        [value] = parsed.header("X-Policy")
        assert str(make_header(decode_header(value))) == text, path.name
        read += 1
    assert read > 100
