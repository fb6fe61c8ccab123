"""``HeaderEdit``: whole header fields replaced, removed or put in, as splices; all others keep their bytes. Stage 4b.

Only the message's own header section is touched. Before an edit is given out, the new section is parsed: if any other
field, or the place where the body begins, would read differently (lines that are no fields, a header section that
nothing ends), the edit is refused with ``WouldBreak("header")``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from shared.core.message.parse import parse
from shared.core.message.source import cut
from shared.core.message.spans import HeaderField, Span, Tree
from shared.core.transform.splice import Edit, Splice, apply
from shared.core.transform.would_break import WouldBreak
from shared.errors import Unreadable

_BODY_START = 4096
_LINE_ENDS = (b"\r\r\n", b"\r\n", b"\n", b"\r")


def line_end(tree: Tree) -> bytes:
    """The line end that the message's header uses (that of its first line), CRLF where there is none."""
    for field in tree.root.fields:
        last_line = cut(tree.data, max(field.start, field.end - 3), field.end)
        return next((ending for ending in _LINE_ENDS if last_line.endswith(ending)), b"\r\n")
    blank = tree.bytes_of(tree.root.separator)
    return blank if blank in _LINE_ENDS else b"\r\n"


class HeaderEdit:
    """Changes of one message's header, collected and then given out once as an ``Edit``.

    Contents are whole fields without their last line end. Raises ``Unreadable`` for a tree that broke a bound.
    """

    def __init__(self, tree: Tree) -> None:
        if tree.unreadable:
            raise Unreadable(f"not to be changed: {tree.unreadable}")
        self.line_end = line_end(tree)
        self._tree = tree
        self._fields = tree.root.fields
        self._places = {field.start: index for index, field in enumerate(self._fields)}
        self._new: dict[int, bytes | None] = {}
        self._inserted: dict[int, list[bytes]] = {}

    def replace(self, field: HeaderField, content: bytes) -> None:
        """Another content for a field; its last line end stays."""
        self._new[self._places[field.start]] = content

    def remove(self, field: HeaderField) -> None:
        """No such field."""
        self._new[self._places[field.start]] = None

    def on_top(self, content: bytes) -> None:
        """A new field before all others. Lines before the first field that are none (an mbox line) stay above it."""
        first = next((index for index, field in enumerate(self._fields) if field.key), len(self._fields))
        self._inserted.setdefault(first, []).append(content)

    def after(self, field: HeaderField, content: bytes) -> None:
        """A new field right behind another one."""
        self._inserted.setdefault(self._places[field.start] + 1, []).append(content)

    def edit(self, added_recipients: Sequence[str] = (), notes: Sequence[tuple[str, str]] = ()) -> Edit:
        """The changes as an edit. Raises ``WouldBreak("header")`` where something else would read differently."""
        splices: list[Splice] = []
        expected: list[bytes] = []
        for index, field in enumerate(self._fields):
            for content in self._inserted.get(index, ()):
                self._insert(field.start, content, splices, expected)
            self._change(index, field, splices, expected)
        position = self._fields[-1].end if self._fields else self._tree.root.separator.start
        for content in self._inserted.get(len(self._fields), ()):
            self._insert(position, content, splices, expected)
        separator = self._tree.bytes_of(self._tree.root.separator)
        if not self._fields and self._inserted and not separator:
            splices.append(Splice(Span(position, position), self.line_end))
            separator = self.line_end
        if splices:
            self._check(splices, expected, separator)
        return Edit(tuple(splices), tuple(added_recipients), tuple(notes))

    def _change(self, index: int, field: HeaderField, splices: list[Splice], expected: list[bytes]) -> None:
        if index not in self._new:
            expected.append(self._tree.bytes_of(field.full))
            return
        content = self._new[index]
        if content is None:
            splices.append(Splice(field.full, b""))
            return
        if content != cut(self._tree.data, field.start, field.body_end):
            splices.append(Splice(Span(field.start, field.body_end), content))
        expected.append(content + cut(self._tree.data, field.body_end, field.end))

    def _insert(self, position: int, content: bytes, splices: list[Splice], expected: list[bytes]) -> None:
        """A field at a place between lines; the line before it may be the message's last and lack its end."""
        text = content + self.line_end
        expected.append(text)
        if len(expected) > 1 and not expected[-2].endswith((b"\n", b"\r")):
            text = self.line_end + text
            expected[-2] += self.line_end
        splices.append(Splice(Span(position, position), text))

    def _check(self, splices: Sequence[Splice], expected: Sequence[bytes], separator: bytes) -> None:
        header_end = self._tree.root.separator.end
        start_of_body = min(len(self._tree.data), header_end + _BODY_START)
        made = b"".join(apply(cut(self._tree.data, 0, start_of_body), splices))
        root = parse(made).root
        read = [cut(made, field.start, field.end) for field in root.fields]
        if read != list(expected) or cut(made, root.separator.start, root.separator.end) != separator:
            raise WouldBreak("header")


def body_of(tree: Tree, field: HeaderField) -> bytes:
    """The raw body of a field."""
    return tree.bytes_of(field.body)


def with_body(tree: Tree, field: HeaderField, body: bytes) -> bytes:
    """The content of a field with another body, its name and colon as they are written."""
    return cut(tree.data, field.start, field.body_start) + body


def column_of(field: HeaderField) -> int:
    """The column at which a field's body begins."""
    return field.body_start - field.start


def fields_named(tree: Tree, *keys: bytes) -> tuple[HeaderField, ...]:
    """The fields of the message's own header with one of those lower-case names, in the order of the names."""
    return tuple(chain.from_iterable(tree.root.all(key) for key in keys))
