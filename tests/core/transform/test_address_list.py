"""Address lists taken apart: every byte in one place, the same addresses that readers see, broken lists known as such."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given

from shared.core.message.addresses import parse_addresses
from shared.core.transform.address_list import MAX_ENTRIES, Entry, join, split
from shared.core.transform.would_break import WouldBreak
from tests.support.address_lists import Written, address_lists, garbage_lists


def shown(entries: tuple[Entry, ...]) -> list[object]:
    """The entries as cores; a group as (opening, members, closing)."""
    return [(entry.opening, shown(entry.members), entry.closing) if entry.opening else entry.core for entry in entries]


LISTS: dict[str, tuple[bytes, list[object]]] = {
    "one": (b" a@b.example", [b"a@b.example"]),
    "names, quotes, comments": (
        b' "Yamada, Taro" <a@b.example> (of (us)), c@d.example (C, D)',
        [b'"Yamada, Taro" <a@b.example> (of (us))', b"c@d.example (C, D)"],
    ),
    "folded": (b" a@b.example,\r\n\tc@d.example", [b"a@b.example", b"c@d.example"]),
    "Outlook semicolons": (b" a@b.example; c@d.example;", [b"a@b.example", b"c@d.example"]),
    "group": (b" Team: a@b.example,c@d.example;, e@f.example", [(b"Team:", [b"a@b.example", b"c@d.example"], b";"), b"e@f.example"]),
    "empty group": (b" undisclosed-recipients:;", [(b"undisclosed-recipients:", [], b";")]),
    "group without a comma behind": (b" Team: a@b.example; c@d.example", [(b"Team:", [b"a@b.example"], b";"), b"c@d.example"]),
    "scheme is no group": (b" mailto:a@b.example, c@d.example", [b"mailto:a@b.example", b"c@d.example"]),
    "no comma between": (b" A <a@b.example> C <c@d.example>", [b"A <a@b.example>", b"C <c@d.example>"]),
    "encoded comma": (b" =?utf-8?Q?Yamada, Taro?= <a@b.example>, c@d.example", [b"=?utf-8?Q?Yamada, Taro?= <a@b.example>", b"c@d.example"]),
    "route": (b" <@x.example,@y.example:a@b.example>", [b"<@x.example,@y.example:a@b.example>"]),
    "raw iso-2022-jp with comma and bracket bytes": (
        b" \x1b$B;3ED!<%\"%,\x1b(B <a@b.example>, c@d.example",
        [b"\x1b$B;3ED!<%\"%,\x1b(B <a@b.example>", b"c@d.example"],
    ),
    "raw shift_jis with a backslash before the quote": (
        ' "表" <a@b.example>, c@d.example'.encode("cp932"),
        ['"表" <a@b.example>'.encode("cp932"), b"c@d.example"],
    ),
    "blank": (b"  ", [b""]),
    "nothing": (b"", []),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), LISTS.values(), ids=LISTS.keys())
def test_list(body: bytes, expected: list[object]) -> None:
    read = split(body)
    assert shown(read.entries) == expected
    assert join(read.entries) == body
    assert read.complete
    assert read.faithful


INCOMPLETE = {
    "quote": b' "Taro <a@b.example>, c@d.example',
    "comment": b" Taro (T. <a@b.example>, c@d.example",
    "bracket": b" Taro <a@b.example, c@d.example",
    "group": b" Team: a@b.example, c@d.example",
}


@pytest.mark.parametrize("body", INCOMPLETE.values(), ids=INCOMPLETE.keys())
def test_what_never_closes_is_known(body: bytes) -> None:
    read = split(body)
    assert not read.complete
    assert read.addresses == ("a@b.example", "c@d.example")
    assert join(read.entries) == body


@given(address_lists())
def test_a_written_list_is_taken_apart_into_its_mailboxes(written: Written) -> None:
    read = split(written.body)
    assert read.faithful
    assert read.complete
    assert read.addresses == written.addresses
    assert join(read.entries) == written.body
    mailboxes = [one for entry in read.entries for one in (entry.members or (entry,)) if one.addresses]
    assert [one.core for one in mailboxes] == list(written.pieces)


@given(garbage_lists)
def test_garbage_keeps_its_bytes_and_names_whom_readers_see(body: bytes) -> None:
    read = split(body)
    assert join(read.entries) == body
    assert read.addresses == tuple(mailbox.address for mailbox in parse_addresses([body]))


@pytest.mark.parametrize(
    "entry", [b"a@b.example,", b"Team:;", b",", b"<a@b.example>", b"Team: a@b.example, c@d.example;"]
)
def test_more_entries_than_the_bound_are_left_to_people(entry: bytes) -> None:
    with pytest.raises(WouldBreak, match="too-many-addresses"):
        split(entry * (MAX_ENTRIES + 1))


@pytest.mark.parametrize(
    "piece", [b"<", b'"', b"(", b"a:", b"=?", b"\\", b"(a)", b'"a" ', b"\x1b$B", b"\x81", b"x@y.example:", b"\r\n "]
)
def test_hostile_lists_take_time_in_proportion(piece: bytes) -> None:
    def seconds(size: int) -> float:
        start = time.perf_counter()
        with contextlib.suppress(WouldBreak):
            split(b"g:a@b," + piece * (size // len(piece)))
        return time.perf_counter() - start

    assert seconds(400_000) < 0.5 + 40 * seconds(50_000)


def test_time_grows_with_the_length_of_the_list() -> None:
    def seconds(count: int) -> float:
        body = b",\r\n ".join(b'"Yamada, Taro" <user%d@in.example>' % index for index in range(count))
        best = 10.0
        for _ in range(3):
            start = time.perf_counter()
            assert len(split(body).addresses) == count
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(8000) < 40 * seconds(1000)
