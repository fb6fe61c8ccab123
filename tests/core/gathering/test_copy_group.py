"""Which messages are copies of one, and which only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.gathering.copy_group import CopyGroup, copy_group
from shared.core.message.parse import parse

MESSAGE = (
    b"Received: from a.example by b.example; Sat, 21 Nov 2026 09:00:00 +0000\r\n"
    b"X-MS-Exchange-CrossTenant-Id: 1\r\n"
    b"From: Hanako <hanako@aozora.example>\r\n"
    b"To: taro@partner.example,\r\n eva@client.example\r\n"
    b"Subject: Estimate\r\n"
    b"Message-ID: <one@aozora.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n"
)
SENDER = "hanako@aozora.example"


def group(
    data: bytes, reverse_path: str = SENDER, tenant: str = "demo", id_: str = "<one@aozora.example>"
) -> CopyGroup | None:
    return copy_group(parse(data), id_, reverse_path, tenant)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"from a.example by", b"from c.example by", id="other-received-line"),
        pytest.param(b"Received: from", b"Received: from x\r\nReceived: from", id="one-more-received-line"),
        pytest.param(b"CrossTenant-Id: 1", b"CrossTenant-Id: 2", id="field-of-a-server"),
        pytest.param(b"From: Hanako", b"DKIM-Signature: v=1; b=x\r\nFrom: Hanako", id="signature"),
        pytest.param(b",\r\n eva", b", eva", id="folded-otherwise"),
    ],
)
def test_what_servers_change_on_the_way_makes_no_other_message(old: bytes, new: bytes) -> None:
    assert old in MESSAGE
    assert group(MESSAGE.replace(old, new, 1)) == group(MESSAGE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"Hello.", b"Hello!", id="body"),
        pytest.param(b"Subject: Estimate", b"Subject: Contract", id="subject"),
        pytest.param(b"eva@client", b"max@client", id="to"),
        pytest.param(b"Subject:", b"Cc: x@y.example\r\nSubject:", id="cc"),
        pytest.param(b"Hanako <", b"Jiro <", id="from"),
        pytest.param(b"charset=utf-8", b"charset=shift_jis", id="how-the-body-is-read"),
        pytest.param(b"\r\n\r\nHello.", b"\r\n\r\nHello.\r\nHello.", id="longer-body"),
    ],
)
def test_other_content_is_another_message_whatever_its_message_id(old: bytes, new: bytes) -> None:
    assert old in MESSAGE
    assert group(MESSAGE.replace(old, new, 1)) != group(MESSAGE)


def test_sender_tenant_and_message_id_are_part_of_it() -> None:
    mine = group(MESSAGE)
    assert group(MESSAGE, "HANAKO@Aozora.example") == mine
    others = [group(MESSAGE, "jiro@aozora.example"), group(MESSAGE, tenant="other"), group(MESSAGE, id_="<two@x>")]
    assert len({mine, *others}) == 4
    assert len({found.key for found in (mine, *others) if found is not None}) == 4


@pytest.mark.parametrize(
    ("reverse_path", "id_"), [("", "<1@x>"), (SENDER, ""), (SENDER, "  ")], ids=["null-sender", "no-id", "blank-id"]
)
def test_what_can_have_no_copies(reverse_path: str, id_: str) -> None:
    assert group(MESSAGE, reverse_path, id_=id_) is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_have_a_group_and_other_bodies_have_another(head: bytes, body: bytes) -> None:
    found = group(head)
    assert found is not None
    assert found == group(head)
    first, second = (b"Subject: x\r\n\r\n" + text for text in (body, body + b"x"))
    assert group(first) != group(second)
