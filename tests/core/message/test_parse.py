"""The parser: what becomes of odd structure, that no byte is lost, and that every bound holds."""

from __future__ import annotations

import email
import email.message
import mmap
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.message.limits import DEFAULT_LIMITS
from shared.core.message.parse import parse
from tests.support.corpus import corpus
from tests.support.messages import joined, outline

MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"

STRUCTURES = {
    "plain text": (b"A: 1\r\n\r\nbody\r\n", ["1 text/plain b'body\\r\\n'"]),
    "nothing at all": (b"", ["1 text/plain b''"]),
    "only a blank line": (b"\r\n", ["1 text/plain b''"]),
    "header only": (b"A: 1\r\n", ["1 text/plain b''"]),
    "header without its line end": (b"A: 1", ["1 text/plain b''"]),
    "body at once": (b"\r\nbody", ["1 text/plain b'body'"]),
    "no blank line before the body": (
        b"A: 1\r\nno colon here\r\nmore\r\n",
        ["1 text/plain b'no colon here\\r\\nmore\\r\\n'"],
    ),
    "garbage between two fields": (b"A: 1\r\ngarbage\r\nB: 2\r\n\r\nbody", ["1 text/plain b'body'"]),
    "mbox line first": (b"From a@b Mon Jan 1\r\nA: 1\r\n\r\nbody", ["1 text/plain b'body'"]),
    "bare line feeds": (
        MIXED.replace(b"\r\n", b"\n") + b"--b\n\none\n--b\n\ntwo\n--b--\n",
        ["TEXT multipart/mixed", "1 text/plain b'one'", "2 text/plain b'two'"],
    ),
    "bare carriage returns": (
        MIXED.replace(b"\r\n", b"\r") + b"--b\r\rone\r--b\r\rtwo\r--b--\r",
        ["TEXT multipart/mixed", "1 text/plain b'one'", "2 text/plain b'two'"],
    ),
    "carriage return doubled in the header": (b"A: 1\r\r\nB: 2\r\r\n\r\r\nbody", ["1 text/plain b'body'"]),
    "missing end boundary": (
        MIXED + b"--b\r\n\r\none\r\n--b\r\n\r\ntwo",
        ["TEXT multipart/mixed", "1 text/plain b'one'", "2 text/plain b'two'"],
    ),
    "white space behind boundaries": (
        MIXED + b"--b \t\r\n\r\none\r\n--b--  \r\nend",
        ["TEXT multipart/mixed", "1 text/plain b'one'"],
    ),
    "words behind boundaries (RFC 2046 5.1.1)": (
        MIXED + b"--b junk\r\n\r\none\r\n--b-- junk\r\nend",
        ["TEXT multipart/mixed", "1 text/plain b'one'"],
    ),
    "a longer boundary is another one": (
        MIXED + b"--b\r\n\r\none\r\n--bb\r\n--b--",
        ["TEXT multipart/mixed", "1 text/plain b'one\\r\\n--bb'"],
    ),
    "boundary in the middle of a line": (
        MIXED + b"--b\r\n\r\nx --b\r\n--b--",
        ["TEXT multipart/mixed", "1 text/plain b'x --b'"],
    ),
    "boundary right behind the header": (MIXED + b"--b\r\nA: 1\r\n--b--", ["TEXT multipart/mixed", "1 text/plain b''"]),
    "part without a header": (MIXED + b"--b\r\n\r\nbare\r\n--b--", ["TEXT multipart/mixed", "1 text/plain b'bare'"]),
    "part without header and blank line": (
        MIXED + b"--b\r\nbare text\r\n--b--",
        ["TEXT multipart/mixed", "1 text/plain b'bare text'"],
    ),
    "empty part": (MIXED + b"--b\r\n--b--", ["TEXT multipart/mixed", "1 text/plain b''"]),
    "boundary never comes": (MIXED + b"text", ["TEXT multipart/mixed b'text'"]),
    "no boundary parameter": (b"Content-Type: multipart/mixed\r\n\r\ntext", ["TEXT multipart/mixed b'text'"]),
    "closed at once": (MIXED + b"--b--\r\nrest", ["TEXT multipart/mixed b'--b--\\r\\nrest'"]),
    "parts behind the end boundary are not parts": (
        MIXED + b"--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\ntwo",
        ["TEXT multipart/mixed", "1 text/plain b'one'"],
    ),
    "inner multipart ended by the outer boundary": (
        MIXED
        + b"--b\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--",
        ["TEXT multipart/mixed", "1 multipart/alternative", "1.1 text/plain b'one'", "2 text/plain b'two'"],
    ),
    "inner boundary that begins with the outer one": (
        MIXED
        + b"--b\r\nContent-Type: multipart/alternative; boundary=bi\r\n\r\n--bi\r\n\r\none\r\n--bi--\r\n--b\r\n\r\ntwo\r\n--b--",
        ["TEXT multipart/mixed", "1 multipart/alternative", "1.1 text/plain b'one'", "2 text/plain b'two'"],
    ),
    "inner boundary with a space is not the outer one with words behind": (
        MIXED
        + b'--b\r\nContent-Type: multipart/alternative; boundary="b i"\r\n\r\n--b i\r\n\r\none\r\n--b i--\r\n--b--',
        ["TEXT multipart/mixed", "1 multipart/alternative", "1.1 text/plain b'one'"],
    ),
    "both levels share one boundary: the outer owns it": (
        MIXED + b"--b\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--",
        ["TEXT multipart/mixed", "1 multipart/alternative b''", "2 text/plain b'one'"],
    ),
    "attached message": (
        MIXED + b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\ninner\r\n--b--",
        ["TEXT multipart/mixed", "1 message/rfc822", "1.1 text/plain b'inner'"],
    ),
    "attached multipart message": (
        MIXED
        + b"--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nin\r\n--i--\r\n--b--",
        ["TEXT multipart/mixed", "1 message/rfc822", "1.TEXT multipart/mixed", "1.1 text/plain b'in'"],
    ),
    "encoded attached message is a leaf": (
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nQTogMQ==\r\n",
        ["1 message/rfc822 b'QTogMQ==\\r\\n'"],
    ),
    "digest parts are messages": (
        b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: one\r\n\r\ntext\r\n--b--",
        ["TEXT multipart/digest", "1 message/rfc822", "1.1 text/plain b'text'"],
    ),
    "8-bit field name before the blank line": (b"A: 1\r\nX-\xe9: 2\r\n\r\nbody", ["1 text/plain b'body'"]),
    "NUL bytes": (b"A: \0\r\n\r\nbo\0dy", ["1 text/plain b'bo\\x00dy'"]),
}


