"""The envelope that a message would most likely have, read from its header. For judging a file that has none.

Only tools use it: mail that came over SMTP has an envelope, and nothing in its header changes that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shared.core.message.addresses import parse_addresses
from shared.core.message.domains import normal_address
from shared.core.message.envelope import Envelope
from shared.core.message.headers import token
from shared.core.message.parse import parse
from shared.core.message.source import Buffer
from shared.core.message.spans import HeaderField, Tree

_RESENT = b"resent-"
_RECIPIENTS = (b"to", b"cc", b"bcc")
_SENDERS = (b"sender", b"from")


def header_envelope(data: Buffer) -> Envelope:
    """Reverse-path and recipients by the header. Never raises; both may be empty.

    The reverse-path is what the last delivery wrote down (Return-Path, RFC 5321 section 4.4; ``<>`` is the null
    sender), else the null sender for a delivery report (RFC 3461 section 6.1), else Sender, else the first From.
    Recipients are To, Cc and Bcc, each mailbox once. A message that was resent is judged as the latest resending (the
    topmost Resent- fields, RFC 5322 section 3.6.6).
    """
    tree = parse(data)
    resent = _latest_resent(tree.root.fields)
    prefix, fields = (_RESENT, resent) if resent else (b"", tree.root.fields)
    recipients: dict[str, str] = {}
    for address in _addresses(tree, fields, [prefix + name for name in _RECIPIENTS]):
        recipients.setdefault(normal_address(address), address)
    reverse_path = _return_path(tree)
    if reverse_path is None and _is_delivery_report(tree):
        reverse_path = ""
    if reverse_path is None:
        senders = [next(_addresses(tree, fields, [prefix + name]), "") for name in _SENDERS]
        reverse_path = next(filter(None, senders), "")
    ascii_only = all(address.isascii() for address in (reverse_path, *recipients.values()))
    return Envelope(reverse_path, tuple(recipients.values()), smtputf8=not ascii_only, body="8BITMIME")


def header_author(data: Buffer) -> str:
    """The first From address, ``""`` where there is none: whose mail this is when the reverse-path does not tell."""
    tree = parse(data)
    return next(_addresses(tree, tree.root.fields, [b"from"]), "")


def _latest_resent(fields: Iterable[HeaderField]) -> tuple[HeaderField, ...]:
    """The topmost block of Resent- fields: it ends where a name comes again. Empty unless it names recipients."""
    block: dict[bytes, HeaderField] = {}
    for field in fields:
        if field.key in block:
            break
        if field.key.startswith(_RESENT):
            block[field.key] = field
    names_somebody = any(_RESENT + name in block for name in _RECIPIENTS)
    return tuple(block.values()) if names_somebody else ()


def _return_path(tree: Tree) -> str | None:
    """The topmost Return-Path: an address, ``""`` for ``<>``, ``None`` where it is missing or says neither."""
    field = tree.root.first(b"return-path")
    if field is None:
        return None
    body = tree.bytes_of(field.body)
    address = next((mailbox.address for mailbox in parse_addresses([body], 1)), "")
    if address:
        return address if "@" in address else None
    return "" if b"".join(body.split()) == b"<>" else None


def _is_delivery_report(tree: Tree) -> bool:
    content = tree.root.content
    return content.value == "multipart/report" and token(content.parameters, "report-type") == "delivery-status"


def _addresses(tree: Tree, fields: Sequence[HeaderField], keys: Sequence[bytes]) -> Iterator[str]:
    """The addresses of the fields of those names, names in the order given."""
    for key in keys:
        bodies = [tree.bytes_of(field.body) for field in fields if field.key == key]
        for mailbox in parse_addresses(bodies):
            if mailbox.address:
                yield mailbox.address
