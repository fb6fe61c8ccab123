"""All checks of a tenant's domains, and the records to set. Pure: answers come in by a function. Part of onboarding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.core.onboarding.dkim_records import ExpectedKey, check_dkim
from shared.core.onboarding.dmarc import ADVICE, check_dmarc
from shared.core.onboarding.dns_name import Lookup
from shared.core.onboarding.finding import Finding, FindingCode
from shared.core.onboarding.mail_exchangers import check_exchangers
from shared.core.onboarding.ownership import record_name, record_value
from shared.core.onboarding.spf_check import Egress, check_spf, spf_advice
from shared.core.signing.keys import txt_strings

Purpose = Literal["ownership", "spf", "dkim", "dmarc"]


@dataclass(frozen=True, slots=True)
class RecordToSet:
    """A DNS record for copying. ``strings`` is the value as zone files want it, in pieces of at most 255 bytes."""

    purpose: Purpose
    kind: str
    name: str
    value: str
    strings: tuple[str, ...]


def check_domain(lookup: Lookup, domain: str, egress: Egress, keys: Sequence[ExpectedKey]) -> tuple[Finding, ...]:
    """SPF, DKIM, DMARC and MX of one domain (a bare name). Raises nothing."""
    own = [key for key in keys if key.domain == domain]
    return (
        *check_spf(lookup, domain, egress),
        *check_dkim(lookup, domain, own),
        *check_dmarc(lookup, domain),
        *check_exchangers(lookup, domain),
    )


def records_to_set(
    lookup: Lookup, domain: str, secret: str, egress: Egress, keys: Sequence[ExpectedKey]
) -> tuple[RecordToSet, ...]:
    """What the domain's DNS should have, whether it is there already or not. Asks for SPF and DMARC only."""
    records = [
        _record("ownership", record_name(domain), record_value(secret, domain)),
        _record("spf", domain, spf_advice(lookup, domain, egress)),
        *(_record("dkim", key.name, key.record) for key in keys if key.domain == domain and key.record),
    ]
    if any(found.code is FindingCode.DMARC_NONE for found in check_dmarc(lookup, domain)):
        records.append(_record("dmarc", f"_dmarc.{domain}", ADVICE.format(domain=domain)))
    return tuple(records)


def _record(purpose: Purpose, name: str, value: str) -> RecordToSet:
    return RecordToSet(purpose, "TXT", name, value, txt_strings(value))
