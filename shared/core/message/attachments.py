"""Which parts are attachments, in every shape that mail programs send. Stage parse.

A part is an attachment unless it is plainly something else: the text of the message, the structure of a signed,
encrypted or report message, a calendar item, or a picture that the HTML text shows. When in doubt it counts, since
what is missed here is not asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.core.message.charsets import guess_text
from shared.core.message.decode import header_text
from shared.core.message.facts import AttachmentFacts
from shared.core.message.headers import disposition, first_body, parameter, token
from shared.core.message.limits import DEFAULT_LIMITS, Limits
from shared.core.message.spans import Part, Tree
from shared.core.message.transfer import decoded_head, decoded_size
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
        return True  # its boundary never occurs: mail programs show what stands there as text
    if kind not in _BODY_TYPES:
        return False
    if not part.fields:
        return True
    word, parameters = disposition(tree, part)
    return word != "attachment" and not (
        parameter(parameters, "filename") or parameter(part.content.parameters, "name")
    )


def find_attachments(tree: Tree, limits: Limits = DEFAULT_LIMITS) -> tuple[AttachmentFacts, ...]:
    """The attachments in the order of the message, at most ``limits.max_attachments``. A tree cut short has none."""
    if tree.unreadable:
        return ()
    found: list[AttachmentFacts] = []
    shown: dict[str, frozenset[str]] = {}
    for leaf in leaves(tree):
        if len(found) >= limits.max_attachments:
            break
        if is_body_text(tree, leaf):
            if leaf.part.content.value != "text/html" and leaf.part.encoding in ("7bit", "8bit", "binary"):
                for file in uuencoded_files(tree.data, leaf.part.body):
                    found.append(AttachmentFacts(file.name, file.size, "application/octet-stream", leaf.part.path))
        elif not _is_structure(tree, leaf):
            found.append(_facts(tree, leaf, shown))
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


def _facts(tree: Tree, leaf: Leaf, shown: dict[str, frozenset[str]]) -> AttachmentFacts:
    part = leaf.part
    name = attachment_name(tree, part)
    return AttachmentFacts(
        name, decoded_size(tree.data, part), part.content.value, part.path, _is_shown_in_text(tree, leaf, name, shown)
    )


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
        return True  # the resource fork of the file beside it
    if not leaf.above and kind in _SEALED:
        return True
    if kind == "text/calendar" and (
        not leaf.above or parent == "multipart/alternative" or token(part.content.parameters, "method")
    ):
        return b"BEGIN:VCALENDAR" in decoded_head(tree.data, part, 1024).upper()
    return False


def _is_shown_in_text(tree: Tree, leaf: Leaf, name: str, shown: dict[str, frozenset[str]]) -> bool:
    """Whether an HTML text of the same multipart/related shows this picture by its Content-ID (RFC 2392)."""
    part = leaf.part
    if not (part.content.main == "image" or _PICTURE_ENDING.search(name)):
        return False
    identifier = first_body(tree, part, b"content-id")
    if not identifier or disposition(tree, part)[0] == "attachment":
        return False
    wanted = guess_text(identifier[:1000]).strip().strip("<>").lower()
    for above in leaf.above:
        if above.content.value == "multipart/related":
            if above.path not in shown:
                shown[above.path] = _content_ids(tree, above)
            if wanted in shown[above.path]:
                return True
    return False


def _content_ids(tree: Tree, related: Part) -> frozenset[str]:
    """Content-IDs that the HTML texts under a multipart/related point to."""
    found: set[str] = set()
    waiting = list(related.children)
    while waiting:
        part = waiting.pop()
        if part.is_message:
            continue
        waiting.extend(part.children)
        if part.content.value == "text/html":
            text = decoded_head(tree.data, part, _MAX_HTML).replace(b"\0", b"").decode("latin-1")
            found.update(_unescaped(match) for match in _CID.findall(text))
    return frozenset(found)


def _unescaped(identifier: str) -> str:
    """A cid URL's content id: percent-encoding (RFC 2392) and the HTML entity for ``&`` undone, lower case."""
    from urllib.parse import unquote

    return unquote(identifier.replace("&amp;", "&")).lower()