@pytest.mark.parametrize(("data", "expected"), STRUCTURES.values(), ids=STRUCTURES.keys())
def test_structure(data: bytes, expected: list[str]) -> None:
    assert outline(data) == expected


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_joining_the_pieces_of_a_corpus_message_gives_it_back(path: Path) -> None:
    data = path.read_bytes()
    assert joined(parse(data)) == data


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_bytes_a_view_and_a_memory_map_give_the_same_tree(path: Path) -> None:
    data = path.read_bytes()
    expected = parse(data).root
    padded = memoryview(b"xx" + data + b"yy")[2:-2]
    assert parse(padded).root == expected
    assert parse(memoryview(data)).root == expected
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        tree = parse(mapped)
        assert tree.root == expected
        assert joined(tree) == data


LINES = st.sampled_from(
    [
        b"--b", b"--b--", b"--b ", b"--inner", b"--inner--", b"--", b"----", b"-", b"", b" ", b"\t", b"text", b"A: 1", b": x", b"From x", b"\xe3\x81\x82: \xff", b"\0", b"\x1b$B",
        b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/mixed; boundary=inner", b'Content-Type: multipart/alternative; boundary=""', b"Content-Type: multipart/digest; boundary=b",
        b"Content-Type: message/rfc822", b"Content-Transfer-Encoding: base64", b"Subject: =?utf-8?B?44GC", b'To: "a, b" <c@d', b"begin 644 x", b"end",
    ]
)  # fmt: skip
ENDINGS = st.sampled_from([b"\r\n", b"\r\n", b"\n", b"\r", b"\r\r\n", b""])


@given(st.lists(st.tuples(LINES, ENDINGS), max_size=40))
@settings(max_examples=600, deadline=None)
def test_joining_gives_back_any_heap_of_mail_like_lines(lines: list[tuple[bytes, bytes]]) -> None:
    data = b"".join(line + ending for line, ending in lines)
    assert joined(parse(data)) == data


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_joining_gives_back_any_bytes(data: bytes) -> None:
    assert joined(parse(data)) == data


TIGHT = replace(
    DEFAULT_LIMITS, max_depth=3, max_parts=5, max_header_bytes=200, max_header_fields=4, max_false_boundaries=3
)

BOUNDS = {
    "too-deep": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(5)) + b"\r\nx",
    "too-many-parts": MIXED + b"--b\r\n\r\nx\r\n" * 6,
    "header-too-large": b"A: " + b"x" * 300 + b"\r\n\r\nbody",
    "too-many-header-fields": b"A: 1\r\n" * 5 + b"\r\nbody",
    "too-many-boundaries": MIXED + b"--b\r\n\r\n" + b"--bx\r\n" * 5 + b"--b--",
}  # fmt: skip


