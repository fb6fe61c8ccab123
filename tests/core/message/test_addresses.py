"""Address lists: the grammar, the old grammar, and what Outlook, phones and broken scripts write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.addresses import parse_addresses

LISTS: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    "one": (b"a@b.example", [("a@b.example", "")]),
    "in brackets": (b"<a@b.example>", [("a@b.example", "")]),
    "with a name": (b"Taro Yamada <a@b.example>", [("a@b.example", "Taro Yamada")]),
    "quoted name with a comma": (b'"Yamada, Taro" <a@b.example>', [("a@b.example", "Yamada, Taro")]),
    "quoted name with escapes": (b'"Taro \\"T\\" Yamada" <a@b.example>', [("a@b.example", 'Taro "T" Yamada')]),
    "name in single quotes": (b"'Taro' <a@b.example>", [("a@b.example", "Taro")]),
    "name in comment": (b"a@b.example (Taro Yamada)", [("a@b.example", "Taro Yamada")]),
    "nested comment": (b"a@b.example (Taro (T.) Yamada)", [("a@b.example", "Taro (T.) Yamada")]),
    "comment that never closes": (b"Taro (T. <a@b.example>, c@d.example", [("a@b.example", "Taro (T."), ("c@d.example", "")]),
    "encoded name": (b"=?utf-8?B?5bGx55Sw?= <a@b.example>", [("a@b.example", "山田")]),
    "encoded name in quotes": (b'"=?utf-8?B?5bGx55Sw?=" <a@b.example>', [("a@b.example", "山田")]),
    "encoded name with a comma inside": (b"=?utf-8?Q?Yamada, Taro?= <a@b.example>", [("a@b.example", "Yamada, Taro")]),
    "encoded comma decodes to no separator": (b"=?utf-8?Q?Yamada=2C_Taro?= <a@b.example>, c@d.example", [("a@b.example", "Yamada, Taro"), ("c@d.example", "")]),
    "all in one encoded word": (b"=?utf-8?Q?Taro_<a@b.example>?=", [("a@b.example", "Taro")]),
    "several": (b"a@b.example, Taro <c@d.example>,\r\n e@f.example", [("a@b.example", ""), ("c@d.example", "Taro"), ("e@f.example", "")]),
    "Outlook semicolons": (b"Taro <a@b.example>; c@d.example;", [("a@b.example", "Taro"), ("c@d.example", "")]),
    "empty places": (b",, a@b.example ,,", [("a@b.example", "")]),
    "empty": (b"", []),
    "group": (b"Team: a@b.example, Taro <c@d.example>;, e@f.example", [("a@b.example", ""), ("c@d.example", "Taro"), ("e@f.example", "")]),
    "undisclosed": (b"undisclosed-recipients:;", []),
    "route": (b"<@x.example,@y.example:a@b.example>", [("a@b.example", "")]),
    "mailto": (b"<mailto:a@b.example>, mailto:c@d.example", [("a@b.example", ""), ("c@d.example", "")]),
    "port behind an address": (b"a@b.example:25", [("a@b.example:25", "")]),
    "no bracket at the end": (b"Taro <a@b.example, c@d.example", [("a@b.example", "Taro"), ("c@d.example", "")]),
    "no brackets at all": (b"Taro Yamada a@b.example", [("a@b.example", "Taro Yamada")]),
    "no comma between": (b"Taro <a@b.example> Jiro <c@d.example>", [("a@b.example", "Taro"), ("c@d.example", "Jiro")]),
    "several in one pair of brackets": (b"<a@b.example;c@d.example>", [("a@b.example", ""), ("c@d.example", "")]),
    "name is an address too": (b'"x@y.example" <a@b.example>', [("a@b.example", "x@y.example")]),
    "quoted local part": (b'"a b"@c.example', [('"a b"@c.example', "")]),
    "quoted local part in brackets": (b'T <"a b"@c.example>', [('"a b"@c.example', "T")]),
    "obsolete spaces in brackets": (b"T < a . b @ c . example >", [("a.b@c.example", "T")]),
    "obsolete spaces": (b"a @ b.example", [("a@b.example", "")]),
    "raw utf-8": ("山田 <a@b.example>".encode(), [("a@b.example", "山田")]),
    "raw shift_jis with an at sign byte": ('"ァ表" <a@b.example>'.encode("cp932"), [("a@b.example", "ァ表")]),
    "raw iso-2022-jp with bracket and comma bytes": (b"\x1b$B;3ED!<%\"%,\x1b(B <a@b.example>", [("a@b.example", "山田ーアガ")]),
    "U-label": ("a@例え.example".encode(), [("a@例え.example", "")]),
    "only a name": (b"Taro Yamada", [("", "Taro Yamada")]),
    "local name": (b"postmaster", [("postmaster", "")]),
    "quote that never closes": (b'"Taro <a@b.example>, c@d.example', [("a@b.example", "Taro"), ("c@d.example", "")]),
    "right-to-left override in a name": ("a\u202eb <a@b.example>".encode(), [("a@b.example", "ab")]),
    "control characters in an address": (b"<a\0@b.\x07example>", [("a@b.example", "")]),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), LISTS.values(), ids=LISTS.keys())
def test_list(raw: bytes, expected: list[tuple[str, str]]) -> None:
    assert [(mailbox.address, mailbox.display_name) for mailbox in parse_addresses([raw])] == expected


def test_several_fields_are_one_list() -> None:
    assert [mailbox.address for mailbox in parse_addresses([b"a@b.example", b"c@d.example"])] == [
        "a@b.example",
        "c@d.example",
    ]


def test_no_more_than_the_maximum_is_read() -> None:
    assert len(parse_addresses([b"a@b.example, " * 50] * 3, maximum=70)) == 70


PIECES = st.sampled_from(
    [
        b'"',
        b"\\",
        b"<",
        b">",
        b"(",
        b")",
        b",",
        b";",
        b":",
        b"@",
        b" ",
        b"a",
        b"b.example",
        b"=?utf-8?Q?",
        b"?=",
        b"\x1b$B",
        b"\xe3\x81\x82",
        b"\0",
    ]
)


@given(st.lists(PIECES, max_size=40))
def test_any_garbage_gives_addresses_that_can_be_shown(pieces: list[bytes]) -> None:
    for mailbox in parse_addresses([b"".join(pieces)]):
        assert mailbox.address or mailbox.display_name
        assert (mailbox.address + mailbox.display_name).isprintable() or " " in mailbox.address + mailbox.display_name
        (mailbox.address + mailbox.display_name).encode()


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.from_regex(r"[A-Za-z ,;:<>()]{0,12}", fullmatch=True)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_well_written_list_is_read_back(people: list[tuple[str, str]]) -> None:
    raw = ", ".join(f'"{name}" <{local}@example.com>' for local, name in people).encode()
    assert [mailbox.address for mailbox in parse_addresses([raw])] == [f"{local}@example.com" for local, _ in people]
