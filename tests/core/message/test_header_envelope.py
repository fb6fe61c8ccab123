"""The envelope that a message would most likely have, by its header."""

from __future__ import annotations

import pytest

from shared.core.message.header_envelope import header_author, header_envelope


@pytest.mark.parametrize(
    ("header", "reverse_path", "recipients"),
    [
        pytest.param("", "", [], id="empty message"),
        pytest.param("From: a@x.example\nTo: b@y.example", "a@x.example", ["b@y.example"], id="From and To"),
        pytest.param("From: A <a@x.example>, b@x.example", "a@x.example", [], id="the first of two authors"),
        pytest.param("From: a@x.example\nSender: s@x.example", "s@x.example", [], id="Sender before From"),
        pytest.param("Sender: nobody knows\nFrom: a@x.example", "a@x.example", [], id="Sender without an address"),
        pytest.param(
            "To: a@x.example, b@x.example\nCc: c@x.example\nBcc: d@x.example\nTo: e@x.example",
            "",
            ["a@x.example", "b@x.example", "e@x.example", "c@x.example", "d@x.example"],
            id="To, Cc, Bcc, also when one stands twice",
        ),
        pytest.param("To: a@x.example\nCc: A@X.example", "", ["a@x.example"], id="one mailbox in two spellings"),
        pytest.param("To: group: a@x.example, b@x.example;", "", ["a@x.example", "b@x.example"], id="group"),
        pytest.param("To: undisclosed-recipients:;", "", [], id="empty group"),
        pytest.param('To: "a, b" <c@x.example>', "", ["c@x.example"], id="comma in a name"),
        pytest.param("To: 太郎 <太郎@例え.jp>", "", ["太郎@例え.jp"], id="international address"),
        pytest.param(
            "Return-Path: <bounce@x.example>\nFrom: a@x.example", "bounce@x.example", [], id="Return-Path before From"
        ),
        pytest.param("Return-Path: <>\nFrom: a@x.example", "", [], id="null sender"),
        pytest.param("Return-Path: < >\nFrom: a@x.example", "", [], id="null sender with a space"),
        pytest.param("Return-Path: \nFrom: a@x.example", "a@x.example", [], id="Return-Path without a word"),
        pytest.param("Return-Path: unknown\nFrom: a@x.example", "a@x.example", [], id="Return-Path without an address"),
        pytest.param(
            'From: postmaster@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"',
            "",
            [],
            id="delivery report without Return-Path",
        ),
        pytest.param(
            'Return-Path: <p@x.example>\nContent-Type: multipart/report; report-type="delivery-status"; boundary="b"',
            "p@x.example",
            [],
            id="delivery report whose Return-Path says otherwise",
        ),
        pytest.param(
            'From: a@x.example\nContent-Type: multipart/report; report-type=disposition-notification; boundary="b"',
            "a@x.example",
            [],
            id="another report",
        ),
        pytest.param(
            "Resent-From: r@x.example\nResent-To: s@y.example\nFrom: a@x.example\nTo: b@y.example\nBcc: c@y.example",
            "r@x.example",
            ["s@y.example"],
            id="resent: the resending counts",
        ),
        pytest.param(
            "Resent-From: r2@x.example\nResent-To: s2@y.example\nResent-From: r1@x.example\nResent-Cc: s1@y.example\nTo: b@y.example",
            "r2@x.example",
            ["s2@y.example"],
            id="resent twice: the topmost counts",
        ),
        pytest.param(
            "Resent-From: r@x.example\nFrom: a@x.example\nTo: b@y.example",
            "a@x.example",
            ["b@y.example"],
            id="Resent fields without recipients say nothing",
        ),
    ],
)
def test_envelope_by_header(header: str, reverse_path: str, recipients: list[str]) -> None:
    message = (header + "\n\ntext\n").replace("\n", "\r\n").encode()
    envelope = header_envelope(message)
    assert envelope.reverse_path == reverse_path
    assert list(envelope.recipients) == recipients
    assert envelope.smtputf8 is not "".join([reverse_path, *recipients]).isascii()


def test_fields_of_an_attached_message_do_not_count() -> None:
    message = b"From: a@x.example\r\nContent-Type: message/rfc822\r\n\r\nTo: b@y.example\r\n\r\ntext"
    assert header_envelope(message).recipients == ()


@pytest.mark.parametrize("data", [b"", b"\x00" * 100, b"To", b"To: " + b"(" * 5000, b"\xff\xfe: \x80\r\n\r\n"])
def test_garbage_gives_some_envelope(data: bytes) -> None:
    assert header_envelope(data).reverse_path == ""


@pytest.mark.parametrize(
    ("header", "author"),
    [
        pytest.param(b"Return-Path: <>\r\nFrom: A <a@x.example>, b@x.example", "a@x.example", id="first of two"),
        pytest.param(b"Sender: s@x.example", "", id="none"),
    ],
)
def test_author_is_the_first_from(header: bytes, author: str) -> None:
    assert header_author(header + b"\r\n\r\ntext") == author
