"""A8: a header field put on top of the message. Stage 4b. docs/transforms/add-header.md says what is refused."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.message.decode import clean, header_text
from shared.core.message.protected_fields import ONCE, is_protected
from shared.core.message.spans import Tree
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.header_edit import HeaderEdit, body_of
from shared.core.transform.header_words import unstructured_field
from shared.core.transform.splice import Edit

NAME = "add-header"


@dataclass(frozen=True, slots=True)
class AddHeader:
    """``name`` as it is to be written; ``value`` is text, not yet encoded."""

    name: str
    value: str


def add_header(tree: Tree, arguments: AddHeader) -> Edit:
    """The field on top of the header. Nothing where a field of that name with that text is there already.

    A field that may stand only once (``protected_fields.ONCE``) and is there with another text stays, with the note
    ``header-kept``. Raises ``BadArgument`` for a protected or impossible name and for a value with line breaks.
    """
    if is_protected(arguments.name):
        raise BadArgument(f"protected header field: {arguments.name}")
    header = HeaderEdit(tree)
    field = unstructured_field(arguments.name, arguments.value, header.line_end)
    key = arguments.name.lower().encode("ascii")
    present = [header_text(body_of(tree, existing)) for existing in tree.root.all(key)]
    if clean(arguments.value).strip() in present:
        return Edit()
    if present and arguments.name.lower() in ONCE:
        return Edit(notes=(("header-kept", arguments.name),))
    header.on_top(field)
    return header.edit(notes=[("header-added", arguments.name)])
