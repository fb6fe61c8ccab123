"""``HoldSheet``: what people are shown of a message, whatever the face: page, mail, later the card (stages 5 and 6).

It is made from the stored record alone, in no language, with every stranger's text made safe: recipients grouped into
external and internal and by domain, attachments, reasons numbered, and the numbers put as footnote marks at what each
reason is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.core.hold.follow import copied_recipients, reasons_of
from shared.core.hold.record import Fate, MessageRecord, Outcome, State
from shared.core.hold.state import HoldPlan
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.message.facts import RecipientFacts, RecipientField
from shared.core.notice.safe_text import one_line
from shared.core.policy.decision import AnchorKind, Disposition, Reason
from shared.core.policy.reason_codes import ReasonCode

LONGEST_SUBJECT = 300
LONGEST_NAME = 120
LONGEST_ADDRESS = 320
LONGEST_REPLY = 300
_FIELD_ORDER = (RecipientField.TO, RecipientField.CC, RecipientField.BCC)


@dataclass(frozen=True, slots=True)
class Counts:
    """Recipients in all and by field."""

    total: int
    to: int
    cc: int
    bcc: int


@dataclass(frozen=True, slots=True)
class NumberedReason:
    """A reason with its footnote number, from 1. The number stays as long as the message: decisions do not change."""

    number: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class ShownRecipient:
    """One envelope recipient. ``marks`` are numbers of reasons; ``reply`` is what a server said when it refused."""

    address: str
    display_name: str
    field: RecipientField
    members: int
    marks: tuple[int, ...]
    fate: Fate
    reply: str


@dataclass(frozen=True, slots=True)
class ShownDomain:
    """The recipients of one domain, To before Cc before Bcc."""

    name: str
    people: tuple[ShownRecipient, ...]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """All external or all internal recipients; domains with a mark come first, then the larger ones."""

    external: bool
    count: int
    domains: tuple[ShownDomain, ...]


@dataclass(frozen=True, slots=True)
class ShownAttachment:
    """One attachment; ``size`` in decoded bytes. ``part`` numbers it, ``dropped`` tells that a partial release took it out."""

    name: str
    size: int
    inline: bool
    marks: tuple[int, ...]
    part: str = ""
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class HoldSheet:
    """Everything a face shows of a message but its text. ``subject`` is empty where there is none.

    ``by_policy`` tells that the outcome was decided when the message was judged. ``policies`` are the names of those
    that were applied. ``further``: another copy of the message was decided or sent before, and this one is asked about
    by itself.
    """

    subject: str
    subject_marks: tuple[int, ...]
    from_name: str
    from_address: str
    sent_at: datetime
    size: int
    counts: Counts
    groups: tuple[ShownGroup, ...]
    attachments: tuple[ShownAttachment, ...]
    attachments_omitted: int
    reasons: tuple[NumberedReason, ...]
    state: State
    outcome: Outcome | None
    by_policy: bool
    policies: tuple[str, ...] = ()
    further: bool = False

    @property
    def external_domains(self) -> tuple[str, ...]:
        """Names of the external domains."""
        return tuple(domain.name for group in self.groups if group.external for domain in group.domains)

    def numbers(self) -> frozenset[int]:
        """The numbers of all reasons: what must be ticked before a release."""
        return frozenset(numbered.number for numbered in self.reasons)


@dataclass(frozen=True, slots=True)
class HoldEnd:
    """What happens when nobody decides: ``what`` is leave, release or discard, ``at`` the moment, if there is one."""

    what: str
    at: datetime | None


def number_reasons(record: MessageRecord) -> tuple[NumberedReason, ...]:
    """The reasons of a message's decision and of the copies that joined it, numbered from 1."""
    return tuple(NumberedReason(number, reason) for number, reason in enumerate(reasons_of(record), 1))


