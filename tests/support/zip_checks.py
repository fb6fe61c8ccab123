"""What must hold for every message whose attachments were encrypted, whatever its shape."""

from __future__ import annotations

import email
import email.message
import email.policy
import random
from datetime import datetime, timedelta, timezone

from shared.core.message.attachments import Leaf, find_attachments, leaves
from shared.core.message.parse import parse
from shared.core.message.spans import Part, Span, Tree
from shared.core.message.transfer import decoded, decoded_span
from shared.core.message.uuencode import uuencoded_files
from shared.core.transform.splice import Edit, apply
from shared.core.transform.zip_attachments import ZipArguments, zip_attachments
from tests.support.archives import by_python
from tests.support.second_tree import Unparsable, second_tree

PASSWORD = "Kx7mQ2vR9p"
NOW = datetime(2026, 3, 14, 9, 5, 7, tzinfo=timezone(timedelta(hours=9)))
_CONTENT_FIELDS = (b"content-", b"mime-version")

Shape = tuple[str, tuple["Shape", ...]]
"""Type of a part, and the parts in it; an attached message counts as one."""


def arguments(seed: int = 1) -> ZipArguments:
    return ZipArguments(PASSWORD, NOW, random.Random(seed).randbytes)


def check_zipped(data: bytes) -> tuple[bytes, int]:
    """Encrypt and check; the result, and how many of the two other parsers were able to confirm its tree."""
    before = parse(data)
    edit = zip_attachments(before, arguments())
    if not edit.splices:
        assert edit.notes[0][0] in ("nothing-to-encrypt", "already-encrypted")
        return data, 0
    out = b"".join(apply(data, edit.splices))
    after = parse(out)
    _check_parts(before, after)
    _check_header(before, after)
    _check_archive(before, after)
    _check_second_run(after)
    return out, _confirmations(data, before, out, after)


def _check_second_run(after: Tree) -> None:
    twice: Edit = zip_attachments(after, arguments(2))
    assert twice.splices == ()
    assert twice.notes == (("already-encrypted", ""),)


def _check_parts(before: Tree, after: Tree) -> None:
    """The parts that stay stand in the same order, byte for byte; the archive comes last."""
    staying = [_content(before, leaf) for leaf in leaves(before) if not _is_taken(before, leaf)]
    found = [_content(after, leaf) for leaf in leaves(after)]
    assert found[:-1] == staying
    assert _ours(after.root) == _expected(before)
    assert after.root.closed
    for stretch in _surroundings(before):
        assert stretch in _surroundings(after)


def _expected(before: Tree) -> Shape:
    """The tree that must come out: what is taken gone, with multiparts that it leaves empty, and the archive last."""
    taken = {leaf.part.path for leaf in leaves(before) if _is_taken(before, leaf)}

    def left(part: Part) -> Shape | None:
        if part.is_leaf or part.is_message:
            return None if part.path in taken else (part.content.value, ())
        inside = tuple(shape for child in part.children if (shape := left(child)) is not None)
        return (part.content.value, inside) if inside else None

    archive: Shape = ("application/zip", ())
    root = left(before.root)
    if root is None:
        return "multipart/mixed", (archive,)
    if root[0] == "multipart/mixed" and root[1]:
        return root[0], (*root[1], archive)
    return "multipart/mixed", (root, archive)


def _surroundings(tree: Tree) -> list[bytes]:
    """Headers, preambles and epilogues of the multiparts below the message that keep at least one part."""
    found = []
    taken = {leaf.part.path for leaf in leaves(tree) if _is_taken(tree, leaf)}
    for part in {
        above.path: above for leaf in leaves(tree) if leaf.part.path not in taken for above in leaf.above
    }.values():
        if part is not tree.root:
            found.append(tree.bytes_of(Span(part.span.start, part.separator.end)))
        found += [tree.bytes_of(part.preamble).strip(), tree.bytes_of(part.epilogue).strip()]
    return found


