"""The transforms by the names that decisions use. Stage 4b.

A transform's arguments are a frozen dataclass that JSON can hold, so that everything which can be done to a message can
be asked for, stored and tested in one way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.core.message.spans import Tree
from shared.core.transform import (
    add_header,
    bcc_conversion,
    boss_copy,
    drop_attachments,
    drop_recipients,
    insert_text,
    remove_header,
    remove_subject_mark,
)
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.splice import Edit


@dataclass(frozen=True, slots=True)
class Transform:
    """``function`` takes a tree and ``arguments``, an instance of that frozen dataclass."""

    arguments: type[Any]
    function: Callable[[Tree, Any], Edit]


TRANSFORMS: Mapping[str, Transform] = {
    add_header.NAME: Transform(add_header.AddHeader, add_header.add_header),
    bcc_conversion.NAME: Transform(bcc_conversion.BccConversion, bcc_conversion.bcc_conversion),
    boss_copy.NAME: Transform(boss_copy.BossCopy, boss_copy.boss_copy),
    drop_attachments.NAME: Transform(drop_attachments.DropAttachments, drop_attachments.drop_attachments),
    drop_recipients.NAME: Transform(drop_recipients.DropRecipients, drop_recipients.drop_recipients),
    insert_text.NAME: Transform(insert_text.InsertText, insert_text.insert_text),
    remove_header.NAME: Transform(remove_header.RemoveHeader, remove_header.remove_header),
    remove_subject_mark.NAME: Transform(remove_subject_mark.RemoveSubjectMark, remove_subject_mark.remove_subject_mark),
}
"""Every transform that can be carried out."""
_DECODERS = {name: msgspec.json.Decoder(transform.arguments) for name, transform in TRANSFORMS.items()}


def carry_out(name: str, tree: Tree, arguments: bytes | str) -> Edit:
    """The edit that the transform of that name makes with arguments in JSON.

    Raises ``BadArgument`` for a name that is none and for arguments of another shape, ``WouldBreak`` where the message
    does not bear the change, and ``Unreadable`` for a tree that broke a bound.
    """
    if name not in TRANSFORMS:
        raise BadArgument(f"no such transform: {name!r}")
    try:
        decoded = _DECODERS[name].decode(arguments)
    except msgspec.MsgspecError as error:
        raise BadArgument(f"arguments of {name}: {error}") from error
    return TRANSFORMS[name].function(tree, decoded)
