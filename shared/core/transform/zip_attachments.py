"""``zip_attachments``: all attachments of a message into one encrypted ZIP at its end. Stage 4b (product.md Z1, Z6, Z8).

The archive stands last in the outermost multipart/mixed, which is made where the message is none. The parts that stay keep
every byte. The archive itself is written while the edit is applied, so that no file is ever whole in memory.
Done twice, the second run finds the archive of the first and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.message.encrypted_archives import ArchiveKind, encrypted_archive
from shared.core.message.headers import raw_parameter
from shared.core.message.source import find
from shared.core.message.spans import Span, Tree
from shared.core.transform.archive.write import EncryptedZip, ZipMethod, encrypted_zip
from shared.core.transform.passwords import Random
from shared.core.transform.splice import Edit, Splice
from shared.core.transform.zip_file_name import DEFAULT_PATTERN, zip_file_name
from shared.core.transform.zip_part import base64_lines, bears_mark, part_header
from shared.core.transform.zip_removal import Removal, line_ending_at, removal
from shared.core.transform.zip_taking import Taking, archive_files, find_taking
from shared.errors import Unreadable

_MIXED = "multipart/mixed"
_OF_CONTENT = frozenset(
    b"content-" + word
    for word in (
        b"type",
        b"transfer-encoding",
        b"disposition",
        b"id",
        b"description",
        b"location",
        b"base",
        b"language",
    )
) | {b"content-md5", b"content-duration", b"content-features"}
"""Fields that go with the content when it becomes a part of something larger. Content-Class and the like are the message's."""
_OF_BYTES = frozenset({b"content-length", b"content-md5"})
"""Fields that count or sum up bytes, and become untrue."""


@dataclass(frozen=True, slots=True)
class ZipArguments:
    """How to encrypt.

    ``password`` is ASCII; ``now`` is in the tenant's zone; ``random`` gives that many random bytes. ``file_name`` is a
    pattern (``zip_file_name.py``). ``content_type`` may be ``application/octet-stream`` where filters refuse ZIP by its type.
    ``skip_if_encrypted`` leaves a message alone whose attachments are all encrypted archives.
    """

    password: str = field(repr=False)
    now: datetime
    random: Random = field(repr=False)
    method: ZipMethod = ZipMethod.AES_256
    file_name: str = DEFAULT_PATTERN
    content_type: str = "application/zip"
    skip_if_encrypted: bool = True


def zip_attachments(tree: Tree, arguments: ZipArguments) -> Edit:
    """The edit, without splices where there is nothing to do.

    Notes: ``nothing-to-encrypt``, or ``already-encrypted``, or ``zip-name``, ``zip-method`` and ``zip-files`` (their number).
    Raises ``WouldBreak`` for protected mail, ``Unreadable`` for a message whose parts are not known.
    """
    if tree.unreadable:
        raise Unreadable(tree.unreadable)
    taking = find_taking(tree)
    if not taking.files:
        return Edit(notes=(("nothing-to-encrypt", ""),))
    if _is_done(tree, taking, arguments):
        return Edit(notes=(("already-encrypted", ""),))
    name = zip_file_name(arguments.file_name, arguments.now, arguments.random)
    files = archive_files(tree.data, taking.files)
    archive = encrypted_zip(files, arguments.method, arguments.password, arguments.now, arguments.random)
    line_end = _line_end(tree)
    header = part_header(name, arguments.content_type, arguments.method.value, line_end)
    placed = _placed(tree, taking, _Attachment(header, archive, line_end), arguments.random)
    stretches = [Splice(span, b"") for span in taking.stretches]
    notes = (("zip-name", name), ("zip-method", arguments.method.value), ("zip-files", str(len(files))))
    return Edit(splices=(*stretches, *placed), notes=notes)


@dataclass(frozen=True, slots=True)
class _Attachment:
    """The part with the archive, and the line ending that the message uses."""

    header: bytes
    archive: EncryptedZip
    line_end: bytes

    def between(self, before: bytes, after: bytes) -> _Surrounded:
        """The part with boundary lines around it."""
        return _Surrounded(self, before, after)


@dataclass(frozen=True, slots=True)
class _Surrounded:
    """A stream: what stands before the part, the part, what stands after it."""

    attachment: _Attachment
    before: bytes
    after: bytes

    def __call__(self) -> Iterator[bytes]:
        yield self.before + self.attachment.header
        yield from base64_lines(self.attachment.archive, self.attachment.line_end)
        yield self.after


def _is_done(tree: Tree, taking: Taking, arguments: ZipArguments) -> bool:
    """Whether the attachments are encrypted already: by us, or, where that counts, by anybody."""
    if not arguments.skip_if_encrypted:
        if len(taking.files) != 1 or not taking.parts:
            return False
        part = tree.part(next(iter(taking.parts)))
        if part is None or not bears_mark(tree, part):
            return False
    kinds = set(ArchiveKind) if arguments.skip_if_encrypted else {ArchiveKind.ZIP}
    looks = (encrypted_archive(tree.data, file.content, file.encoding) for file in taking.files)
    return all(found is not None and found.whole and found.kind in kinds for found in looks)