def _content(tree: Tree, leaf: Leaf) -> bytes:
    """A leaf's bytes without uuencoded files; of the message itself only the fields that go with its content."""
    part = leaf.part
    header = Span(part.span.start, part.separator.start)
    fields = b"".join(tree.bytes_of(field.full) for field in part.fields if field.key.startswith(b"content-"))
    shown = tree.bytes_of(header) if leaf.above else fields
    if any(part is child for child in tree.root.children):
        shown = tree.bytes_of(header)
    return shown + b"|" + _without_files(tree, part)


def _without_files(tree: Tree, part: Part) -> bytes:
    if not _text_files(tree, part):
        return tree.bytes_of(part.body)
    body, position = b"", part.body.start
    for file in uuencoded_files(tree.data, part.body):
        body += tree.bytes_of(Span(position, file.span.start))
        position = file.span.end
    return body + tree.bytes_of(Span(position, part.body.end))


def _text_files(tree: Tree, part: Part) -> int:
    """How many attachments stand within a text."""
    found = [item for item in find_attachments(tree) if item.part == part.path]
    names = {file.name for file in uuencoded_files(tree.data, part.body)} if part.is_leaf else set()
    return sum(item.name in names for item in found) if part.content.main in ("text", "multipart") else 0


def _is_taken(tree: Tree, leaf: Leaf) -> bool:
    if leaf.parent == "multipart/appledouble":
        return True
    attached = {item.part for item in find_attachments(tree) if not item.inline}
    return leaf.part.path in attached and not _text_files(tree, leaf.part)


def _check_header(before: Tree, after: Tree) -> None:
    """Fields that do not describe content are the same, in the same order."""
    fields = [
        [
            tree.bytes_of(field.full).rstrip(b"\r\n")
            for field in tree.root.fields
            if not field.key.startswith(_CONTENT_FIELDS)
        ]
        for tree in (before, after)
    ]
    assert fields[0] == fields[1]


def _check_archive(before: Tree, after: Tree) -> None:
    """The archive holds what was taken, and the names that can be written are the names that people saw."""
    expected: list[bytes] = []
    for leaf in leaves(before):
        part = leaf.part
        if _text_files(before, part):
            files = uuencoded_files(before.data, part.body)
            expected += [b"".join(decoded_span(before.data, file.span, "x-uuencode")) for file in files]
        elif _is_taken(before, leaf):
            expected.append(b"".join(decoded(before.data, part)))
    last = after.root.children[-1]
    found = by_python(b"".join(decoded(after.data, last)), PASSWORD)
    assert sorted(found.values()) == sorted(expected)


def _confirmations(data: bytes, before: Tree, out: bytes, after: Tree) -> int:
    """How many other parsers, of those that see the same tree as ours before, see the same tree as ours after."""
    confirmed = 0
    if _by_email(data) == _ours(before.root):
        assert _by_email(out) == _ours(after.root)
        *_, last = email.message_from_bytes(out, policy=email.policy.compat32).walk()
        assert by_python(last.get_payload(decode=True), PASSWORD)  # type: ignore[arg-type]
        confirmed += 1
    try:
        if _by_second(data) == _ours(before.root):
            assert _by_second(out) == _ours(after.root)
            assert by_python(second_tree(out).children[-1].content or b"", PASSWORD)
            confirmed += 1
    except Unparsable:
        pass  # refuses base64 with foreign characters in it, which the message had before
    return confirmed


def _ours(part: Part) -> Shape:
    inside = () if part.is_message or part.is_leaf else part.children
    return part.content.value, tuple(_ours(child) for child in inside)


def _by_email(data: bytes) -> Shape:
    def shape(part: email.message.Message) -> Shape:
        inside = part.get_payload() if part.get_content_maintype() == "multipart" and part.is_multipart() else []
        return part.get_content_type(), tuple(shape(child) for child in inside)  # type: ignore[arg-type]

    return shape(email.message_from_bytes(data, policy=email.policy.compat32))


def _by_second(data: bytes) -> Shape:
    def shape(part: object) -> Shape:
        kind, children = part.kind, part.children  # type: ignore[attr-defined]
        return kind, tuple(shape(child) for child in children) if kind.startswith("multipart/") else ()

    return shape(second_tree(data))
