"""Which parts of a message take a text at its top or bottom (RFC 2046 section 5.1). Stage 4b, for ``insert_text``.

Each form of an alternative takes it, since a reader sees one of them. Of parts that follow each other the first takes a
text at the top, and the last text at the bottom: Apple Mail writes text, file, text. In a related structure the text is
its root. Attached messages, and files that happen to be text, are none of the message's own text.
"""

from __future__ import annotations

from typing import Literal

from shared.core.message.attachments import Leaf, is_body_text
from shared.core.message.headers import first_body, raw_parameter
from shared.core.message.spans import Part, Tree

Place = Literal["top", "bottom"]
PLAIN = frozenset({"text/plain", "text/enriched", "text/richtext"})
HTML = frozenset({"text/html", "text/watch-html", "text/x-amp-html"})


def text_places(tree: Tree, place: Place) -> tuple[Leaf, ...]:
    """The texts that take an insertion, each with the multiparts above it; none where the message has no text."""
    return tuple(_below(tree, Leaf(tree.root, (), 0), place))


def _below(tree: Tree, leaf: Leaf, place: Place) -> list[Leaf]:
    part = leaf.part
    if part.is_leaf or part.is_message:
        return [leaf] if part.content.value in PLAIN | HTML and is_body_text(tree, leaf) else []
    children = [Leaf(child, (part, *leaf.above), index) for index, child in enumerate(part.children)]
    kind = part.content.value
    if kind == "multipart/alternative":
        return [found for child in children for found in _below(tree, child, place)]
    if kind == "multipart/report":
        children = children[:1]  # the rest is for machines (RFC 6522)
    elif kind == "multipart/related":
        root = _root_of_related(tree, part)
        children = [children[root], *children[:root], *children[root + 1 :]]
    elif place == "bottom":
        children.reverse()
    for child in children:
        found = _below(tree, child, place)
        if found:
            return found
    return []


def _root_of_related(tree: Tree, part: Part) -> int:
    """Index of the part that ``start`` names, the first by default (RFC 2387 section 3.2)."""
    start = (raw_parameter(part.content.parameters, "start") or b"").strip().strip(b"<>")
    for index, child in enumerate(part.children):
        if start and first_body(tree, child, b"content-id").strip().strip(b"<>") == start:
            return index
    return 0
