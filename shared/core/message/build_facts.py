"""From bytes and envelope to ``MessageFacts``: the end of the parse stage. Never raises, whatever the bytes hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from email.utils import parsedate_to_datetime

from shared.core.message.addresses import parse_addresses
from shared.core.message.attachments import find_attachments
from shared.core.message.decode import header_text
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.message.envelope import Envelope
from shared.core.message.facts import Mailbox, MailKind, MessageFacts, RecipientFacts, RecipientField
from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey
from shared.core.message.kinds import find_kind
from shared.core.message.limits import DEFAULT_LIMITS, Limits
from shared.core.message.own_content import own_content
from shared.core.message.parse import parse
from shared.core.message.protection import find_protections
from shared.core.message.source import Buffer, cut
from shared.core.message.spans import HeaderField, Tree
from shared.core.message.trace import TRACE_FIELD, is_own, loop_reason, valid_marks

_TRACE_KEY = TRACE_FIELD.lower().encode("ascii")
_NO_MEMBERS: Mapping[str, int] = {}
_MAX_ID = 1000
_Index = Mapping[bytes, Sequence[HeaderField]]


def build_facts(
    data: Buffer,
    envelope: Envelope,
    *,
    internal_domains: frozenset[str],
    list_members: Mapping[str, int] = _NO_MEMBERS,
    trace_keys: Sequence[SigningKey] = (),
    ref: MessageRef | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> MessageFacts:
    """The facts of a message. ``internal_domains`` holds domains, ``.example.com`` with its subdomains.

    ``list_members`` tells for lower-case addresses of distribution lists how many people they stand for. Marks are
    verified with ``trace_keys`` and count only for the tenant of ``ref``; without ``ref`` nothing is own mail or a loop.
    """
    return facts_of(
        parse(data, limits),
        envelope,
        internal_domains=internal_domains,
        list_members=list_members,
        trace_keys=trace_keys,
        ref=ref,
        limits=limits,
    )


def facts_of(
    tree: Tree,
    envelope: Envelope,
    *,
    internal_domains: frozenset[str],
    list_members: Mapping[str, int] = _NO_MEMBERS,
    trace_keys: Sequence[SigningKey] = (),
    ref: MessageRef | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> MessageFacts:
    """The same from a tree that was parsed already."""
    index = _index(tree.root.fields)
    internal = DomainSet(internal_domains)
    header_from = _addresses(tree, index, (b"from",), limits)
    header_to = _addresses(tree, index, (b"to",), limits)
    header_cc = _addresses(tree, index, (b"cc",), limits)
    header_bcc = _addresses(tree, index, (b"bcc",), limits)
    attachments = find_attachments(tree, limits)
    received_count = len(index.get(b"received", ()))
    bodies = (tree.bytes_of(field.body) for field in index.get(_TRACE_KEY, ()))
    marks = valid_marks(bodies, envelope, trace_keys, lambda: own_content(tree))
    if ref is not None and is_own(marks, ref.tenant_id):
        kind = MailKind.OWN
    else:
        kind = find_kind(tree, envelope, header_from, attachments, internal)
    subject = index.get(b"subject")
    return MessageFacts(
        envelope=envelope,
        recipients=_recipients(envelope, header_to, header_cc, header_bcc, internal, list_members),
        size=len(tree.data),
        unreadable=tree.unreadable,
        header_from=header_from,
        header_to=header_to,
        header_cc=header_cc,
        subject=_text(tree, subject[0], limits) if subject else None,
        date=_date(tree, index),
        message_id=_message_id(tree, index),
        attachments=attachments,
        headers=tuple((_name(tree, field), _text(tree, field, limits)) for field in _named(tree.root.fields, limits)),
        kind=kind,
        protections=find_protections(tree) if not tree.unreadable else frozenset(),
        received_count=received_count,
        loop=loop_reason(marks, ref.tenant_id, received_count)
        if ref is not None
        else loop_reason((), "", received_count),
    )


def with_recipients(
    tree: Tree,
    facts: MessageFacts,
    envelope: Envelope,
    *,
    internal_domains: frozenset[str],
    list_members: Mapping[str, int] = _NO_MEMBERS,
    limits: Limits = DEFAULT_LIMITS,
) -> MessageFacts:
    """The same message with the recipients of ``envelope``: those of all its copies. What only its own envelope tells
    (marks, loops, the kind of mail) stays as it is.
    """
    index = _index(tree.root.fields)
    header_bcc = _addresses(tree, index, (b"bcc",), limits)
    internal = DomainSet(internal_domains)
    recipients = _recipients(envelope, facts.header_to, facts.header_cc, header_bcc, internal, list_members)
    return replace(facts, envelope=envelope, recipients=recipients)


def _index(fields: Iterable[HeaderField]) -> _Index:
    index: dict[bytes, list[HeaderField]] = {}
    for field in fields:
        if field.key:
            index.setdefault(field.key, []).append(field)
    return index


def _named(fields: Iterable[HeaderField], limits: Limits) -> list[HeaderField]:
    return [field for field in fields if field.key][: limits.max_fact_headers]


def _name(tree: Tree, field: HeaderField) -> str:
    return cut(tree.data, field.start, min(field.name_end, field.start + 200)).decode("ascii", "replace")


def _text(tree: Tree, field: HeaderField, limits: Limits) -> str:
    """A field's decoded body, cut to the bound. An encoded character takes up to 12 bytes, so four times is room enough."""
    longest = limits.max_fact_header_length
    raw = cut(tree.data, field.body_start, min(field.body_end, field.body_start + 4 * longest))
    return header_text(raw)[:longest]


