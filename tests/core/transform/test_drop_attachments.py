"""Attachments that a partial release left out are cut, and every other byte stays."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from shared.core.message.attachments import find_attachments, is_body_text, leaves
from shared.core.message.parse import parse
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.drop_attachments import DropAttachments, drop_attachments
from shared.core.transform.would_break import WouldBreak
from shared.errors import Unreadable
from tests.support import attachment_shapes as shapes
from tests.support.corpus import corpus
from tests.support.messages import crlf
from tests.support.transforms import transformed

MESSAGES = corpus()


def names(data: bytes) -> list[str]:
    return [attachment.name for attachment in find_attachments(parse(data))]


@pytest.mark.parametrize(
    ("data", "parts", "left"),
    [
        pytest.param(shapes.MIXED, ("2",), [], id="mixed"),
        pytest.param(shapes.ALTERNATIVE_APPLE, ("2.2",), [], id="inside alternative, as Apple Mail does"),
        pytest.param(shapes.RELATED, ("3",), ["shown.png"], id="a picture that nothing shows"),
        pytest.param(shapes.NESTED, ("1.2",), ["two.csv", "one.csv"], id="nested: one"),
        pytest.param(shapes.NESTED, ("2.1", "2.2"), ["one.csv"], id="nested: a multipart that loses all goes"),
        pytest.param(shapes.NESTED, ("1.2", "2.1", "2.2"), [], id="nested: all"),
        pytest.param(shapes.ATTACHED_MESSAGE, ("2",), [], id="an attached message with what is in it"),
        pytest.param(shapes.ONLY_FILES, ("1",), ["two.csv"], id="files alone: one"),
        pytest.param(shapes.ONLY_FILES, ("1", "2"), [], id="files alone: all"),
        pytest.param(shapes.ROOT_IS_FILE, ("1",), [], id="the message is a file"),
        pytest.param(shapes.UUENCODED, ("1",), [], id="uuencoded in the text"),
    ],
)
def test_what_was_left_out_is_gone_for_every_reader(data: bytes, parts: tuple[str, ...], left: list[str]) -> None:
    made = transformed(data, DropAttachments(parts))
    assert names(made) == left
    read = email.message_from_bytes(made, policy=email.policy.default)
    assert [part.get_filename() for part in read.walk() if part.get_filename()] == left
    assert not read.defects


def test_everything_else_keeps_its_bytes() -> None:
    before, after = shapes.MIXED.split(b"--B\r\nContent-Type: application/pdf")[0], b"--B--\r\nepilogue\r\n"
    assert transformed(shapes.MIXED, DropAttachments(("2",))) == before + after


def test_a_message_that_was_a_file_becomes_an_empty_text_with_its_own_header() -> None:
    made = transformed(shapes.ROOT_IS_FILE, DropAttachments(("1",)))
    assert made == crlf(shapes.HEADER + "Content-Type: text/plain; charset=us-ascii\nX-After: kept\n\n")


def test_where_only_files_were_an_empty_text_stands_in_the_multipart() -> None:
    made = transformed(shapes.ONLY_FILES, DropAttachments(("1", "2")))
    read = email.message_from_bytes(made, policy=email.policy.default)
    assert [(part.get_content_type(), part.get_content()) for part in read.iter_parts()] == [("text/plain", "")]
    assert made.startswith(shapes.ONLY_FILES.partition(b"--B")[0])
    assert made.endswith(b"--B--\r\nepilogue\r\n")


def test_a_count_of_bytes_that_became_untrue_goes() -> None:
    data = shapes.MIXED.replace(b"Subject: x\r\n", b"Subject: x\r\nContent-Length: 999\r\n")
    assert b"Content-Length" not in transformed(data, DropAttachments(("2",)))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param("multipart/signed; protocol=application/pgp-signature", "pgp-signed", id="signed"),
        pytest.param("multipart/signed; protocol=application/pkcs7-signature", "smime-signed", id="s/mime signed"),
    ],
)
def test_sealed_messages_refuse(content: str, what: str) -> None:
    kind = content.partition("protocol=")[2]
    data = crlf(
        f'{shapes.HEADER}Content-Type: {content}; boundary="S"\n\n--S\nContent-Type: multipart/mixed; boundary="B"\n\n--B\n\n'
        f"Hello\n--B\nContent-Type: text/csv; name=a.csv\n\n1\n--B--\n--S\nContent-Type: {kind}\n\nMII\n--S--\n"
    )
    with pytest.raises(WouldBreak) as refused:
        drop_attachments(parse(data), DropAttachments(("1.2",)))
    assert refused.value.what == what


@pytest.mark.parametrize("part", ["9", "2.1", "", "x"])
def test_a_part_that_is_not_there_refuses(part: str) -> None:
    with pytest.raises(BadArgument):
        drop_attachments(parse(shapes.MIXED), DropAttachments((part,)))


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.name)
def test_each_attachment_of_every_message_can_be_cut_and_leaves_the_others_whole(path: Path) -> None:
    data = path.read_bytes()
    tree = parse(data)
    for attachment in find_attachments(tree):
        try:
            made = transformed(data, DropAttachments((attachment.part,)))
        except (WouldBreak, Unreadable):
            continue
        after = parse(made)
        assert not after.unreadable
        others = [leaf.part for leaf in leaves(tree) if leaf.part.path != attachment.part]
        # What stands before a boundary that is cut off at the message's end is read with the line ending before it.
        bodies = [tree.bytes_of(part.body).rstrip(b"\r\n") for part in others]
        left = [after.bytes_of(leaf.part.body).rstrip(b"\r\n") for leaf in leaves(after)]
        if any(is_body_text(tree, leaf) for leaf in leaves(tree) if leaf.part.path == attachment.part):
            assert len(left) == len(bodies) + 1, "of a text with files in it only the files go"
        elif not bodies:
            assert left == [b""]
        else:  # a file in two forks goes with both
            assert left == bodies or len(left) == len(bodies) - 1
        kept = [one.name for one in find_attachments(tree) if one.part != attachment.part]
        assert len(find_attachments(after)) <= len(kept)
