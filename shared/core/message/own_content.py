"""What the mark on Matta's own mail says of its content, so that nobody puts the mark on another message. Pure; stages parse and 5.

Whoever gets a mail of Matta's can copy its mark, and a message that bears a mark that holds is never judged. So the mark
is for a subject and a body. White space does not count: servers fold and trim. A mail whose body somebody has rewritten on
its way is judged like any other.
"""

from __future__ import annotations

import hashlib

from shared.core.message.decode import header_text
from shared.core.message.source import cut
from shared.core.message.spans import Tree

LONGEST_HEADER = 64 * 1024
"""Bytes. Servers add to the header of a mail on its way, but no more than that; what is longer carries something else."""
_PIECE = 1024 * 1024
_SPACE = b" \t\r\n"


def own_content(tree: Tree) -> bytes:
    """The digest of subject and body, 32 bytes; empty for a message that can be none of Matta's."""
    fields = tree.root.fields
    start = tree.root.separator.end
    if tree.unreadable or start > LONGEST_HEADER:
        return b""
    subjects = [" ".join(header_text(tree.bytes_of(field.body)).split()) for field in fields if field.key == b"subject"]
    digest = hashlib.sha256(b"own-1")
    for text in (str(len(subjects)), *subjects):
        digest.update(b"%d:" % len(text.encode()) + text.encode())
    for at in range(start, len(tree.data), _PIECE):
        digest.update(cut(tree.data, at, min(at + _PIECE, len(tree.data))).translate(None, _SPACE))
    return digest.digest()