def _addresses(tree: Tree, index: _Index, keys: tuple[bytes, ...], limits: Limits) -> tuple[Mailbox, ...]:
    bodies = (tree.bytes_of(field.body) for key in keys for field in index.get(key, ()))
    return parse_addresses(bodies, limits.max_addresses)


def _recipients(
    envelope: Envelope,
    header_to: Sequence[Mailbox],
    header_cc: Sequence[Mailbox],
    header_bcc: Sequence[Mailbox],
    internal: DomainSet,
    list_members: Mapping[str, int],
) -> tuple[RecipientFacts, ...]:
    """Every envelope recipient with the header field that names it; To wins over Cc, and what no field names is Bcc."""
    places: dict[str, tuple[RecipientField, str]] = {}
    for mailboxes, place in (
        (header_to, RecipientField.TO),
        (header_cc, RecipientField.CC),
        (header_bcc, RecipientField.BCC),
    ):
        for mailbox in mailboxes:
            places.setdefault(normal_address(mailbox.address), (place, mailbox.display_name))
    found = []
    for address in envelope.recipients:
        key = normal_address(address)
        place, display_name = places.get(key, (RecipientField.BCC, ""))
        domain = domain_of(address)
        members = max(1, list_members.get(key, 1))
        found.append(RecipientFacts(address, domain, place, domain not in internal, display_name, members))
    return tuple(found)


def _date(tree: Tree, index: _Index) -> datetime | None:
    """The Date field, ``None`` where it is missing or no date. A date without a zone is taken as UTC.

    The first and the last year that ``datetime`` knows count as no date: nobody can show them in another zone.
    """
    fields = index.get(b"date")
    if not fields:
        return None
    raw = cut(tree.data, fields[0].body_start, min(fields[0].body_end, fields[0].body_start + 200))
    try:
        date = parsedate_to_datetime(raw.decode("ascii", "replace"))
        if not MINYEAR < date.year < MAXYEAR:
            return None
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None


def _message_id(tree: Tree, index: _Index) -> str:
    fields = index.get(b"message-id")
    if not fields:
        return ""
    return header_text(cut(tree.data, fields[0].body_start, min(fields[0].body_end, fields[0].body_start + _MAX_ID)))
