"""Which attachments are encrypted archives: ZIP, 7z, RAR, and encrypted Office files. Stage parse.

Asked by conditions ("contains an encrypted ZIP", product.md C) and by whoever encrypts attachments, which is needless where
they are encrypted already (Z8). A few hundred kilobytes are read of each, at its start and end, whatever its size; what cannot
be told so counts as not encrypted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.core.message import encrypted_rar, encrypted_seven_zip, encrypted_zip
from shared.core.message.attachments import find_attachments, leaves
from shared.core.message.content_ends import content_ends
from shared.core.message.limits import DEFAULT_LIMITS, Limits
from shared.core.message.source import Buffer
from shared.core.message.spans import Part, Span, Tree
from shared.core.message.transfer import decoded_span
from shared.core.message.uuencode import uuencoded_files

_HEAD = 64 * 1024
_END = 128 * 1024
_LARGEST_DIRECTORY = 4 * 1024 * 1024
_MOST_LOOKS = 500
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
"""Name of the stream that an encrypted Office file is in ([MS-OFFCRYPTO] section 2.3.4.4)."""


class ArchiveKind(StrEnum):
    """What sort of file it is."""

    ZIP = "zip"
    SEVEN_ZIP = "7z"
    RAR = "rar"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class EncryptedArchive:
    """An encrypted file. ``whole`` tells that all it holds is encrypted; else some is, or more could not be told."""

    kind: ArchiveKind
    whole: bool


def encrypted_parts(tree: Tree, limits: Limits = DEFAULT_LIMITS) -> dict[str, bool]:
    """The part numbers of attachments that are encrypted archives, or attached messages that hold one.

    The value tells whether all that the attachment holds is encrypted; of an attached message that is never known.
    """
    paths = {attachment.part for attachment in find_attachments(tree, limits)}
    found: dict[str, bool] = {}
    looks = 0
    for leaf in leaves(tree):
        if leaf.part.path not in paths:
            continue
        contents = _contents(tree, leaf.part)
        for span, encoding in contents:
            looks += 1
            if looks > _MOST_LOOKS:
                return found
            if archive := encrypted_archive(tree.data, span, encoding):
                found[leaf.part.path] = archive.whole and leaf.part.is_leaf and len(contents) == 1
                break
    return found


def encrypted_archive(data: Buffer, span: Span, encoding: str) -> EncryptedArchive | None:
    """What kind of encrypted archive a span of encoded content is; ``None`` for anything else."""
    head = _head(data, span, encoding)
    if head.startswith(encrypted_zip.SIGNATURE):
        return _zip(data, span, encoding, head)
    if head.startswith(encrypted_seven_zip.SIGNATURE):
        return _seven_zip(data, span, encoding, head)
    if head.startswith((encrypted_rar.SIGNATURE_5, encrypted_rar.SIGNATURE_4)):
        encrypted, whole = encrypted_rar.is_encrypted(head)
        return EncryptedArchive(ArchiveKind.RAR, whole) if encrypted else None
    if head.startswith(_COMPOUND_FILE):
        ends = content_ends(data, span, encoding, _END)
        if _ENCRYPTED_PACKAGE in head or any(_ENCRYPTED_PACKAGE in end for end in ends):
            return EncryptedArchive(ArchiveKind.OFFICE, True)
    return None


def _contents(tree: Tree, part: Part) -> list[tuple[Span, str]]:
    """The encoded contents to look at in a part: its own, or those of all leaves of an attached message."""
    if part.is_leaf:
        files = uuencoded_files(tree.data, part.body) if part.content.main == "text" else ()
        return [(file.span, "x-uuencode") for file in files] or [(part.body, part.encoding)]
    waiting, found = [part], []
    while waiting:
        one = waiting.pop()
        waiting.extend(one.children)
        if one.is_leaf:
            found.append((one.body, one.encoding))
    return found


def _head(data: Buffer, span: Span, encoding: str) -> bytes:
    near = Span(span.start, min(span.end, span.start + _HEAD * 2))
    return next(iter(decoded_span(data, near, encoding)), b"")


def _zip(data: Buffer, span: Span, encoding: str, head: bytes) -> EncryptedArchive | None:
    first = encrypted_zip.first_is_encrypted(head)
    length = _END
    for _ in range(2):
        for end in content_ends(data, span, encoding, length):
            size = encrypted_zip.directory_size(end)
            if size is None:
                continue
            if len(end) < size <= _LARGEST_DIRECTORY and length == _END:
                length = size
                break
            counted = encrypted_zip.encrypted_files(end[-size:])
            if counted:
                files, encrypted = counted
                if not encrypted:
                    return None
                return EncryptedArchive(ArchiveKind.ZIP, files == encrypted and first)
        else:
            break
    return EncryptedArchive(ArchiveKind.ZIP, False) if first else None


def _seven_zip(data: Buffer, span: Span, encoding: str, head: bytes) -> EncryptedArchive | None:
    size = encrypted_seven_zip.header_size(head)
    if size is None:
        return None
    for end in content_ends(data, span, encoding, size + _END):
        encrypted = encrypted_seven_zip.is_encrypted(head, end)
        if encrypted is not None:
            return EncryptedArchive(ArchiveKind.SEVEN_ZIP, encrypted) if encrypted else None
    return None
