"""A9: a sender's override word taken out of the subject before delivery. Stage 4b.

The mark stands in the subject that people read, so it is looked for in the decoded text, however the field was encoded.
The field keeps its own bytes where the mark can simply be cut out of them; else its text is encoded anew in UTF-8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.core.message.decode import header_text
from shared.core.message.spans import Tree
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.header_edit import HeaderEdit, body_of, column_of, fields_named, with_body
from shared.core.transform.header_words import unstructured_body
from shared.core.transform.splice import NOTHING, Edit

NAME = "remove-subject-mark"
_RAW_CHARSETS = ("utf-8", "iso2022_jp", "cp932", "euc_jp")
_EMPTY_WORD = re.compile(rb"\?[bq]\?\?=", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"(?:\A|\n|\r(?!\n))[ \t]*(?:[\r\n]|\Z)")


@dataclass(frozen=True, slots=True)
class RemoveSubjectMark:
    """``mark`` exactly as the decoded subject has it: no folding of case or width happens here."""

    mark: str


def remove_subject_mark(tree: Tree, arguments: RemoveSubjectMark) -> Edit:
    """Every occurrence of the mark removed from Subject and from Thread-Topic, Exchange's copy of it.

    White space beside the mark goes with it, one run of it between two words stays; prefixes such as ``Re:`` stay.
    Nothing where the mark is not found. Raises ``BadArgument`` for a mark that is empty, blank or has blanks around it.
    """
    mark = arguments.mark
    if not mark or mark != mark.strip():
        raise BadArgument("not a subject mark")
    header = HeaderEdit(tree)
    found = False
    for field in fields_named(tree, b"subject", b"thread-topic"):
        body = body_of(tree, field)
        text = header_text(body)
        if mark not in text:
            continue
        found = True
        rest = without_mark(text, mark)
        new = _cut_out(body, mark, rest)
        if new is None:
            new = unstructured_body(rest, column_of(field), header.line_end)
        header.replace(field, with_body(tree, field, new))
    return header.edit(notes=[("mark-removed", mark)]) if found else NOTHING


def without_mark(text: str, mark: str) -> str:
    """``text`` without ``mark``, also where taking one out makes another, in time linear in its length."""
    out: list[str] = []
    last = mark[-1]
    after_mark = False
    for character in text:
        if after_mark and character.isspace():
            continue
        after_mark = False
        out.append(character)
        if character == last and len(out) >= len(mark) and "".join(out[-len(mark) :]) == mark:
            del out[-len(mark) :]
            # The white space before the mark is enough to part the words, and at the start none is needed.
            after_mark = not out or out[-1].isspace()
    return "".join(out).strip()


def _cut_out(body: bytes, mark: str, rest: str) -> bytes | None:
    """The body with the bytes of the mark cut out; ``None`` where that does not leave ``rest`` in a proper form."""
    if not rest:
        return b""
    for charset in _RAW_CHARSETS:
        try:
            raw = mark.encode(charset).decode("latin-1")
        except UnicodeEncodeError:
            continue
        lead = body[: len(body) - len(body.lstrip())]
        cut = without_mark(body.decode("latin-1"), raw).encode("latin-1")
        new = lead + cut
        blank_lines = len(_BLANK_LINE.findall(new)) - len(_BLANK_LINE.findall(body))
        if header_text(new) == rest and not _EMPTY_WORD.search(new) and blank_lines <= 0:
            return new
    return None
