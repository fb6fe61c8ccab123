"""``insert_text``: a text at the top or bottom of a message's body (product.md A4, Z6). Stage 4b.

Each text that a reader may see takes it, in the form, charset and transfer encoding that it has. A text that does not
fit a part's charset moves that part to UTF-8; nothing else of the message changes. docs/transforms/insert-text.md tells
what goes where.

Done twice it changes nothing: the same bytes at the same place of a part are not put there again. Only what a run
before would have written counts, so an older copy further down (in a quoted message) is no reason to leave it out.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.message.attachments import Leaf, leaves
from shared.core.message.facts import Protection
from shared.core.message.headers import token
from shared.core.message.protection import find_protections
from shared.core.message.spans import Tree
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.splice import Edit, Splice
from shared.core.transform.text_added import add_text_part
from shared.core.transform.text_html import html_of_text, is_fragment
from shared.core.transform.text_insertion import Insertion
from shared.core.transform.text_piece import form_of
from shared.core.transform.text_places import Place, text_places
from shared.core.transform.would_break import WouldBreak
from shared.errors import Unreadable

NAME = "insert-text"
LONGEST = 200_000
"""Characters of a text or its HTML form."""
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), 127))


@dataclass(frozen=True, slots=True)
class InsertText:
    """A rendered text. ``html`` empty: HTML parts get ``text`` as markup; ``text`` empty: plain parts get nothing.

    Line ends are ``\\n`` (others are read as such); one at the end counts for nothing.
    """

    text: str
    html: str = ""
    place: Place = "bottom"


def insert_text(tree: Tree, arguments: InsertText) -> Edit:
    """The edit. Notes name what was done by part: ``inserted``, ``moved-to-utf-8``, ``already-there``, ``added-part``.

    Raises ``WouldBreak`` for sealed mail and ``CannotInsert``, which is one, where some part cannot take the text;
    ``Unreadable``; ``BadArgument`` for a text that is too long and HTML that is no part of a body.
    """
    if tree.unreadable:
        raise Unreadable(tree.unreadable)
    text, html = _checked(arguments)
    if not text.strip() and not html.strip():
        return Edit(notes=(("nothing-to-insert", ""),))
    _refuse_sealed(tree)
    places = text_places(tree, arguments.place)
    if not places:
        return _added(tree, text)
    splices: list[Splice] = []
    notes: list[tuple[str, str]] = []
    for leaf in places:
        core = form_of(leaf.part, text, html)
        if not core.strip():
            continue
        made, done = Insertion(tree, leaf, core, arguments.place).edit()
        splices += made
        notes.append((done, leaf.part.path))
    return Edit(tuple(splices), notes=tuple(notes))


def _checked(arguments: InsertText) -> tuple[str, str]:
    if len(arguments.text) > LONGEST or len(arguments.html) > LONGEST:
        raise BadArgument(f"a text of more than {LONGEST} characters")
    text, html = _clean(arguments.text), _clean(arguments.html)
    if html.strip() and not is_fragment(html):
        raise BadArgument("HTML that names a document, head or body, or leaves something open")
    return text, html if html.strip() else html_of_text(text) if text.strip() else ""


def _clean(text: str) -> str:
    """The text with ``\\n`` for line ends, without control characters and halves of characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    return lines.encode("utf-8", "replace").decode("utf-8").removesuffix("\n")


def _refuse_sealed(tree: Tree) -> None:
    protections = find_protections(tree)
    for protection in Protection:
        if protection in protections:
            raise WouldBreak(protection.value)
    if tree.root.content.value in _SEALED:
        raise WouldBreak(Protection.SMIME_SIGNED.value)  # certificates, or compressed content
    if tree.root.content.value == "message/partial":
        raise WouldBreak("partial")
    if any(_is_calendar(leaf) for leaf in leaves(tree)):
        raise WouldBreak("calendar")


def _is_calendar(leaf: Leaf) -> bool:
    """A calendar item that mail programs act upon, rather than a file of one."""
    part = leaf.part
    if part.content.value != "text/calendar":
        return False
    return not leaf.above or leaf.parent == "multipart/alternative" or bool(token(part.content.parameters, "method"))


def _added(tree: Tree, text: str) -> Edit:
    if tree.root.content.value == "multipart/report":
        raise WouldBreak("report")
    if not text.strip():
        return Edit(notes=(("nothing-to-insert", ""),))
    return Edit(add_text_part(tree, text), notes=(("added-part", ""),))
