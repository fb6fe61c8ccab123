"""Fields put in, replaced and removed: line ends, odd header sections, and refusal where anything else would move."""

from __future__ import annotations

import pytest

from shared.core.message.limits import Limits
from shared.core.message.parse import parse
from shared.core.transform.header_edit import HeaderEdit, line_end
from shared.core.transform.splice import Edit, apply
from shared.core.transform.would_break import WouldBreak
from shared.errors import Unreadable

NEW = b"X-New: 1"


def made(data: bytes, edit: Edit) -> bytes:
    return b"".join(apply(data, edit.splices))


def on_top(data: bytes) -> bytes:
    header = HeaderEdit(parse(data))
    header.on_top(NEW)
    return made(data, header.edit())


ON_TOP = {
    "ordinary": (b"To: a\r\n\r\nbody", b"X-New: 1\r\nTo: a\r\n\r\nbody"),
    "bare LF": (b"To: a\n\nbody\n", b"X-New: 1\nTo: a\n\nbody\n"),
    "bare CR": (b"To: a\rCc: b\r\rbody", b"X-New: 1\rTo: a\rCc: b\r\rbody"),
    "CR CR LF": (b"To: a\r\r\nCc: b\r\r\n\r\r\nbody", b"X-New: 1\r\r\nTo: a\r\r\nCc: b\r\r\n\r\r\nbody"),
    "mixed: that of the first line": (b"To: a\nCc: b\r\n\r\nbody", b"X-New: 1\nTo: a\nCc: b\r\n\r\nbody"),
    "mbox line stays first": (b"From a Mon Jan 1\nTo: a\n\nbody", b"From a Mon Jan 1\nX-New: 1\nTo: a\n\nbody"),
    "stray continuation stays first": (b" stray\r\nTo: a\r\n\r\nbody", b" stray\r\nX-New: 1\r\nTo: a\r\n\r\nbody"),
    "no field, blank line first": (b"\r\nbody", b"X-New: 1\r\n\r\nbody"),
    "no field, blank line first, LF": (b"\nbody", b"X-New: 1\n\nbody"),
    "no header section": (b"body: none? yes\x00".replace(b":", b""), b"X-New: 1\r\n\r\nbody none? yes\x00"),
    "empty message": (b"", b"X-New: 1\r\n\r\n"),
    "header not ended": (b"To: a\r\nbody without blank line\r\n", b"X-New: 1\r\nTo: a\r\nbody without blank line\r\n"),
    "header only, last line not ended": (b"To: a", b"X-New: 1\r\nTo: a"),
    "mbox line only": (b"From a Mon Jan 1\n", b"From a Mon Jan 1\nX-New: 1\n"),
}


@pytest.mark.parametrize(("data", "expected"), ON_TOP.values(), ids=ON_TOP.keys())
def test_on_top(data: bytes, expected: bytes) -> None:
    assert on_top(data) == expected
    assert b"x-new" in [field.key for field in parse(expected).root.fields]


def test_replace_remove_and_insert_together() -> None:
    data = b"From: f\r\nTo: a,\r\n b\r\nCc: c\r\nX-Old: 1\r\n\r\nbody"
    tree = parse(data)
    sender, to, cc, old = tree.root.fields
    header = HeaderEdit(tree)
    header.replace(to, b"To: z")
    header.after(to, b"X-Behind: 1")
    header.after(sender, b"X-First: 1")
    header.after(sender, b"X-Second: 1")
    header.remove(old)
    header.on_top(NEW)
    assert cc.key == b"cc"
    assert made(data, header.edit()) == (
        b"X-New: 1\r\nFrom: f\r\nX-First: 1\r\nX-Second: 1\r\nTo: z\r\nX-Behind: 1\r\nCc: c\r\n\r\nbody"
    )


def test_behind_a_last_line_that_is_not_ended() -> None:
    data = b"From: f\r\nTo: a"
    tree = parse(data)
    header = HeaderEdit(tree)
    header.after(tree.root.fields[1], NEW)
    header.after(tree.root.fields[1], b"X-Other: 2")
    assert made(data, header.edit()) == b"From: f\r\nTo: a\r\nX-New: 1\r\nX-Other: 2\r\n"


def test_in_place_of_a_last_line_that_is_not_ended() -> None:
    data = b"From: f\r\nTo: a"
    tree = parse(data)
    header = HeaderEdit(tree)
    header.replace(tree.root.fields[1], b"To: b")
    header.after(tree.root.fields[1], NEW)
    assert made(data, header.edit()) == b"From: f\r\nTo: b\r\nX-New: 1\r\n"


def test_the_same_content_is_no_change() -> None:
    tree = parse(b"To: a\r\n\r\nbody")
    header = HeaderEdit(tree)
    header.replace(tree.root.fields[0], b"To: a")
    assert header.edit() == Edit()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        pytest.param(
            b"To: a\r\ngarbage\r\nX-Old: 1\r\n\r\nbody", b"x-old", id="a-line-that-only-a-field-behind-it-holds"
        ),
        pytest.param(
            b"X-Old: 1\r\nX\xc3\xbc: 2\r\n\r\nbody", b"x-old", id="an-odd-line-that-only-a-field-before-it-holds"
        ),
    ],
)
def test_refused_where_a_line_that_is_no_field_would_become_body(data: bytes, name: bytes) -> None:
    tree = parse(data)
    header = HeaderEdit(tree)
    header.remove(tree.root.all(name)[0])
    with pytest.raises(WouldBreak, match="header"):
        header.edit()


def test_refused_where_the_header_would_grow_beyond_what_can_be_read() -> None:
    tree = parse(b"To: a\r\n\r\nbody")
    header = HeaderEdit(tree)
    header.on_top(b"X-New: " + b"x" * 2_000_000)
    with pytest.raises(WouldBreak, match="header"):
        header.edit()


def test_refused_where_the_new_content_is_not_one_field() -> None:
    tree = parse(b"To: a\r\n\r\nbody")
    header = HeaderEdit(tree)
    header.on_top(b"X-New: 1\r\nBcc: b")
    with pytest.raises(WouldBreak, match="header"):
        header.edit()


def test_a_message_that_could_not_be_read_is_not_changed() -> None:
    tree = parse(b"To: a\r\n" * 20 + b"\r\nbody", Limits(max_header_fields=10))
    with pytest.raises(Unreadable):
        HeaderEdit(tree)


def test_body_and_attached_messages_are_out_of_reach() -> None:
    data = (
        b"To: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX-Old: part\r\n\r\n1\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\n\r\nX-Old: attached\r\n\r\n2\r\n--b--\r\n"
    )
    tree = parse(data)
    assert tree.root.all(b"x-old") == ()
    assert on_top(data) == b"X-New: 1\r\n" + data


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"To: a\r\n\r\n", b"\r\n"),
        (b"To: a\n\n", b"\n"),
        (b"\n", b"\n"),
        (b"", b"\r\n"),
        (b"body", b"\r\n"),
        (b"To: a", b"\r\n"),
    ],
)
def test_line_end(data: bytes, expected: bytes) -> None:
    assert line_end(parse(data)) == expected
