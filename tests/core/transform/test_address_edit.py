"""Addresses taken out of a list and put into one: the others keep their bytes, and other programs read the result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.addresses import parse_addresses
from shared.core.transform.address_edit import extended, kept
from shared.core.transform.address_list import split
from shared.core.transform.bad_argument import BadArgument
from tests.support.address_lists import DOMAINS, Written, address_lists, garbage_lists
from tests.support.transforms import addresses_in


def inside(address: str) -> bool:
    return address.endswith("@in.example")


def reduced(body: bytes, line_end: bytes = b"\r\n") -> bytes | None:
    return kept(split(body), inside, line_end)


KEPT: dict[str, tuple[bytes, bytes | None]] = {
    "all stay": (b" a@in.example, b@in.example", None),
    "none stays": (b" a@out.example, b@out.example", b""),
    "first goes": (b" a@out.example, b@in.example", b" b@in.example"),
    "middle goes": (b" a@in.example, b@out.example, c@in.example", b" a@in.example, c@in.example"),
    "last goes": (b" a@in.example, b@out.example", b" a@in.example"),
    "spaces before the comma": (b" a@in.example , b@out.example , c@in.example", b" a@in.example , c@in.example"),
    "fold stays where lines would grow": (b" a@in.example,\r\n b@out.example, c@in.example", b" a@in.example,\r\n c@in.example"),
    "fold before the first goes": (b" a@out.example,\r\n b@in.example", b" b@in.example"),
    "names, comments, folds inside stay as written": (
        b' "Yamada,\r\n Taro"  <a@in.example> (A,B), c@out.example (gone)',
        b' "Yamada,\r\n Taro"  <a@in.example> (A,B)',
    ),
    "a comment that belongs to nobody goes with the others": (b" (for, us), a@in.example, b@out.example", b" a@in.example"),
    "a name without an address goes": (b" Sato, a@in.example, b@out.example", b" a@in.example"),
    "an address without a domain goes": (b" postmaster, a@in.example", b" a@in.example"),
    "empty places go": (b" ,, a@in.example,, b@out.example,", b" a@in.example"),
    "Outlook semicolons": (b" a@in.example; b@out.example; c@in.example;", b" a@in.example; c@in.example"),
    "group in part": (b" Team: a@in.example, b@out.example;, c@in.example", b" Team: a@in.example;, c@in.example"),
    "group whole": (b" Team: b@out.example;, c@in.example", b" c@in.example"),
    "group alone": (b" Team: b@out.example, c@out.example;", b""),
    "a group that names nobody stays": (b" undisclosed-recipients:;, b@out.example", b" undisclosed-recipients:;"),
    "two without a comma, second goes": (b" A <a@in.example> B <b@out.example>", b" A <a@in.example>"),
    "three without commas, middle goes": (b" <a@in.example> <b@out.example> <c@in.example>", b" <a@in.example>, <c@in.example>"),
    "several in one pair of brackets": (b" Us <a@in.example;b@out.example;c@in.example>", b" <a@in.example>, <c@in.example>"),
    "subdomain goes": (b" a@in.example, b@sub.in.example", b" a@in.example"),
    "raw iso-2022-jp": (b" \x1b$B;3ED!<%\"%,\x1b(B <a@in.example>, b@out.example", b" \x1b$B;3ED!<%\"%,\x1b(B <a@in.example>"),
    "raw shift_jis": (' "表" <a@in.example>, "能" <b@out.example>'.encode("cp932"), ' "表" <a@in.example>'.encode("cp932")),
    "unclosed quote": (b' "Taro <a@in.example>, b@out.example, C <c@in.example>', b' "Taro <a@in.example>, C <c@in.example>'),
    "two charsets in one field: written anew": (
        " 山@in.example, ".encode() + b"\x1b$B;3\x1b(B@in.example, b@out.example",
        " 山@in.example".encode(),
    ),
    "unclosed group": (b" Team: a@in.example, b@out.example", b" Team: a@in.example;"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), KEPT.values(), ids=KEPT.keys())
def test_kept(body: bytes, expected: bytes | None) -> None:
    assert reduced(body) == expected


@given(address_lists(), st.sets(st.sampled_from(DOMAINS)))
def test_who_stays_keeps_bytes_and_order_and_nobody_else_is_left(written: Written, domains: set[str]) -> None:
    def keep(address: str) -> bool:
        return address.partition("@")[2] in domains

    left = [index for index, address in enumerate(written.addresses) if keep(address)]
    body = kept(split(written.body), keep, b"\r\n")
    if len(left) == len(written.addresses):
        assert body is None
        return
    assert body is not None
    addresses = [written.addresses[index] for index in left]
    assert [mailbox.address for mailbox in parse_addresses([body])] == addresses
    position = 0
    for index in left:
        position = body.index(written.pieces[index], position) + len(written.pieces[index])
    for index, address in enumerate(written.addresses):
        if index not in left and address not in addresses:
            assert not any(address == other for other in _words(body))
    assert kept(split(body), keep, b"\r\n") is None
    if written.strict:
        text = body.decode("ascii").replace("\r\n", "")
        assert addresses_in([text]) == addresses


def _words(body: bytes) -> list[str]:
    return (
        body.decode("utf-8", "replace").replace("<", " ").replace(">", " ").replace(",", " ").replace(";", " ").split()
    )


@given(garbage_lists)
def test_garbage_loses_everybody_who_is_to_go(body: bytes) -> None:
    left = kept(split(body), inside, b"\r\n")
    if left is not None:
        assert not [mailbox.address for mailbox in parse_addresses([left]) if not inside(mailbox.address)]


def test_lines_do_not_grow_beyond_what_smtp_carries() -> None:
    long = b", ".join(b"user%03d@in.example" % index for index in range(45))
    body = b" x@out.example,\r\n " + long + b",\r\n y@out.example,\r\n " + long
    left = reduced(body)
    assert left is not None
    assert max(len(line) for line in left.split(b"\r\n")) <= 998
    assert len(split(left).addresses) == 90


EXTENDED: dict[str, tuple[bytes, bytes]] = {
    "nothing there": (b"", b" boss@in.example"),
    "blank": (b" \t", b" boss@in.example"),
    "separators only": (b" ,;", b" boss@in.example"),
    "raw iso-2022-jp that never returns to ASCII": (
        b" a@b.example (\x1b$B;3)",
        b" boss@in.example, a@b.example (\x1b$B;3)",
    ),
    "one": (b" a@b.example", b" a@b.example, boss@in.example"),
    "trailing space": (b" a@b.example ", b" a@b.example, boss@in.example"),
    "trailing comma": (b" a@b.example,", b" a@b.example, boss@in.example"),
    "Outlook's trailing semicolon": (b" a@b.example; c@d.example; ", b" a@b.example; c@d.example, boss@in.example"),
    "group": (b" Team: a@b.example;", b" Team: a@b.example;, boss@in.example"),
    "empty group": (b" undisclosed-recipients:;", b" undisclosed-recipients:;, boss@in.example"),
    "comment": (b" a@b.example (A, B)", b" a@b.example (A, B), boss@in.example"),
    "no room on the line": (b" " + b"a" * 60 + b"@b.example", b" " + b"a" * 60 + b"@b.example,\r\n boss@in.example"),
    "room on the last line": (b" a@b.example,\r\n c@d.example", b" a@b.example,\r\n c@d.example, boss@in.example"),
    "unclosed quote": (b' "Taro <a@b.example>', b' boss@in.example, "Taro <a@b.example>'),
    "unclosed comment": (b" a@b.example (A", b" boss@in.example, a@b.example (A"),
    "unclosed bracket": (b" Taro <a@b.example", b" boss@in.example, Taro <a@b.example"),
    "unclosed group": (b" Team: a@b.example", b" boss@in.example, Team: a@b.example"),
    "unclosed, no space": (b"Team: a@b.example", b" boss@in.example, Team: a@b.example"),
}


@pytest.mark.parametrize(("body", "expected"), EXTENDED.values(), ids=EXTENDED.keys())
def test_extended(body: bytes, expected: bytes) -> None:
    assert extended(split(body), ["boss@in.example"], 3, b"\r\n") == expected


@given(
    address_lists(),
    st.lists(st.from_regex(r"[a-z]{1,30}@in\.example", fullmatch=True), min_size=1, max_size=8, unique=True),
)
def test_a_list_grows_at_its_end(written: Written, new: list[str]) -> None:
    body = extended(split(written.body), new, 3, b"\r\n")
    assert [mailbox.address for mailbox in parse_addresses([body])] == [*written.addresses, *new]
    assert written.body.rstrip(b" ;") == body[: len(written.body.rstrip(b" ;"))]
    if written.strict:
        text = body.decode("ascii").replace("\r\n", "")
        assert addresses_in([text]) == [*written.addresses, *new]


@given(garbage_lists)
def test_garbage_still_names_whom_it_named_and_the_new_one(body: bytes) -> None:
    before = [mailbox.address for mailbox in parse_addresses([body])]
    after = [mailbox.address for mailbox in parse_addresses([extended(split(body), ["boss@in.example"], 3, b"\r\n")])]
    assert sorted(after) == sorted([*before, "boss@in.example"])


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(BadArgument):
        extended(split(b" a@b.example"), ["boss@in.example\r\nBcc: x@y.example"], 3, b"\r\n")
