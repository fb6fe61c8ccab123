"""A piece of text: its place, what keeps it apart, and whether it is there already."""

from __future__ import annotations

import pytest

from shared.core.message.parse import parse
from shared.core.transform.text_piece import Content, form_of, piece_for
from shared.core.transform.text_places import Place


def piece(content_type: str, content: bytes, place: Place) -> tuple[bytes, bool]:
    """The content with ``NOTE`` at its place, and whether it was there."""
    tree = parse(f"Content-Type: {content_type}\r\n\r\n".encode())
    found = piece_for(
        Content(b"##" + content + b"##", 2, 2 + len(content)), tree.root, place, b"NOTE", "us-ascii", b"\r\n"
    )
    return content[: found.offset] + found.joined + content[found.offset :], found.there


@pytest.mark.parametrize(
    ("content_type", "content", "top", "bottom"),
    [
        ("text/plain", b"", b"NOTE\r\n", b"NOTE\r\n"),
        ("text/plain", b"x", b"NOTE\r\nx", b"x\r\nNOTE"),
        ("text/plain", b"x\r\n", b"NOTE\r\nx\r\n", b"x\r\nNOTE\r\n"),
        ("text/plain; format=flowed", b"x \r\n", b"NOTE\r\nx \r\n", b"x \r\n\r\nNOTE\r\n"),
        ("text/html", b"", b"NOTE\r\n", b"NOTE\r\n"),
        ("text/html", b"x", b"NOTE\r\nx", b"x\r\nNOTE\r\n"),
        ("text/html", b"<body>x</body>", b"<body>\r\nNOTE\r\nx</body>", b"<body>x\r\nNOTE\r\n</body>"),
        ("text/html", b"<body>\r\nx\r\n</body>", b"<body>\r\nNOTE\r\n\r\nx\r\n</body>", b"<body>\r\nx\r\nNOTE\r\n</body>"),
    ],
)  # fmt: skip
def test_a_piece_stands_on_lines_of_its_own(content_type: str, content: bytes, top: bytes, bottom: bytes) -> None:
    assert piece(content_type, content, "top") == (top, False)
    assert piece(content_type, content, "bottom") == (bottom, False)
    assert piece(content_type, top, "top")[1]
    assert piece(content_type, bottom, "bottom")[1]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"NOTES\r\n", "top"),
        (b"A NOTE", "bottom"),
        (b"x\r\nNOTE\r\ny\r\n", "top"),
        (b"x\r\nNOTE\r\ny\r\n", "bottom"),
        (b"NOTE\r\nx" * 100, "bottom"),
    ],
)
def test_what_stands_elsewhere_is_not_there(content: bytes, place: Place) -> None:
    assert not piece("text/plain", content, place)[1]


@pytest.mark.parametrize("place", ["top", "bottom"])
@pytest.mark.parametrize(
    "core", [b"<style>p{}</style><p>x</p>", b"<!-- mark --><p>x</p>", b"<title>t</title>", b"<link rel=x>", b"a"]
)
@pytest.mark.parametrize("content", [b"<p>hi</p>", b"", b"<head></head><p>hi", b"<body>hi</body>", b"hi<!-- open"])
def test_markup_that_could_be_taken_for_a_head_is_found_again(place: Place, core: bytes, content: bytes) -> None:
    part = parse(b"Content-Type: text/html\r\n\r\n").root
    first = piece_for(Content(content, 0, len(content)), part, place, core, "us-ascii", b"\r\n")
    made = content[: first.offset] + first.joined + content[first.offset :]
    assert not first.there
    assert piece_for(Content(made, 0, len(made)), part, place, core, "us-ascii", b"\r\n").there


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        ("text/plain", "a <b>\nFrom c"),
        ("text/html", "<i>markup</i>"),
        ("text/x-amp-html", "<i>markup</i>"),
        ("text/enriched", "a <<b>\n\nFrom c"),
        ("text/richtext", "a <lt>b><nl>\nFrom c"),
        ("text/plain; format=flowed", "a <b>\n From c"),
    ],
)
def test_forms(content_type: str, form: str) -> None:
    part = parse(f"Content-Type: {content_type}\r\n\r\n".encode()).root
    assert form_of(part, "a <b>\nFrom c", "<i>markup</i>") == form
