"""H10: addresses whom a partial release left out vanish from the header of what the others get. Stage 4b.

Which fields are touched and which are not, and why: docs/transforms/drop-recipients.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.message.domains import normal_address
from shared.core.message.spans import Tree
from shared.core.transform.address_edit import kept
from shared.core.transform.address_list import split
from shared.core.transform.header_edit import HeaderEdit, body_of, fields_named, with_body
from shared.core.transform.splice import Edit

NAME = "drop-recipients"
_SHOWN_TO_READERS = (b"to", b"cc")
_FIELDS = (*_SHOWN_TO_READERS, b"bcc", b"resent-to", b"resent-cc", b"resent-bcc")
_UNDISCLOSED = b"To: undisclosed-recipients:;"


@dataclass(frozen=True, slots=True)
class DropRecipients:
    """``addresses`` as the envelope has them; they are compared in their normal form (``message/domains.py``)."""

    addresses: tuple[str, ...] = ()


def drop_recipients(tree: Tree, arguments: DropRecipients) -> Edit:
    """To, Cc, Bcc and their Resent forms without those addresses.

    A field that loses everybody goes; where neither To nor Cc is left of those that were there, To says
    ``undisclosed-recipients:;``. Raises ``WouldBreak`` and ``Unreadable`` as every change of the header does.
    """
    gone = frozenset(map(normal_address, arguments.addresses))
    header = HeaderEdit(tree)
    dropped = 0
    shown = fields_named(tree, *_SHOWN_TO_READERS)
    emptied = []
    for field in fields_named(tree, *_FIELDS):
        read = split(body_of(tree, field))
        new = kept(read, lambda address: normal_address(address) not in gone, header.line_end)
        if new is None:
            continue
        dropped += sum(normal_address(address) in gone for address in read.addresses)
        if new.strip():
            header.replace(field, with_body(tree, field, new))
        else:
            header.remove(field)
            emptied += [field] if field in shown else []
    if emptied and len(emptied) == len(shown):
        header.replace(emptied[0], _UNDISCLOSED)
    return header.edit(notes=[("dropped", str(dropped))] if dropped else [])