def _placed(tree: Tree, taking: Taking, attachment: _Attachment, random: Random) -> list[Splice]:
    """The splices that take the parts out and put the archive in."""
    cuts = removal(tree, taking.parts)
    removed = [Splice(span, b"") for span in cuts.spans]
    root = tree.root
    is_ready = _is_ready(tree, cuts)
    if root.content.value != _MIXED or root.is_leaf:
        return [*removed, *_wrapped(tree, attachment, random, everything=cuts.everything, is_ready=is_ready)]
    outdated = [Splice(found.full, b"") for found in root.fields if found.key in _OF_BYTES]
    return [*outdated, *removed, _appended(tree, attachment, everything=cuts.everything, is_ready=is_ready)]


def _appended(tree: Tree, attachment: _Attachment, *, everything: bool, is_ready: bool) -> Splice:
    """The archive as the last part of the message's multipart/mixed, or in the place of all its parts."""
    root, line_end = tree.root, attachment.line_end
    boundary = b"--" + (raw_parameter(root.content.parameters, "boundary") or b"").rstrip()
    start = root.children[0].span.start
    if root.closed:
        last = root.delimiters[-1].start
        end = last + line_ending_at(tree.data, last)
        surrounded = attachment.between(b"" if everything else boundary + line_end, line_end)
        return Splice(Span(start if everything else end, end), surrounded)
    end = root.body.end
    opening = (b"" if is_ready else line_end) + boundary + line_end
    surrounded = attachment.between(b"" if everything else opening, line_end + boundary + b"--" + line_end)
    return Splice(Span(start if everything else end, end), surrounded)


def _is_ready(tree: Tree, cuts: Removal) -> bool:
    """Whether a boundary line can stand at the message's end without a line ending before it, and so must.

    That is so where the end was cut off, and after a part which is a header without blank line: it would get one.
    """
    if any(span.end == len(tree.data) for span in cuts.spans):
        return True
    part = tree.root
    while part.children and not part.closed:
        part = part.children[-1]
    return part is not tree.root and bool(part.fields) and part.span.end == part.fields[-1].end


def _wrapped(tree: Tree, attachment: _Attachment, random: Random, *, everything: bool, is_ready: bool) -> list[Splice]:
    """A multipart/mixed around the message's content, or instead of it where nothing of it is left."""
    root, line_end = tree.root, attachment.line_end
    boundary = _new_boundary(tree, random)
    delimiter = b"--" + boundary
    fields = [found for found in root.fields if found.key in _OF_CONTENT]
    header = b"Content-Type: multipart/mixed;" + line_end + b' boundary="' + boundary + b'"' + line_end
    if root.encoding in ("8bit", "binary") and not everything:
        header += b"Content-Transfer-Encoding: " + root.encoding.encode("ascii") + line_end
    if root.first(b"mime-version") is None:
        header += b"MIME-Version: 1.0" + line_end
    splices = [Splice(found.full, b"") for found in root.fields if found.key in _OF_CONTENT | _OF_BYTES]
    if not _is_ended(tree):
        splices.append(Splice(Span(root.separator.start, root.separator.start), line_end))
    place = fields[0].start if fields else root.separator.start
    splices.append(Splice(Span(place, place), header))
    closing = line_end + delimiter + b"--" + line_end
    if everything:
        opening = line_end + delimiter + line_end
        return [*splices, Splice(Span(root.separator.start, root.body.end), attachment.between(opening, closing))]
    moved = b"".join(_ended(tree.bytes_of(found.full), line_end) for found in fields)
    blank = tree.bytes_of(root.separator) or line_end
    splices.append(Splice(root.separator, line_end + delimiter + line_end + moved + blank))
    opening = (b"" if is_ready else line_end) + delimiter + line_end
    return [*splices, Splice(Span(root.body.end, root.body.end), attachment.between(opening, closing))]


def _is_ended(tree: Tree) -> bool:
    """Whether the last field that stays in the header has its line ending; one that the message breaks off at has none."""
    last = tree.root.fields[-1] if tree.root.fields else None
    return last is None or last.key in _OF_CONTENT | _OF_BYTES or tree.bytes_of(last.full).endswith((b"\n", b"\r"))


def _ended(field_bytes: bytes, line_end: bytes) -> bytes:
    return field_bytes if field_bytes.endswith((b"\n", b"\r")) else field_bytes + line_end


def _new_boundary(tree: Tree, random: Random) -> bytes:
    """A boundary that occurs nowhere in the message; ``=_`` occurs in no encoded text (RFC 2045 section 6.7)."""
    boundary = b"=_" + random(16).hex().encode("ascii")
    while find(tree.data, boundary, 0, len(tree.data)) >= 0:
        boundary += b"x"
    return boundary


def _line_end(tree: Tree) -> bytes:
    """The line ending that the message's header uses: CRLF, unless it has bare line feeds."""
    for found in tree.root.fields[:1]:
        ended = tree.bytes_of(Span(max(found.end - 2, found.start), found.end))
        return b"\n" if ended.endswith(b"\n") and not ended.endswith(b"\r\n") else b"\r\n"
    return b"\r\n"
