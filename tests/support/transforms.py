"""Carrying transforms out in tests, and reading what they made with parsers that are not Matta's."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from inspect import signature
from typing import Any

import msgspec

from shared.core.message.parse import parse
from shared.core.message.source import cut
from shared.core.message.spans import Tree
from shared.core.transform.registry import TRANSFORMS, carry_out
from shared.core.transform.splice import Edit, apply
from tests.support.second_parser import Parsed, SecondParserRefused, second_parse


def name_of(arguments: Any) -> str:
    """The name of the transform that takes these arguments."""
    return next(name for name, transform in TRANSFORMS.items() if transform.arguments is type(arguments))


def edit_of(data: bytes, arguments: Any) -> Edit:
    """What the transform of these arguments makes of a message, asked for as a decision does: by name and JSON."""
    return carry_out(name_of(arguments), parse(data), msgspec.json.encode(arguments))


def transformed(data: bytes, *steps: Any) -> bytes:
    """The message after the transforms of these arguments, one on the result of the other."""
    for arguments in steps:
        data = b"".join(apply(data, edit_of(data, arguments).splices))
    return data


def fields_of(tree: Tree, leave_out: Iterable[str] = ()) -> list[bytes]:
    """The raw header fields of a message (lines that are none too) but for those of the given lower-case names."""
    out = {name.encode("ascii") for name in leave_out}
    return [tree.bytes_of(field.full) for field in tree.root.fields if field.key not in out]


def from_separator_on(tree: Tree) -> bytes:
    """Everything behind the header fields, the blank line included."""
    return cut(tree.data, tree.root.separator.start, len(tree.data))


def by_email(data: bytes) -> Message:
    """The message as Python's ``email`` reads it."""
    return email.message_from_bytes(data, policy=email.policy.compat32)


def addresses_by_email(data: bytes, name: str) -> list[str]:
    """The addresses of all fields of that name, as Python's ``email`` finds them."""
    return addresses_in(str(value) for value in by_email(data).get_all(name, []))


def addresses_in(lists: Iterable[str]) -> list[str]:
    """The addresses of some header texts by Python's ``email``, which newer versions must be told not to give up on groups."""
    if "strict" in signature(getaddresses).parameters:
        found = getaddresses(list(lists), strict=False)
    else:
        found = getaddresses(list(lists))
    return [address for _, address in found if address]


def text_by_email(data: bytes, name: str) -> str | None:
    """The decoded text of the first field of that name by Python's ``email``, on one line.

    ``None`` where there is none, or none that ``email`` can decode.
    """
    value = by_email(data)[name]
    if value is None:
        return None
    try:
        text = str(value) if isinstance(value, Header) else str(make_header(decode_header(value)))
    except (UnicodeError, LookupError, HeaderParseError):
        return None
    return text.replace("\r", "").replace("\n", "").strip()


def second_reading(data: bytes) -> Parsed | None:
    """The message as the second parser reads it; ``None`` where it refuses, or sees other fields than Matta does.

    The latter are broken header sections (bare carriage returns, lines that are no fields), which programs read as
    differently as they like; whoever compares counts how many messages were left.
    """
    try:
        parsed = second_parse(data)
    except SecondParserRefused:
        return None
    ours = [field.key.decode("ascii") for field in parse(data).root.fields if field.key]
    return parsed if [key for key, _ in parsed.headers] == ours else None
