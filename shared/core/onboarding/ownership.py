"""Whether a tenant's domains are its own: a word that only their owner can publish in DNS. Part of onboarding's first step.

The word follows from a secret that is made once for each tenant and kept, not from the installation's keys: those rotate,
and a record that was right would become wrong.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode

from shared.core.onboarding.dns_name import Lookup
from shared.core.onboarding.finding import Finding, FindingCode, StepState, finding
from shared.errors import TemporaryError

LABEL = "_matta"
"""The record's name below the domain."""
_PREFIX = "matta-verify="


def record_name(domain: str) -> str:
    """Where the TXT record belongs."""
    return f"{LABEL}.{domain}"


def record_value(secret: str, domain: str) -> str:
    """What it must say. ``secret`` is the tenant's."""
    digest = hmac.new(secret.encode(), b"matta-owner-v1\0" + domain.encode(), hashlib.sha256).digest()
    return _PREFIX + b32encode(digest[:20]).decode("ascii").lower()


def check_ownership(lookup: Lookup, domain: str, secret: str) -> Finding:
    """Whether the record is there. Raises nothing."""
    name = record_name(domain)
    try:
        published = lookup(name, "TXT")
    except TemporaryError:
        return finding(FindingCode.DNS_SILENT, StepState.FAILED, domain, kind="TXT")
    if record_value(secret, domain) in (text.strip() for text in published):
        return finding(FindingCode.OWNED, StepState.OK, domain, (name,))
    words = [text for text in published if text.startswith(_PREFIX)]
    if words:
        return finding(FindingCode.OTHER_WORD, StepState.FAILED, domain, words)
    return finding(FindingCode.NOT_OWNED, StepState.TO_DO, domain)
