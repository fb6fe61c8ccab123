"""A8: every header field of one name taken out. Stage 4b."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.message.protected_fields import is_field_name, is_protected
from shared.core.message.spans import Tree
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.header_edit import HeaderEdit
from shared.core.transform.splice import NOTHING, Edit

NAME = "remove-header"


@dataclass(frozen=True, slots=True)
class RemoveHeader:
    """``name`` in any case."""

    name: str


def remove_header(tree: Tree, arguments: RemoveHeader) -> Edit:
    """The message without the fields of that name, folded lines included; attached messages and parts keep theirs.

    Raises ``BadArgument`` for a protected or impossible name.
    """
    if is_protected(arguments.name) or not is_field_name(arguments.name):
        raise BadArgument(f"protected header field: {arguments.name!r}")
    header = HeaderEdit(tree)
    fields = tree.root.all(arguments.name.lower().encode("ascii"))
    if not fields:
        return NOTHING
    for field in fields:
        header.remove(field)
    return header.edit(notes=[("header-removed", arguments.name)])
