"""H10: attachments that a partial release left out are cut from the message. Stage 4b.

Only the parts themselves go, each with the boundary line that it begins with; every other byte stays. Part numbers are
those of the message as it came in, so this comes before whatever else changes its parts, and is never done twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.message.attachments import Leaf, is_body_text, leaves
from shared.core.message.protection import find_protections
from shared.core.message.spans import Span, Tree
from shared.core.message.uuencode import uuencoded_files
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.header_edit import line_end
from shared.core.transform.splice import Edit, Splice
from shared.core.transform.would_break import WouldBreak
from shared.core.transform.zip_removal import removal
from shared.core.transform.zip_taking import is_fork
from shared.errors import Unreadable

NAME = "drop-attachments"
_EMPTY_TEXT = b"Content-Type: text/plain; charset=us-ascii"
_OF_CONTENT = b"content-"
_OF_BYTES = frozenset({b"content-length", b"content-md5"})
"""Fields that count or sum up bytes, and become untrue."""


@dataclass(frozen=True, slots=True)
class DropAttachments:
    """``parts`` are part numbers as ``AttachmentFacts.part`` has them."""

    parts: tuple[str, ...] = ()


def drop_attachments(tree: Tree, arguments: DropAttachments) -> Edit:
    """The edit that cuts them out. Files that old mailers put uuencoded into the text go, and the text stays.

    Where nothing else is left, an empty text stands in the place of what was cut. Raises ``WouldBreak`` for a message that
    is signed or encrypted (a value of ``Protection``), for a report and for a piece of a message; ``BadArgument`` for a
    part that there is not; ``Unreadable`` where the parts are not known.
    """
    if tree.unreadable:
        raise Unreadable(tree.unreadable)
    if not arguments.parts:
        return Edit()
    for protection in sorted(find_protections(tree)):
        raise WouldBreak(protection.value)
    if tree.root.content.value == "message/partial":
        raise WouldBreak("partial")
    paths: set[str] = set()
    stretches: list[Splice] = []
    known = {leaf.part.path: leaf for leaf in leaves(tree)}
    for part in dict.fromkeys(arguments.parts):
        leaf = known.get(part)
        if leaf is None:
            raise BadArgument(f"there is no part {part!r}")
        if any(above.content.value == "multipart/report" for above in leaf.above):
            raise WouldBreak("report")
        if is_body_text(tree, leaf):
            files = uuencoded_files(tree.data, leaf.part.body)
            stretches += [Splice(file.span, b"") for file in files]
            continue
        paths.add(_whole(leaf))
    cuts = removal(tree, paths)
    outdated = [Splice(field.full, b"") for field in tree.root.fields if field.key in _OF_BYTES]
    if cuts.everything:
        made = _emptied(tree)
    else:
        made = [*outdated, *(Splice(span, b"") for span in cuts.spans), *stretches]
    return Edit(tuple(made), notes=(("dropped", str(len(arguments.parts))),))


def _whole(leaf: Leaf) -> str:
    """The path of what goes with a file: of one in two forks both."""
    return leaf.above[0].path if is_fork(leaf) else leaf.part.path


def _emptied(tree: Tree) -> list[Splice]:
    """An empty text instead of all content: as the only part of a multipart, or as the message's own body."""
    root, ending = tree.root, line_end(tree)
    if root.children and not root.is_message:
        whole = Span(root.children[0].span.start, root.children[-1].span.end)
        outdated = [Splice(field.full, b"") for field in root.fields if field.key in _OF_BYTES]
        return [*outdated, Splice(whole, _EMPTY_TEXT + ending + ending)]
    fields = [field for field in root.fields if field.key.startswith(_OF_CONTENT)]
    place = fields[0].start if fields else root.separator.start
    splices = [Splice(Span(place, place), _EMPTY_TEXT + ending)]
    splices += [Splice(field.full, b"") for field in fields]
    splices.append(Splice(root.body, b""))
    return splices