def make_sheet(
    record: MessageRecord, internal_domains: frozenset[str], copies: Iterable[MessageRecord] = ()
) -> HoldSheet:
    """The sheet of a message. ``copies`` are the records of those that follow it: what became of their recipients.

    ``internal_domains`` (see ``TenantSettings``) serves only recipients that the summary does not know, as after an
    error while the message was read.
    """
    summary = record.summary
    reasons = number_reasons(record)
    marks = _Marks(reasons)
    results = {result.address: result for one in (*copies, record) for result in one.recipients}
    elsewhere = frozenset(record.dropped_elsewhere)
    shown: list[tuple[RecipientFacts, ShownRecipient]] = []
    for facts in _recipients(record, internal_domains):
        result = results.get(facts.address)
        recipient = ShownRecipient(
            address=one_line(facts.address, LONGEST_ADDRESS),
            display_name=one_line(facts.display_name, LONGEST_NAME),
            field=facts.field,
            members=facts.members,
            marks=marks.of(AnchorKind.RECIPIENT, facts.address),
            fate=result.fate if result else Fate.DROPPED if facts.address in elsewhere else Fate.PENDING,
            reply=one_line(f"{result.code or ''} {result.text}", LONGEST_REPLY)
            if result and result.fate is Fate.FAILED
            else "",
        )
        shown.append((facts, recipient))
    author = summary.header_from[0] if summary.header_from else None
    return HoldSheet(
        subject=one_line(summary.subject or "", LONGEST_SUBJECT),
        subject_marks=marks.of(AnchorKind.SUBJECT),
        from_name=one_line(author.display_name, LONGEST_NAME) if author else "",
        from_address=one_line(author.address if author else record.envelope.reverse_path, LONGEST_ADDRESS),
        sent_at=summary.date if summary.date and summary.date.tzinfo else record.reception.received_at,
        size=record.reception.size,
        counts=_count(recipient for _, recipient in shown),
        groups=_group(shown),
        attachments=tuple(
            ShownAttachment(
                one_line(attachment.name, LONGEST_NAME * 2),
                attachment.size,
                attachment.inline,
                marks.of(AnchorKind.ATTACHMENT, attachment.part),
                attachment.part,
                attachment.part in record.dropped_attachments,
            )
            for attachment in summary.attachments
        ),
        attachments_omitted=max(summary.attachments_total - len(summary.attachments), 0),
        reasons=reasons,
        state=record.state,
        outcome=record.outcome,
        by_policy=record.decision.disposition is Disposition.DISCARD,
        policies=_policies(record),
        further=record.after is not None,
    )


def _policies(record: MessageRecord) -> tuple[str, ...]:
    """Names of the policies that were applied, each once; a policy without a name has its id."""
    names = (
        one_line(note.name or note.rule_id, LONGEST_NAME)
        for note in record.decision.notes
        if note.code == ReasonCode.POLICY_APPLIED
    )
    return tuple(dict.fromkeys(name for name in names if name))


def hold_end(record: MessageRecord, plan: HoldPlan) -> HoldEnd:
    """What happens to a message when nobody decides: after a delay, or after the reminders that are still to come."""
    if record.state is State.DELAYED:
        return HoldEnd("release", record.due_at)
    if plan.at_end == "leave" or record.due_at is None:
        return HoldEnd("leave", None)
    at = record.due_at
    for _ in range(max(plan.reminders - record.reminders_sent, 0)):
        at = plan.after(at)
    return HoldEnd(plan.at_end, at)


class _Marks:
    """Which reasons are about what."""

    def __init__(self, reasons: Iterable[NumberedReason]) -> None:
        found: dict[tuple[AnchorKind, str], list[int]] = {}
        for numbered in reasons:
            for anchor in dict.fromkeys(numbered.reason.anchors):
                found.setdefault(_place(anchor.kind, anchor.value), []).append(numbered.number)
        self._found = {place: tuple(dict.fromkeys(numbers)) for place, numbers in found.items()}

    def of(self, kind: AnchorKind, value: str = "") -> tuple[int, ...]:
        return self._found.get(_place(kind, value), ())


def _place(kind: AnchorKind, value: str) -> tuple[AnchorKind, str]:
    return kind, normal_address(value) if kind is AnchorKind.RECIPIENT else value


def _recipients(record: MessageRecord, internal_domains: frozenset[str]) -> Iterable[RecipientFacts]:
    known = {facts.address for facts in record.summary.recipients}
    internal = DomainSet(internal_domains)
    yield from record.summary.recipients
    for address in record.envelope.recipients:
        if address not in known:
            domain = domain_of(address)
            yield RecipientFacts(address, domain, RecipientField.BCC, domain not in internal)
    seen = {normal_address(address) for address in (*known, *record.envelope.recipients)}
    for facts in copied_recipients(record):
        if (key := normal_address(facts.address)) not in seen:
            seen.add(key)
            yield facts


def _count(recipients: Iterable[ShownRecipient]) -> Counts:
    fields = [recipient.field for recipient in recipients]
    return Counts(len(fields), *(fields.count(field) for field in _FIELD_ORDER))


def _group(shown: Iterable[tuple[RecipientFacts, ShownRecipient]]) -> tuple[ShownGroup, ...]:
    domains: dict[tuple[bool, str], list[ShownRecipient]] = {}
    for facts, recipient in shown:
        domains.setdefault((facts.external, facts.domain), []).append(recipient)
    groups = []
    for external in (True, False):
        members = [
            ShownDomain(
                one_line(name, LONGEST_ADDRESS), tuple(sorted(people, key=lambda one: _FIELD_ORDER.index(one.field)))
            )
            for (is_external, name), people in domains.items()
            if is_external is external
        ]
        members.sort(key=lambda domain: (not any(one.marks for one in domain.people), -len(domain.people)))
        if members:
            groups.append(ShownGroup(external, sum(len(domain.people) for domain in members), tuple(members)))
    return tuple(groups)
