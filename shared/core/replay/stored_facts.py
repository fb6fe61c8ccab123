"""Facts of a past message out of its stored summary, and which facts are not there. Replay (S5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.message.facts import Mailbox, MailKind, MessageFacts, RecipientFacts, RecipientField
from shared.core.message.summary import LONGEST_FILE, LONGEST_TEXT, MessageSummary
from shared.core.policy.reason_codes import ReasonCode
from shared.core.replay.gap import Gap
from shared.core.replay.past_message import PastMessage

NO_FACTS = "internal-error"
"""``unreadable`` of a message of which nothing but the envelope was to be had (``evaluate_message.py``)."""
_BELOW_FORWARD = frozenset({MailKind.AUTOMATIC_FORWARD, MailKind.CALENDAR, MailKind.ORDINARY})
"""The kinds that a message may change among when it turns out to be an automatic forward, or not."""


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What is known, and what is not: where a gap is, the fact in its place is a blank one."""

    facts: MessageFacts
    gaps: frozenset[Gap]


def stored_facts(
    past: PastMessage,
    domains: frozenset[str],
    domains_then: frozenset[str] | None,
    list_members: Mapping[str, int],
) -> StoredFacts:
    """The facts under the internal ``domains`` of a draft.

    ``domains_then`` are those by which the message was judged, ``None`` where they are not known any more.
    ``list_members`` is what the directory says today, by lower-case address; what was stored wins where it says more
    than that there is one.
    """
    summary = past.summary
    internal = DomainSet(domains)
    recipients = tuple(_recipient(item, internal, list_members) for item in summary.recipients)
    facts = MessageFacts(
        envelope=past.envelope,
        recipients=recipients,
        size=summary.size,
        unreadable=summary.unreadable,
        header_from=summary.header_from,
        header_to=_named(recipients, RecipientField.TO),
        header_cc=_named(recipients, RecipientField.CC) + tuple(Mailbox(address) for address in summary.others or ()),
        subject=summary.subject,
        date=summary.date,
        message_id=summary.message_id,
        attachments=summary.attachments,
        kind=summary.kind,
        protections=frozenset(summary.protections),
        loop=_loop(past),
    )
    return StoredFacts(facts, _gaps(past, domains, domains_then))


def _recipient(item: RecipientFacts, internal: DomainSet, list_members: Mapping[str, int]) -> RecipientFacts:
    members = item.members if item.members > 1 else max(1, list_members.get(normal_address(item.address), 1))
    external = item.domain not in internal
    if (external, members) == (item.external, item.members):
        return item
    return replace(item, external=external, members=members)


def _named(recipients: tuple[RecipientFacts, ...], field: RecipientField) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(item.address, item.display_name) for item in recipients if item.field is field)


def _loop(past: PastMessage) -> str:
    """A loop is told by marks in the header, whatever the settings: it was one then and is one now."""
    for reason in past.decision.reasons:
        if reason.code == ReasonCode.LOOP:
            return str(dict(reason.args).get("why") or ReasonCode.LOOP)
    return ""


def _gaps(past: PastMessage, domains: frozenset[str], domains_then: frozenset[str] | None) -> frozenset[Gap]:
    summary = past.summary
    found = {Gap.BODY, Gap.HEADERS}
    if summary.attachments:
        found.add(Gap.ARCHIVES)
    if summary.others is None:
        found.add(Gap.ADDRESSEES)
    if summary.subject is not None and len(summary.subject) >= LONGEST_TEXT:
        found.add(Gap.SUBJECT)
    if summary.attachments_total > len(summary.attachments) or any(
        len(item.name) >= LONGEST_FILE for item in summary.attachments
    ):
        found.add(Gap.ATTACHMENTS)
    if summary.unreadable == NO_FACTS:
        found.add(Gap.FACTS)
    elif _may_be_another_kind(past, summary, domains, domains_then):
        found.add(Gap.KIND)
    return frozenset(found)


def _may_be_another_kind(
    past: PastMessage, summary: MessageSummary, domains: frozenset[str], domains_then: frozenset[str] | None
) -> bool:
    """An author outside of the tenant's domains is one mark of an automatic forward (``message/kinds.py``)."""
    if domains == domains_then or summary.kind not in _BELOW_FORWARD or summary.unreadable:
        return False
    sender = normal_address(past.envelope.reverse_path)
    authors = [mailbox.address for mailbox in summary.header_from]
    if not authors or any(normal_address(author) == sender for author in authors):
        return False
    if domains_then is None:
        return True
    return _strangers(authors, domains) != _strangers(authors, domains_then)


def _strangers(authors: list[str], domains: frozenset[str]) -> bool:
    internal = DomainSet(domains)
    return all(domain_of(author) and domain_of(author) not in internal for author in authors)
