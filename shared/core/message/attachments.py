"""Which parts are attachments, in every shape that mail programs send. Stage parse.

A part is an attachment unless it is plainly something else: the text of the message, the structure of a signed,
encrypted or report message, a calendar item, or a picture that the HTML text shows. When in doubt it counts, since
what is missed here is not asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.core.message.decode import header_text
from shared.core.message.facts import AttachmentFacts
from shared.core.message.headers import (
    disposition,
    first_body,
    parameter,
    parse_content_type,
    parse_structured,
    percent_decode,
    token,
)
from shared.core.message.limits import DEFAULT_LIMITS, Limits
from shared.core.message.spans import Part, Tree
from shared.core.message.transfer import IDENTITY_ENCODINGS, decoded_head, decoded_size
from shared.core.message.uuencode import uuencoded_files

_MAX_NAME = 1000
_MAX_SIGNATURE = 256 * 1024
_MAX_HTML = 2 * 1024 * 1024
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_REPORT_PARTS = frozenset(
    {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers", "message/feedback-report"}
)
_BODY_TYPES = frozenset(
    {"text/plain", "text/html", "text/enriched", "text/richtext", "text/watch-html", "text/x-amp-html"}
)
_PART_FIELD = re.compile(
    rb"[\r\n](?:Content-(?:Type|Disposition)|content-(?:type|disposition)|CONTENT-(?:TYPE|DISPOSITION))[ \t]*:"
)
_PICTURE_ENDING = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|svg|webp|emf|wmf|ico|heic)$", re.IGNORECASE)
_CID = re.compile(r"cid:([^\s\"'<>)\\]{1,500})", re.IGNORECASE)
_ENDINGS = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/ics": "ics",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "message/rfc822": "eml",
    "message/global": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that is content, and what it stands in: ``above`` from the nearest multipart up to the message."""

    part: Part
    above: tuple[Part, ...]
    index: int

    @property
    def parent(self) -> str:
        """Type of the multipart that holds the part, ``""`` for the message itself."""
        return self.above[0].content.value if self.above else ""


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Every leaf of the message itself, in order. An attached message is one leaf; its own parts are not visited."""
    waiting: list[Leaf] = [Leaf(tree.root, (), 0)]
    while waiting:
        leaf = waiting.pop()
        part = leaf.part
        if part.is_leaf or part.is_message:
            yield leaf
        else:
            above = (part, *leaf.above)
            waiting.extend(Leaf(child, above, index) for index, child in reversed(list(enumerate(part.children))))


def is_body_text(tree: Tree, leaf: Leaf) -> bool:
    """Whether a leaf is text of the message itself, shown by mail programs as such."""
    part = leaf.part
    kind = part.content.value
    if kind.startswith("multipart/"):
        # Its boundary never comes, so mail programs show a text; unless they guess better than this parser.
        return part.encoding in IDENTITY_ENCODINGS and not _looks_like_parts(tree, part)
    if kind not in _BODY_TYPES:
        return False
    if not part.fields:
        return True
    # Where a field stands twice, readers differ about which one counts: none of them may show a file.
    types = [parse_content_type(tree.bytes_of(field.body)) for field in part.all(b"content-type")[1:]]
    dispositions = [parse_structured(tree.bytes_of(field.body)) for field in part.all(b"content-disposition")]
    return all(
        content.value in _BODY_TYPES and not parameter(content.parameters, "name") for content in (part.content, *types)
    ) and all(
        # A disposition that there is not is to be taken for an attachment (RFC 2183 section 2.8).
        word in ("", "inline") and not parameter(parameters, "filename")
        for word, parameters in dispositions
    )


def _looks_like_parts(tree: Tree, part: Part) -> bool:
    """Whether a body that should have parts holds header fields of parts, so that a more lenient reader may find some."""
    return bool(_PART_FIELD.search(tree.data, part.body.start, min(part.body.end, part.body.start + _MAX_HTML)))


def find_attachments(tree: Tree, limits: Limits = DEFAULT_LIMITS) -> tuple[AttachmentFacts, ...]:
    """The attachments in the order of the message, at most ``limits.max_attachments``. A tree cut short has none."""
    if tree.unreadable:
        return ()
    found: list[AttachmentFacts] = []
    shown: set[str] | None = None
    for leaf in leaves(tree):
        if len(found) >= limits.max_attachments:
            break
        if is_body_text(tree, leaf):
            if leaf.part.content.value != "text/html" and leaf.part.encoding in IDENTITY_ENCODINGS:
                for file in uuencoded_files(tree.data, leaf.part.body):
                    found.append(AttachmentFacts(file.name, file.size, "application/octet-stream", leaf.part.path))
        elif not _is_structure(tree, leaf):
            name = attachment_name(tree, leaf.part)
            identifier = _picture_id(tree, leaf, name)
            if identifier and shown is None:
                shown = _shown_ids(tree)
            inline = bool(identifier and shown and identifier in shown)
            size = decoded_size(tree.data, leaf.part)
            found.append(AttachmentFacts(name, size, leaf.part.content.value, leaf.part.path, inline))
    return tuple(found[: limits.max_attachments])


def attachment_name(tree: Tree, part: Part) -> str:
    """The name a mail program shows for a part: from the disposition, the type, the subject inside, or made up."""
    _, parameters = disposition(tree, part)
    name = parameter(parameters, "filename") or parameter(part.content.parameters, "name") or ""
    kind = part.content.value
    if not name.strip() and kind == "application/ms-tnef":
        name = "winmail.dat"
    if not name.strip() and part.is_message:
        subject = header_text(first_body(tree, part.children[0], b"subject")[:8192])
        name = f"{subject}.eml" if subject else ""
    if not name.strip():
        name = (
            header_text(first_body(tree, part, b"content-description")[:2048])
            if kind.startswith("application/")
            else ""
        )
    if not name.strip():
        name = f"part-{part.path}.{_ENDINGS.get(kind, 'bin')}"
    return name.strip()[:_MAX_NAME]


def _is_structure(tree: Tree, leaf: Leaf) -> bool:
    """Whether a leaf is part of how the message is built: a seal, a control part, a report, a calendar item."""
    part, kind, parent = leaf.part, leaf.part.content.value, leaf.parent
    if parent == "multipart/signed":
        return leaf.index == 1 and kind in _SIGNATURES and part.body.length <= _MAX_SIGNATURE
    if parent == "multipart/encrypted":
        return leaf.index <= 1 and kind == (
            "application/pgp-encrypted" if leaf.index == 0 else "application/octet-stream"
        )
    if parent == "multipart/report" and kind in _REPORT_PARTS:
        return leaf.index > 0 and not disposition(tree, part)[1]
    if parent == "multipart/appledouble" and kind == "application/applefile":
        return _is_beside_a_file(tree, leaf)
    if not leaf.above and kind in _SEALED:
        return token(part.content.parameters, "smime-type") != "compressed-data"  # which hides files and seals nothing
    if kind == "text/calendar" and (
        not leaf.above or parent == "multipart/alternative" or token(part.content.parameters, "method")
    ):
        return b"BEGIN:VCALENDAR" in decoded_head(tree.data, part, 1024).upper()
    return False


def _is_beside_a_file(tree: Tree, leaf: Leaf) -> bool:
    """Whether a resource fork stands beside the file that it belongs to, and goes where that goes; alone it is a file."""
    beside = leaf.above[0].children
    if len(beside) != 2:
        return False
    other = Leaf(beside[1 - leaf.index], leaf.above, 1 - leaf.index)
    is_file = other.part.content.value != "application/applefile" and not is_body_text(tree, other)
    return other.part.is_leaf and is_file


def _picture_id(tree: Tree, leaf: Leaf, name: str) -> str:
    """The Content-ID of a picture in a multipart/related, by which an HTML text may show it (RFC 2392); else ``""``."""
    part = leaf.part
    if part.content.main != "image" and (part.content.value in _ENDINGS or not _PICTURE_ENDING.search(name)):
        return ""  # mail programs open by the type, whatever the name ends in
    if not any(above.content.value == "multipart/related" for above in leaf.above):
        return ""
    identifier = first_body(tree, part, b"content-id")
    if not identifier or disposition(tree, part)[0] == "attachment":
        return ""
    return identifier[:1000].decode("latin-1").strip().strip("<>").lower()


def _shown_ids(tree: Tree) -> set[str]:
    """Content-IDs that the HTML texts of the message point to; of very long texts, those in the beginning."""
    found: set[str] = set()
    room = _MAX_HTML
    for leaf in leaves(tree):
        if leaf.part.content.value == "text/html" and room > 0:
            text = decoded_head(tree.data, leaf.part, room)
            room -= len(text)
            found.update(_unescaped(match) for match in _CID.findall(text.decode("latin-1")))
    return found


def _unescaped(identifier: str) -> str:
    """A cid URL's content id: percent-encoding (RFC 2392) and the HTML entity for ``&`` undone, lower case."""
    return percent_decode(identifier.replace("&amp;", "&").encode("latin-1")).decode("latin-1").lower()
