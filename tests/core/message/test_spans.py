"""The span tree: names, lookups, and what counts as preamble, delimiter and epilogue."""

from __future__ import annotations

from shared.core.message.parse import parse
from shared.core.message.spans import Span

DATA = (
    b"Subject: one\r\n two\r\nX-A:3\r\n\r\n"
    b"--n"
)  # fmt: skip
MULTIPART = (
    b"Content-Type: multipart/mixed; boundary=b\r\nTo: x\r\nTo: y\r\n\r\n"
    b"preamble\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b\r\n\r\ntwo\r\n--b--\r\nepilogue\r\n"
)


def test_a_field_knows_name_body_and_whole() -> None:
    tree = parse(DATA)
    field = tree.root.first(b"subject")
    assert field is not None
    assert tree.bytes_of(field.name) == b"Subject"
    assert tree.bytes_of(field.body) == b" one\r\n two"
    assert tree.bytes_of(field.full) == b"Subject: one\r\n two\r\n"
    assert tree.bytes_of(tree.root.separator) == b"\r\n"


def test_boundary_lines_take_the_line_ending_before_them() -> None:
    tree = parse(MULTIPART)
    root = tree.root
    assert tree.bytes_of(root.preamble) == b"preamble"
    assert [tree.bytes_of(span) for span in root.delimiters] == [b"\r\n--b\r\n", b"\r\n--b\r\n", b"\r\n--b--\r\n"]
    assert tree.bytes_of(root.epilogue) == b"epilogue\r\n"
    assert root.closed


def test_fields_of_one_name_come_in_order() -> None:
    tree = parse(MULTIPART)
    assert [tree.bytes_of(field.body) for field in tree.root.all(b"to")] == [b" x", b" y"]
    assert tree.root.first(b"cc") is None


def test_a_part_is_found_by_its_path() -> None:
    tree = parse(MULTIPART)
    html = tree.part("1")
    assert html is not None
    assert (html.content.main, html.content.sub) == ("text", "html")
    assert tree.bytes_of(html.span) == b"Content-Type: text/html\r\n\r\n<p>"
    assert tree.part("3") is None


def test_an_unclosed_multipart_has_no_epilogue() -> None:
    tree = parse(MULTIPART[: MULTIPART.index(b"--b--") - 2])
    assert not tree.root.closed
    assert tree.root.epilogue.length == 0


def test_a_span_has_a_length() -> None:
    assert Span(3, 10).length == 7
