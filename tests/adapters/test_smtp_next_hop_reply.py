"""SMTP replies as values: codes, enhanced status codes, and text that can do no harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.smtp_next_hop_reply import LONGEST_TEXT, Garbage, bounded, is_last_line, read_reply, safe_text


@pytest.mark.parametrize(
    ("lines", "code", "status", "text"),
    [
        pytest.param([b"250 2.1.5 Ok"], 250, "2.1.5", "Ok", id="usual"),
        pytest.param([b"250"], 250, "", "", id="code alone"),
        pytest.param([b"250 "], 250, "", "", id="code and space"),
        pytest.param([b"550 5.1.1"], 550, "5.1.1", "", id="status alone"),
        pytest.param([b"550 5.1.10 nobody"], 550, "5.1.10", "nobody", id="status of two digits"),
        pytest.param([b"550 5.1.1.1 nobody"], 550, "", "5.1.1.1 nobody", id="no status"),
        pytest.param([b"550 5.1.1nobody"], 550, "", "5.1.1nobody", id="status run together with text"),
        pytest.param([b"450 5.1.1 nobody"], 450, "", "5.1.1 nobody", id="status of another class"),
        pytest.param([b"550 192.0.2.1 is listed"], 550, "", "192.0.2.1 is listed", id="address"),
        pytest.param([b"550-5.7.1 a", b"550 5.7.1 b"], 550, "5.7.1", "a b", id="two lines"),
        pytest.param([b"550-a", b"550 5.7.1 b"], 550, "5.7.1", "a b", id="status in the second line"),
        pytest.param([b"550-5.7.1 a", b"550 5.7.2 b"], 550, "5.7.1", "a b", id="two statuses"),
    ],
)
def test_a_reply_is_taken_apart(lines: list[bytes], code: int, status: str, text: str) -> None:
    reply = read_reply(lines)
    assert (reply.code, reply.status, reply.text) == (code, status, text)


@pytest.mark.parametrize(
    "lines",
    [
        [b""],
        [b"25"],
        [b"2500 ok"],
        [b"abc ok"],
        [b"150 ok"],
        [b"650 ok"],
        [b"250_ok"],
        [b"250-a", b"251 b"],
        [b" 250 ok"],
    ],
)
def test_garbage_is_called_garbage(lines: list[bytes]) -> None:
    with pytest.raises(Garbage):
        read_reply(lines)


@pytest.mark.parametrize(("line", "last"), [(b"250-x", False), (b"250 x", True), (b"250", True), (b"250-", False)])
def test_the_last_line_is_known(line: bytes, last: bool) -> None:
    assert is_last_line(line) is last


@given(st.binary(max_size=2000))
def test_any_bytes_become_printable_bounded_text(text: bytes) -> None:
    safe = bounded(safe_text(text))
    assert safe.isprintable()
    assert len(safe.encode()) <= LONGEST_TEXT


@given(st.lists(st.binary(max_size=30).map(lambda rest: b"550 " + rest), min_size=1, max_size=5))
def test_any_reply_of_one_code_can_be_read(lines: list[bytes]) -> None:
    reply = read_reply(lines)
    assert reply.code == 550
    assert reply.text.isprintable()


def test_a_cut_never_splits_a_character() -> None:
    assert bounded("長" * 400) == "長" * (LONGEST_TEXT // 3)
