"""Where a domain's incoming mail goes (RFC 5321 section 5.1). Part of onboarding's DNS step.

Matta guards what goes out; the answer tells whether the domain is Exchange Online's at all, and where answers will arrive.
"""

from __future__ import annotations

from shared.core.onboarding.dns_name import Lookup, is_below
from shared.core.onboarding.finding import Finding, FindingCode, StepState, finding
from shared.errors import TemporaryError

EXCHANGE = ("mail.protection.outlook.com", "mx.microsoft")
"""Names below which Exchange Online's servers for a customer are; the second one with DNSSEC."""


def check_exchangers(lookup: Lookup, domain: str) -> tuple[Finding, ...]:
    """Everything about one domain. Raises nothing."""
    try:
        records = lookup(domain, "MX")
    except TemporaryError:
        return (finding(FindingCode.DNS_SILENT, StepState.WARNING, domain, kind="MX"),)
    hosts = [record.split()[-1] for record in records]
    if not hosts or hosts == ["."]:
        return (finding(FindingCode.MX_NONE, StepState.WARNING, domain, records),)
    if all(any(is_below(host, name) for name in EXCHANGE) for host in hosts):
        return (finding(FindingCode.MX_GOOD, StepState.OK, domain, records),)
    return (finding(FindingCode.MX_ELSEWHERE, StepState.WARNING, domain, records),)
