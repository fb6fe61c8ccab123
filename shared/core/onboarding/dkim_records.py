"""Whether the public halves of a tenant's DKIM keys are published (RFC 6376 section 3.6). Part of onboarding's DNS step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.core.onboarding.dns_name import Lookup, is_below
from shared.core.onboarding.finding import Finding, FindingCode, StepState, finding
from shared.core.signing.tags import BadTags, read_tags, unspaced
from shared.errors import TemporaryError

MICROSOFT_SELECTORS = ("selector1", "selector2")
"""Exchange Online's own, by which it signs what does not go through Matta."""
_MICROSOFT = ("onmicrosoft.com", "dkim.mail.microsoft")


@dataclass(frozen=True, slots=True)
class ExpectedKey:
    """A key of the settings. ``record`` is what its TXT record must say; empty where the key cannot be read.

    ``active``: it signs already, or may sign any moment.
    """

    domain: str
    selector: str
    record: str
    active: bool = True

    @property
    def name(self) -> str:
        """Where the record belongs."""
        return f"{self.selector}._domainkey.{self.domain}"


def check_dkim(lookup: Lookup, domain: str, keys: Sequence[ExpectedKey]) -> tuple[Finding, ...]:
    """Everything about one domain; ``keys`` are those for it. Raises nothing."""
    found = [_check_key(lookup, key) for key in keys]
    try:
        microsoft = [
            selector
            for selector in MICROSOFT_SELECTORS
            if any(
                is_below(name, parent)
                for name in lookup(f"{selector}._domainkey.{domain}", "CNAME")
                for parent in _MICROSOFT
            )
        ]
    except TemporaryError:
        return (*found, finding(FindingCode.DNS_SILENT, StepState.WARNING, domain, kind="DKIM"))
    if microsoft:
        found.append(finding(FindingCode.DKIM_MICROSOFT, StepState.OK, domain, microsoft))
    elif not keys:
        found.append(finding(FindingCode.DKIM_NONE, StepState.WARNING, domain))
    return tuple(found)


def _check_key(lookup: Lookup, key: ExpectedKey) -> Finding:
    state = StepState.FAILED if key.active else StepState.TO_DO
    if not key.record:
        return finding(FindingCode.DKIM_KEY_UNREADABLE, StepState.FAILED, key.name)
    try:
        published = lookup(key.name, "TXT")
    except TemporaryError:
        return finding(FindingCode.DNS_SILENT, StepState.FAILED, key.name, kind="DKIM")
    if not published:
        return finding(FindingCode.DKIM_MISSING, state, key.name)
    if len(published) > 1:  # which one a receiver takes is undefined (3.6.2.2)
        return finding(FindingCode.DKIM_SEVERAL, StepState.FAILED, key.name, published)
    if _public_part(published[0]) != _public_part(key.record):
        return finding(FindingCode.DKIM_OTHER_KEY, state, key.name, published)
    return finding(FindingCode.DKIM_GOOD, StepState.OK, key.name)


def _public_part(record: str) -> tuple[str, str] | None:
    """Kind and bytes of the key in a record; ``None`` for what is none."""
    try:
        tags = read_tags(record)
    except BadTags:
        return None
    if tags.get("v", "DKIM1") != "DKIM1" or not tags.get("p"):
        return None
    return tags.get("k", "rsa"), unspaced(tags["p"])
