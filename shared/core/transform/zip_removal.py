"""Taking parts out of multiparts: which bytes go so that the parts that stay keep every byte of theirs. Stage 4b.

A line ending before a boundary belongs to the boundary (RFC 2046 section 5.1.1). With a part goes the boundary line before it.
A multipart that would be left without any part goes whole.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from shared.core.message.source import Buffer, cut
from shared.core.message.spans import Part, Span, Tree


@dataclass(frozen=True, slots=True)
class Removal:
    """``spans`` to be cut, and ``everything`` where nothing of the message's content is left (then there are no spans)."""

    spans: tuple[Span, ...]
    everything: bool


def removal(tree: Tree, paths: Set[str]) -> Removal:
    """What to cut so that the parts of those paths are gone."""
    spans: list[Span] = []
    everything = _cut(tree.data, tree.root, paths, spans)
    return Removal(tuple(spans), everything)


def line_ending_at(data: Buffer, place: int) -> int:
    """Length of the line ending at a place: 0, 1 or 2 bytes."""
    two = cut(data, place, min(place + 2, len(data)))
    if two == b"\r\n":
        return 2
    return 1 if two[:1] in (b"\n", b"\r") and two else 0


def _cut(data: Buffer, part: Part, paths: Set[str], spans: list[Span]) -> bool:
    """Whether the part goes whole; where it stays, what goes of it is added to ``spans``."""
    if part.path in paths:
        return True
    if part.is_leaf or part.is_message:
        return False
    gone = [_cut(data, child, paths, spans) for child in part.children]
    if all(gone):
        return True
    first = None
    for index, goes in enumerate([*gone, False]):
        if goes and first is None:
            first = index
        elif not goes and first is not None:
            spans.append(_with_boundary(data, part, first, index - 1))
            first = None
    return False


def _with_boundary(data: Buffer, part: Part, first: int, last: int) -> Span:
    """The span of the children ``first`` to ``last``, each with the boundary line that it begins with.

    The line ending before the first boundary line stays and that before the next one goes. So it does not matter that a
    part which is a header without blank line, or which ends with an end boundary, has none of its own before the next one.
    A boundary line put where the message now ends therefore needs none either.
    """
    start = part.delimiters[first].start
    end = part.children[last].span.end
    return Span(start + line_ending_at(data, start), end + line_ending_at(data, end))