@pytest.mark.parametrize(("word", "data"), BOUNDS.items(), ids=BOUNDS.keys())
def test_a_broken_bound_leaves_one_opaque_body(word: str, data: bytes) -> None:
    tree = parse(data, TIGHT)
    assert tree.unreadable == word
    assert tree.root.children == ()
    assert joined(tree) == data
    assert parse(data).unreadable == ""


def test_the_fields_before_a_broken_bound_are_kept() -> None:
    data = b"Subject: still here\r\nX: " + b"x" * 300 + b"\r\n\r\nbody"
    tree = parse(data, TIGHT)
    assert [field.key for field in tree.root.fields] == [b"subject"]
    assert joined(tree) == data


def test_a_header_section_in_a_part_counts_for_itself() -> None:
    data = MIXED + b"".join(b"--b\r\nA: %s\r\n\r\nx\r\n" % (b"y" * 150) for _ in range(3)) + b"--b--"
    assert parse(data, TIGHT).unreadable == ""


def test_many_siblings_without_an_end_boundary_stay_readable() -> None:
    inner = b"--b\r\nContent-Type: multipart/alternative; boundary=i%d\r\n\r\n--i%d\r\n\r\n" + b"text line\r\n" * 2000
    data = MIXED + b"".join(inner % (number, number) for number in range(200))
    tree = parse(data)
    assert tree.unreadable == ""
    assert len(tree.root.children) == 200


OTHERWISE = frozenset(
    {
        "dsn-exchange",  # email makes parts of the field groups of a delivery status
        "dsn-postfix-undeliverable",
        "read-receipt-outlook",
        "read-receipt-thunderbird",
        "abuse-report-is-no-dsn",  # email parses what is inside of any message/… part
        "external-body-reference",
        "scanner-split-in-partial-messages",
        "comments-in-mime-fields",  # email knows no comments there
        "mimetools-testmsgs__2002_06_12_doublebound",  # email joins repeated boundary lines, here an empty part lies between
        "mimetools-testmsgs__double-bound",
    }
)
"""Flawless corpus messages in which the ``email`` package sees other leaves, and why."""


def defects(message: email.message.Message) -> list[object]:
    return [defect for part in message.walk() for defect in part.defects]


def leaves_by_email(message: email.message.Message) -> list[tuple[str, bytes]]:
    """Types and raw bodies; the attribute holds what ``get_payload`` would already have decoded."""
    return [
        (part.get_content_type(), str(vars(part)["_payload"]).encode("ascii", "surrogateescape"))
        for part in message.walk()
        if not part.is_multipart()
    ]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_the_standard_library_sees_the_same_leaves_in_well_formed_mail(data: st.DataObject) -> None:
    """Nested multiparts and attached messages built at random; the ``email`` package is the second opinion."""
    counter = iter(range(1000))

    def entity(depth: int) -> bytes:
        kind = data.draw(
            st.sampled_from(["text", "file", "multipart", "multipart", "message"] if depth else ["text", "file"])
        )
        if kind == "multipart":
            boundary = b"=_%d" % next(counter)
            children = [entity(depth - 1) for _ in range(data.draw(st.integers(1, 3)))]
            preamble, epilogue = data.draw(st.sampled_from([(b"", b""), (b"preamble\r\n", b"epilogue\r\n")]))
            body = (
                preamble
                + b"".join(b"--%s\r\n%s\r\n" % (boundary, child) for child in children)
                + b"--%s--\r\n" % boundary
            )
            return b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n' % boundary + body + epilogue
        if kind == "message":
            return b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n" + entity(depth - 1)
        text = b"\r\n".join(data.draw(st.lists(st.sampled_from([b"line", b"", b"-- ", b"--=_", b"A: b"]), max_size=4)))
        return b"Content-Type: %s\r\n\r\n%s" % (b"text/plain" if kind == "text" else b"application/pdf", text)

    message = b"Subject: x\r\n" + entity(3)
    tree = parse(message)
    ours = [(part.content.value, tree.bytes_of(part.body)) for part in tree.walk() if part.is_leaf]
    assert ours == leaves_by_email(email.message_from_bytes(message))


def test_the_standard_library_sees_the_same_leaves_in_flawless_corpus_messages() -> None:
    compared = 0
    for path in corpus():
        data = path.read_bytes()
        message = email.message_from_bytes(data)
        tree = parse(data)
        encoded = any(
            part.content.main in ("message", "multipart") and part.encoding == "base64" for part in tree.walk()
        )
        if defects(message) or encoded or path.stem in OTHERWISE:
            continue
        ours = [(part.content.value, tree.bytes_of(part.body)) for part in tree.walk() if part.is_leaf]
        assert ours == leaves_by_email(message), path.name
        compared += 1
    assert compared >= 40  # the own corpus alone has more
