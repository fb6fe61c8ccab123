"""A2: more people get a copy, in Cc or as Bcc. Stage 4b.

Who they are (the sender's manager, given addresses) and who has the message already, the decision has settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.core.message.domains import normal_address
from shared.core.message.spans import HeaderField, Tree
from shared.core.transform.address_edit import extended
from shared.core.transform.address_list import split
from shared.core.transform.header_edit import HeaderEdit, body_of, column_of, fields_named, with_body
from shared.core.transform.header_words import address_word
from shared.core.transform.splice import Edit

NAME = "boss-copy"
_NEW_FIELD = b"Cc:"


@dataclass(frozen=True, slots=True)
class BossCopy:
    """``addresses`` are for the header; ``envelope`` are those who become recipients of this variant."""

    field: Literal["cc", "bcc"]
    addresses: tuple[str, ...]
    envelope: tuple[str, ...]


def boss_copy(tree: Tree, arguments: BossCopy) -> Edit:
    """With ``cc`` each address that To and Cc do not name goes behind the last Cc, or into a new one; with ``bcc`` none.

    ``Edit.added_recipients`` are ``envelope``, each once, whatever the header says; whoever carries the edit out adds
    those that the envelope does not hold yet. Raises ``BadArgument`` for what is no address.
    """
    header = HeaderEdit(tree)
    recipients = _distinct(arguments.envelope)
    new = _distinct(arguments.addresses)
    for address in (*recipients, *new):
        address_word(address)
    if arguments.field == "cc":
        named = {
            normal_address(address)
            for field in fields_named(tree, b"to", b"cc")
            for address in split(body_of(tree, field)).addresses
        }
        new = tuple(address for address in new if normal_address(address) not in named)
        if new:
            _add_to_cc(tree, header, new)
    else:
        new = ()
    return header.edit(recipients, [("copied", address) for address in new])


def _add_to_cc(tree: Tree, header: HeaderEdit, new: tuple[str, ...]) -> None:
    fields = tree.root.all(b"cc")
    if fields:
        last = fields[-1]
        body = extended(split(body_of(tree, last)), new, column_of(last), header.line_end)
        header.replace(last, with_body(tree, last, body))
        return
    content = _NEW_FIELD + extended(split(b""), new, len(_NEW_FIELD), header.line_end)
    before = _place_for_cc(tree)
    if before is None:
        header.on_top(content)
    else:
        header.after(before, content)


def _place_for_cc(tree: Tree) -> HeaderField | None:
    """The field behind which people and programs look for Cc."""
    for key in (b"to", b"from"):
        fields = tree.root.all(key)
        if fields:
            return fields[-1]
    return None


def _distinct(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Each mailbox once, in order."""
    found: dict[str, str] = {}
    for address in addresses:
        found.setdefault(normal_address(address), address)
    return tuple(found.values())
