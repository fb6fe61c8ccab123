"""``ReceiptSheet``: what a sender is shown of an encryption (product.md Z4), whatever the face: page, mail, card.

Made from the stored record and the opened passwords, in no language (stages 5 and 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.hold.forms import recipients_of, transforms_of
from shared.core.hold.password_notice import NoticeState, NoticeVerb, PasswordNotice
from shared.core.hold.password_state import allowed
from shared.core.hold.record import Fate, MessageRecord
from shared.core.message.facts import RecipientField
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import HoldSheet, ShownRecipient, make_sheet
from shared.core.policy.transform_calls import ZipAttachments, read_call

LONGEST_FILE_NAME = 240
ALGORITHMS = {"aes-256": "AES-256", "zipcrypto": "ZipCrypto"}


@dataclass(frozen=True, slots=True)
class ShownEncryption:
    """One encrypted archive and its password notice.

    ``recipients`` get the archive, ``told`` of them have its password. ``algorithm`` is a name as archivers write it,
    empty where the record no longer tells. ``password`` is empty where it may not or cannot be shown. ``due_at`` is
    when the notice goes out by itself. ``verbs`` are what can be asked for now.
    """

    variant: str
    file_name: str
    algorithm: str
    recipients: tuple[ShownRecipient, ...]
    told: int
    password: str = field(repr=False)
    state: NoticeState
    delay_minutes: int
    delivered_at: datetime | None
    due_at: datetime | None
    changed_at: datetime | None
    verbs: tuple[NoticeVerb, ...]


@dataclass(frozen=True, slots=True)
class ReceiptSheet:
    """The message, its encrypted archives, and ``left_out``: the recipients who get the attachments as they are."""

    hold: HoldSheet
    encryptions: tuple[ShownEncryption, ...]
    left_out: tuple[ShownRecipient, ...]

    def of(self, variant: str) -> ShownEncryption | None:
        """The archive of that variant."""
        return next((one for one in self.encryptions if one.variant == variant), None)


def make_receipt_sheet(
    record: MessageRecord, internal_domains: frozenset[str], passwords: Mapping[str, str]
) -> ReceiptSheet:
    """The sheet of a message with encrypted archives. ``passwords`` are in clear, by variant; those missing stay hidden."""
    hold = make_sheet(record, internal_domains)
    shown = {one.address: one for group in hold.groups for domain in group.domains for one in domain.people}
    encryptions = tuple(
        _encryption(record, notice, shown, passwords.get(notice.variant, "")) for notice in record.passwords
    )
    encrypted = {address for notice in record.passwords for address in recipients_of(record, notice.variant)}
    left_out = tuple(
        _person(result.address, shown)
        for result in record.recipients
        if result.address not in encrypted and result.fate is not Fate.DROPPED
    )
    return ReceiptSheet(hold, encryptions, left_out)


def _encryption(
    record: MessageRecord, notice: PasswordNotice, shown: Mapping[str, ShownRecipient], password: str
) -> ShownEncryption:
    made = next((variant for variant in record.variants if variant.name == notice.variant), None)
    return ShownEncryption(
        variant=notice.variant,
        file_name=one_line(made.file_name, LONGEST_FILE_NAME) if made else "",
        algorithm=_algorithm(record, notice.variant),
        recipients=tuple(_person(address, shown) for address in recipients_of(record, notice.variant)),
        told=len(notice.told),
        password=password,
        state=notice.state,
        delay_minutes=notice.delay_minutes,
        delivered_at=notice.delivered_at,
        due_at=notice.due_at,
        changed_at=notice.changed_at,
        verbs=allowed(record, notice),
    )


def _algorithm(record: MessageRecord, variant: str) -> str:
    try:
        calls = transforms_of(record, variant)
    except LookupError:
        return ""
    for call in calls:
        if call.name == ZipAttachments.NAME:
            known = read_call(call)
            if isinstance(known, ZipAttachments):
                return ALGORITHMS.get(known.method, known.method)
    return ""


def _person(address: str, shown: Mapping[str, ShownRecipient]) -> ShownRecipient:
    """The recipient as the sheet shows them; one whom a policy added has no more than an address."""
    known = shown.get(one_line(address, 320))
    return known or ShownRecipient(one_line(address, 320), "", RecipientField.BCC, 1, (), Fate.PENDING, "")
