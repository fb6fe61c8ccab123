"""Addresses that a partial release left out vanish from the header, and nothing else changes."""

from __future__ import annotations

import pytest

from shared.core.transform.drop_recipients import DropRecipients
from tests.support.messages import crlf
from tests.support.transforms import addresses_by_email, transformed

BODY = "\nDear all, rival@other.example is mentioned here.\n"


def dropped(header: str, *gone: str) -> bytes:
    return transformed(crlf(header + BODY), DropRecipients(gone))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(
            "From: a@x.example\nTo: b@x.example, Rival <rival@other.example>\n",
            "From: a@x.example\nTo: b@x.example\n",
            id="one of two",
        ),
        pytest.param(
            "To: b@x.example\nCc: RIVAL@Other.Example\nSubject: s\n",
            "To: b@x.example\nSubject: s\n",
            id="a whole field",
        ),
        pytest.param(
            "To: rival@other.example\nCc: b@x.example\n", "Cc: b@x.example\n", id="only To: Cc is left and says enough"
        ),
        pytest.param(
            "To: rival@other.example\nCc: rival@other.example\nSubject: s\n",
            "To: undisclosed-recipients:;\nSubject: s\n",
            id="nobody is left in sight: blind recipients get it",
        ),
        pytest.param(
            "To: b@x.example\nBcc: rival@other.example\n", "To: b@x.example\n", id="a Bcc that a client left in"
        ),
        pytest.param(
            "Resent-To: rival@other.example, c@x.example\nTo: b@x.example\n",
            "Resent-To: c@x.example\nTo: b@x.example\n",
            id="resent",
        ),
        pytest.param(
            "To: Team: b@x.example, rival@other.example;\n", "To: Team: b@x.example;\n", id="a member of a group"
        ),
        pytest.param(
            "Reply-To: rival@other.example\nTo: b@x.example\n",
            "Reply-To: rival@other.example\nTo: b@x.example\n",
            id="answers go where the sender wants them",
        ),
        pytest.param("To: b@x.example\n", "To: b@x.example\n", id="not named at all"),
    ],
)
def test_the_others_stay_byte_for_byte(header: str, expected: str) -> None:
    assert dropped(header, "rival@other.example") == crlf(expected + BODY)


def test_no_reader_finds_the_dropped_address_in_the_header() -> None:
    header = (
        'From: a@x.example\nTo: =?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <yamada@x.example>,\n "Rival, Inc." <rival@other.example>,\n'
        " c@x.example\nCc: <rival@other.example>; d@x.example\n"
    )
    made = dropped(header, "rival@other.example")
    assert addresses_by_email(made, "To") == ["yamada@x.example", "c@x.example"]
    assert b"rival" not in made.partition(b"\r\n\r\n")[0]


def test_twice_is_as_once() -> None:
    gone = DropRecipients(("rival@other.example",))
    once = transformed(crlf("To: b@x.example, rival@other.example\n" + BODY), gone)
    assert transformed(once, gone) == once
