"""A3: recipients vanish from To and Cc and so become Bcc; the envelope stays. Stage 4b.

Which fields are touched and which are not, and why: docs/transforms/bcc-conversion.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MailKind
from shared.core.message.kinds import find_kind
from shared.core.message.spans import HeaderField, Tree
from shared.core.transform.address_edit import extended, kept
from shared.core.transform.address_list import split
from shared.core.transform.header_edit import HeaderEdit, body_of, column_of, fields_named, with_body
from shared.core.transform.header_words import address_word
from shared.core.transform.splice import Edit
from shared.core.transform.would_break import WouldBreak

NAME = "bcc-conversion"
_UNDISCLOSED = b" undisclosed-recipients:;"
_CALENDAR = frozenset({MailKind.CALENDAR, MailKind.CALENDAR_REPLY})


@dataclass(frozen=True, slots=True)
class BccConversion:
    """``keep_domains`` (normal form, no subdomains): whose addresses stay; empty: nobody's. ``sender`` goes into To."""

    keep_domains: tuple[str, ...] = ()
    sender: str = ""


def bcc_conversion(tree: Tree, arguments: BccConversion) -> Edit:
    """To and Cc without the addresses outside of ``keep_domains``; Bcc and Resent-Bcc go.

    A field that is left without anybody is removed; where neither To nor Cc is left, To says
    ``undisclosed-recipients:;``. ``sender``, where given, stands in To and nowhere else. Raises ``WouldBreak`` for
    calendar mail, whose recipients would no longer know what they answer as.
    """
    header = HeaderEdit(tree)
    if arguments.sender:
        address_word(arguments.sender)
    if _is_calendar(tree):
        raise WouldBreak("calendar")
    conversion = _Conversion(tree, arguments, header)
    conversion.run()
    return header.edit(notes=conversion.notes())


def _is_calendar(tree: Tree) -> bool:
    """Whether the structure is that of calendar mail; what the envelope and attachments say makes no difference to that."""
    return find_kind(tree, Envelope("-", ()), (), (), DomainSet(())) in _CALENDAR


class _Conversion:
    """One message's conversion. ``left`` are the bodies of the To and Cc fields that stay, by field."""

    def __init__(self, tree: Tree, arguments: BccConversion, header: HeaderEdit) -> None:
        self.tree = tree
        self.header = header
        self.sender = arguments.sender
        self.sender_key = normal_address(arguments.sender) if arguments.sender else ""
        self.domains = frozenset(arguments.keep_domains)
        self.left: dict[HeaderField, bytes] = {}
        self.hidden = 0

    def run(self) -> None:
        """Work out what is left, then write it."""
        to = fields_named(self.tree, b"to")
        cc = fields_named(self.tree, b"cc")
        blind = fields_named(self.tree, b"bcc", b"resent-bcc")
        for field in blind:
            self.header.remove(field)
        for field in (*to, *cc):
            self._reduce(field)
        staying_to = [field for field in to if field in self.left]
        if self.sender and not self._is_named(staying_to):
            self._put_sender(to, staying_to)
        elif not self.left and (to or cc or blind):
            self._put((*to, *cc), b"To:" + _UNDISCLOSED)

    def notes(self) -> list[tuple[str, str]]:
        """How many addresses were taken out of sight."""
        return [("hidden", str(self.hidden))] if self.hidden else []

    def _reduce(self, field: HeaderField) -> None:
        body = body_of(self.tree, field)
        read = split(body)
        is_to = field.key == b"to"
        new = kept(read, lambda address: self._stays(address, is_to), self.header.line_end)
        if new is None:
            new = body
        else:
            self.hidden += sum(not self._stays(address, is_to) for address in read.addresses)
        if not new.strip():
            self.header.remove(field)
            return
        self.left[field] = new
        self.header.replace(field, with_body(self.tree, field, new))

    def _stays(self, address: str, is_to: bool) -> bool:
        if self.sender_key and normal_address(address) == self.sender_key:
            return is_to
        return domain_of(address) in self.domains

    def _is_named(self, fields: list[HeaderField]) -> bool:
        return any(
            normal_address(address) == self.sender_key
            for field in fields
            for address in split(self.left[field]).addresses
        )

    def _put_sender(self, to: tuple[HeaderField, ...], staying: list[HeaderField]) -> None:
        if staying:
            last = staying[-1]
            body = extended(split(self.left[last]), [self.sender], column_of(last), self.header.line_end)
            self.header.replace(last, with_body(self.tree, last, body))
            return
        self._put(to, b"To: " + address_word(self.sender))

    def _put(self, instead_of: tuple[HeaderField, ...], content: bytes) -> None:
        """A To field in the place of one that is gone, else where it belongs."""
        if instead_of:
            self.header.replace(instead_of[0], content)
            return
        senders = self.tree.root.all(b"from")
        if senders:
            self.header.after(senders[-1], content)
        else:
            self.header.on_top(content)
