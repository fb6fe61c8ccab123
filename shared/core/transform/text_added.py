"""A text part for a message that has no text: a first part in its multipart/mixed, or one put around it. Stage 4b.

The text comes first wherever it was wanted: mail programs show the first text as the message, and one that follows a
file as another file. What was the message's body becomes the second part with its own header fields and bytes.
"""

from __future__ import annotations

import hashlib

from shared.core.message.source import find
from shared.core.message.spans import Part, Span, Tree
from shared.core.transform.splice import Splice
from shared.core.transform.text_header import line_end_of
from shared.core.transform.text_transfer import best_encoding, encode_body, fits_unencoded

_OF_THE_BODY = frozenset(
    [
        b"content-type",
        b"content-transfer-encoding",
        b"content-disposition",
        b"content-id",
        b"content-description",
        b"content-location",
        b"content-base",
        b"content-md5",
        b"content-duration",
        b"content-features",
    ]
)
"""Fields that describe a body and go where it goes (RFC 2045 section 9); others with such names are about the message."""


def add_text_part(tree: Tree, text: str) -> tuple[Splice, ...]:
    """Splices that give the message a first text part. ``text`` has ``\\n`` for line ends."""
    root = tree.root
    line_end = line_end_of(tree, root)
    if root.content.value == "multipart/mixed" and root.children:
        opening = tree.bytes_of(root.delimiters[0])
        boundary_line = opening.lstrip(b"\r\n").rstrip(b"\r\n") + line_end
        gap = b"" if opening.endswith((b"\r", b"\n")) else line_end
        at = root.delimiters[0].end
        return (Splice(Span(at, at), gap + _text_part(text, line_end) + boundary_line),)
    return _wrapped(tree, root, text, line_end)


def _text_part(text: str, line_end: bytes) -> bytes:
    """Header and body of the part, up to the line end that the next boundary line belongs to."""
    content = "".join(f"{line}\n" for line in text.split("\n")).encode().replace(b"\n", line_end)
    charset = "us-ascii" if content.isascii() else "utf-8"
    encoding = "7bit"
    if not fits_unencoded(content, seven_bit=True, boundaries=(b"",)):
        encoding = best_encoding(content, line_end, (b"",))
        content = encode_body(content, encoding, line_end)
    fields = (
        f'Content-Type: text/plain; charset="{charset}"',
        f"Content-Transfer-Encoding: {encoding}",
        "",
    )
    return b"".join(field.encode() + line_end for field in fields) + content + line_end


def _wrapped(tree: Tree, root: Part, text: str, line_end: bytes) -> tuple[Splice, ...]:
    """The message as text and, behind it, what it was."""
    moved = [field for field in root.fields if field.key in _OF_THE_BODY]
    boundary = _boundary(tree, text)
    head = b'Content-Type: multipart/mixed; boundary="%s"%s' % (boundary, line_end)
    if root.encoding in ("8bit", "binary"):
        head += b"Content-Transfer-Encoding: %s%s" % (root.encoding.encode(), line_end)
    if root.first(b"mime-version") is None:
        head = b"MIME-Version: 1.0" + line_end + head
    fields = b"".join(tree.bytes_of(field.full) for field in moved)
    if fields and not fields.endswith((b"\r", b"\n")):
        fields += line_end
    blank = tree.bytes_of(root.separator) or line_end
    opening = b"--%s%s" % (boundary, line_end)
    before = opening + _text_part(text, line_end) + opening + fields + blank
    splices = [Splice(field.full, head if field is moved[0] else b"") for field in moved]
    if not root.separator.length:
        before = line_end + before
    splices.append(Splice(Span(root.body.start, root.body.start), before))
    splices.append(Splice(Span(root.body.end, root.body.end), b"%s--%s--%s" % (line_end, boundary, line_end)))
    return tuple(splices)


def _boundary(tree: Tree, text: str) -> bytes:
    """A boundary that the message does not hold, always the same for the same message and text.

    ``=_`` can stand in no line of base64 or quoted-printable (RFC 2045 section 6.7).
    """
    head = tree.bytes_of(Span(0, min(tree.root.body.start, 64 * 1024)))
    seed = hashlib.sha256(head + b"\0" + text.encode())
    while True:
        boundary = b"=_" + seed.hexdigest()[:32].encode()
        if find(tree.data, boundary, 0, len(tree.data)) < 0:
            return boundary
        seed.update(b"again")
