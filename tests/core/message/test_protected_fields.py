"""Names of header fields that policies may and may not add or remove."""

from __future__ import annotations

import pytest

from shared.core.message.protected_fields import is_field_name, is_protected


@pytest.mark.parametrize(
    "name",
    [
        "From", "sender", "TO", "Cc", "Bcc", "Date", "Subject", "Message-ID", "MIME-Version", "Received", "Return-Path",
        "Content-Type", "content-transfer-encoding", "Content-Class", "Resent-To", "RESENT-FROM", "X-Matta-Trace",
    ],
)  # fmt: skip
def test_out_of_reach(name: str) -> None:
    assert is_protected(name)


@pytest.mark.parametrize(
    "name",
    ["Subjects", "Reply-To", "X-Mailer", "X-Content-Type", "DKIM-Signature", "Disposition-Notification-To", "X-Matt"],
)
def test_in_reach(name: str) -> None:
    assert not is_protected(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("X-Foo", True),
        ("x", True),
        ("X_Foo.1!", True),
        ("X" * 76, True),
        ("X" * 77, False),
        ("", False),
        ("X Foo", False),
        ("X-Foo:", False),
        ("X-Foo\r\nBcc", False),
        ("X-Föö", False),
        ("X-Foo\t", False),
        ("X-Foo\n", False),
        ("X\x7f", False),
    ],
)
def test_field_name(name: str, expected: bool) -> None:
    assert is_field_name(name) is expected
