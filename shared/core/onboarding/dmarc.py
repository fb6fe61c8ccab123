"""What a domain's DMARC record asks of receivers (RFC 7489). Part of onboarding's DNS step.

Where the domain has none, the names above it are asked, as far as two labels: which of them is the organisation's would
need the list of public suffixes, so the next record above counts.
"""

from __future__ import annotations

from shared.core.onboarding.dns_name import Lookup
from shared.core.onboarding.finding import Finding, FindingCode, StepState, finding
from shared.core.signing.tags import BadTags, read_tags
from shared.errors import TemporaryError

MOST_LEVELS = 5
POLICIES = ("none", "quarantine", "reject")
ADVICE = "v=DMARC1; p=none; rua=mailto:dmarc@{domain}"
"""A record to begin with: it only asks for reports."""


def check_dmarc(lookup: Lookup, domain: str) -> tuple[Finding, ...]:
    """Everything about one domain. Raises nothing."""
    try:
        place, records = _nearest(lookup, domain)
    except TemporaryError:
        return (finding(FindingCode.DNS_SILENT, StepState.WARNING, domain, kind="DMARC"),)
    if not records:
        return (finding(FindingCode.DMARC_NONE, StepState.WARNING, domain),)
    if len(records) > 1:
        return (finding(FindingCode.DMARC_SEVERAL, StepState.FAILED, place, records),)
    try:
        tags = read_tags(records[0])
    except BadTags:
        tags = {}
    policy = tags.get("p", "").lower()
    if place != domain:
        policy = tags.get("sp", policy).lower()
    if policy not in POLICIES:
        return (finding(FindingCode.DMARC_BROKEN, StepState.FAILED, place, records),)
    found = []
    if policy == "none":
        found.append(finding(FindingCode.DMARC_WATCHES, StepState.OK, domain, records))
    else:
        found.append(finding(FindingCode.DMARC_GOOD, StepState.OK, domain, records, policy=policy))
    strict = [name for name in ("adkim", "aspf") if tags.get(name, "r").lower() == "s"]
    if strict:
        found.append(finding(FindingCode.DMARC_STRICT, StepState.WARNING, domain, records, tags=", ".join(strict)))
    return tuple(found)


def _nearest(lookup: Lookup, domain: str) -> tuple[str, tuple[str, ...]]:
    """The domain, or the next above it, that has records; with none where nobody has any."""
    labels = domain.split(".")
    for level in range(min(len(labels) - 1, MOST_LEVELS)):
        name = ".".join(labels[level:])
        records = tuple(text for text in lookup(f"_dmarc.{name}", "TXT") if _is_dmarc(text))
        if records:
            return name, records
    return domain, ()


def _is_dmarc(text: str) -> bool:
    version = text.partition(";")[0].replace(" ", "").replace("\t", "")
    return version == "v=DMARC1"
