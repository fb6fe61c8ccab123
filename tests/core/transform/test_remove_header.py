"""A8, removing a field: every one of that name, whole, and nothing else."""

from __future__ import annotations

import pytest

from shared.core.message.parse import parse
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.remove_header import RemoveHeader
from shared.core.transform.would_break import WouldBreak
from tests.support.corpus import corpus
from tests.support.messages import crlf, own
from tests.support.transforms import by_email, edit_of, from_separator_on, second_reading, transformed

REMOVED = {
    "one": ("X-Foo: 1\nTo: a@b.example\n\nbody\n", "To: a@b.example\n\nbody\n"),
    "all of that name, any case": ("x-foo: 1\nTo: a@b.example\nX-FOO: 2\n\nbody\n", "To: a@b.example\n\nbody\n"),
    "folded": ("To: a@b.example\nX-Foo: 1\n\t2\n  3\nCc: c@d.example\n\nbody\n", "To: a@b.example\nCc: c@d.example\n\nbody\n"),
    "space before the colon": ("X-Foo : 1\nTo: a@b.example\n\nbody\n", "To: a@b.example\n\nbody\n"),
    "raw 8-bit": ("X-Foo: 表\nTo: a@b.example\n\nbody\n", "To: a@b.example\n\nbody\n"),
    "longer names stay": ("X-Foo: 1\nX-Foo-Bar: 2\nFoo: 3\n\nbody\n", "X-Foo-Bar: 2\nFoo: 3\n\nbody\n"),
    "the only field": ("X-Foo: 1\n\nbody\n", "\nbody\n"),
    "in the body it stays": ("To: a@b.example\nX-Foo: 1\n\nX-Foo: 2\n", "To: a@b.example\n\nX-Foo: 2\n"),
    "last and not ended": ("To: a@b.example\nX-Foo: 1", "To: a@b.example\n"),
    "not there": ("To: a@b.example\n\nbody\n", "To: a@b.example\n\nbody\n"),
    "beside a Subject and a mark": ("Subject: s\nX-Foo:\nDate: d\n\nbody\n", "Subject: s\nDate: d\n\nbody\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), REMOVED.values(), ids=REMOVED.keys())
@pytest.mark.parametrize("ending", ["\r\n", "\n"], ids=["crlf", "lf"])
def test_removed(before: str, after: str, ending: str) -> None:
    data, expected = (text.replace("\n", ending).encode() for text in (before, after))
    assert transformed(data, RemoveHeader("X-Foo")) == expected


@pytest.mark.parametrize(
    "name", ["From", "MIME-VERSION", "content-type", "Subject", "Received", "To", "X-Matta-Trace", "", "a b", "X\n"]
)
def test_protected_and_impossible_names_are_refused(name: str) -> None:
    with pytest.raises(BadArgument):
        edit_of(own("smime-signed"), RemoveHeader(name))


def test_a_header_that_would_fall_apart_is_left() -> None:
    with pytest.raises(WouldBreak, match="header"):
        edit_of(crlf("To: a@b.example\ngarbage\nX-Foo: 1\n\nbody\n"), RemoveHeader("X-Foo"))


def test_every_field_of_every_message_can_go_and_the_rest_stays() -> None:
    removed = compared = 0
    for path in corpus():
        data = path.read_bytes()
        for name in (
            "In-Reply-To",
            "X-Priority",
            "Thread-Index",
            "List-Post",
            "X-Mailer",
            "User-Agent",
            "Thread-Topic",
            "Status",
            "References",
        ):
            try:
                made = transformed(data, RemoveHeader(name))
            except WouldBreak:
                continue
            if made == data:
                continue
            removed += 1
            assert from_separator_on(parse(made)) == from_separator_on(parse(data)), path.name
            assert by_email(made)[name] is None, path.name
            parsed = second_reading(made)
            if parsed is not None:
                assert parsed.header(name) == (), path.name
                compared += 1
    assert removed > 100
    assert compared > 90
