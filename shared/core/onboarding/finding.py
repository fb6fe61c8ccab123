"""``Finding``: what one check found, as a code with arguments and evidence; ``Step``: what it is about (product.md W3).

Texts are made late, by language, in the portal. Evidence comes from outside (DNS, servers): it is cut and has no control
characters, and is still only to be shown as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.core.notice.safe_text import one_line

LONGEST_EVIDENCE = 300
"""Characters of one line of evidence."""
MOST_EVIDENCE = 12
MOST_FINDINGS = 200


class Step(StrEnum):
    """What has to be seen to before a tenant's mail goes through Matta, in the order in which it is best done."""

    DOMAINS = "domains"
    DNS = "dns"
    NEXT_HOP = "next-hop"
    PEOPLE = "people"
    SIGN_ON = "sign-on"
    TEAMS = "teams"
    ADD_IN = "add-in"
    DEPARTMENT = "department"
    EXCHANGE = "exchange"
    CANARY = "canary"


class StepState(StrEnum):
    """How a step stands. ``NOT_AVAILABLE``: this installation does not have what it is about."""

    NOT_BEGUN = "not-begun"
    NOT_AVAILABLE = "not-available"
    OK = "ok"
    TO_DO = "to-do"
    WARNING = "warning"
    FAILED = "failed"


_WEIGHT = {state: number for number, state in enumerate(StepState)}


class FindingCode(StrEnum):
    """Everything that a check can say; the portal has a text for each."""

    OWNED = "owned"
    NOT_OWNED = "not-owned"
    OTHER_WORD = "other-word"
    DNS_SILENT = "dns-silent"
    NOT_ALL_CHECKED = "not-all-checked"
    SPF_GOOD = "spf-good"
    SPF_NONE = "spf-none"
    SPF_SEVERAL = "spf-several"
    SPF_BROKEN = "spf-broken"
    SPF_TOO_MANY_LOOKUPS = "spf-too-many-lookups"
    SPF_WITHOUT_EXCHANGE = "spf-without-exchange"
    SPF_WITHOUT_MATTA = "spf-without-matta"
    SPF_WITHOUT_ADDRESS = "spf-without-address"
    SPF_WITHOUT_HOP = "spf-without-hop"
    SPF_ALLOWS_ALL = "spf-allows-all"
    SPF_NO_END = "spf-no-end"
    DKIM_GOOD = "dkim-good"
    DKIM_MISSING = "dkim-missing"
    DKIM_OTHER_KEY = "dkim-other-key"
    DKIM_SEVERAL = "dkim-several"
    DKIM_KEY_UNREADABLE = "dkim-key-unreadable"
    DKIM_NONE = "dkim-none"
    DKIM_MICROSOFT = "dkim-microsoft"
    DMARC_GOOD = "dmarc-good"
    DMARC_NONE = "dmarc-none"
    DMARC_SEVERAL = "dmarc-several"
    DMARC_BROKEN = "dmarc-broken"
    DMARC_WATCHES = "dmarc-watches"
    DMARC_STRICT = "dmarc-strict"
    MX_GOOD = "mx-good"
    MX_NONE = "mx-none"
    MX_ELSEWHERE = "mx-elsewhere"
    HOP_WORKS = "hop-works"
    HOP_FAILS = "hop-fails"
    PEOPLE_THERE = "people-there"
    PEOPLE_NONE = "people-none"
    PEOPLE_WITHOUT_MANAGER = "people-without-manager"
    SIGN_ON_WORKS = "sign-on-works"
    SIGN_ON_NO_DIRECTORY = "sign-on-no-directory"
    SIGN_ON_UNPROVED = "sign-on-unproved"
    SIGN_ON_NOT_SET_UP = "sign-on-not-set-up"
    TEAMS_REACHES = "teams-reaches"
    TEAMS_NOT_SET_UP = "teams-not-set-up"
    TEAMS_NO_DIRECTORY = "teams-no-directory"
    TEAMS_NOT_INSTALLED = "teams-not-installed"
    ADD_IN_NOT_AVAILABLE = "add-in-not-available"
    ADD_IN_UPLOAD = "add-in-upload"
    DEPARTMENT_CHOSEN = "department-chosen"
    DEPARTMENT_EVERYBODY = "department-everybody"
    EXCHANGE_NO_DIRECTORY = "exchange-no-directory"
    EXCHANGE_NO_HOST = "exchange-no-host"
    EXCHANGE_HOST_UNKNOWN = "exchange-host-unknown"
    EXCHANGE_NO_INBOUND = "exchange-no-inbound"
    EXCHANGE_NO_MAIL = "exchange-no-mail"
    EXCHANGE_MAIL_CAME = "exchange-mail-came"
    CANARY_NONE = "canary-none"
    CANARY_ON_ITS_WAY = "canary-on-its-way"
    CANARY_HELD = "canary-held"
    CANARY_DELIVERED = "canary-delivered"
    CANARY_FAILED = "canary-failed"
    CANARY_NOT_SEEN = "canary-not-seen"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. ``about`` names what (a domain, a server), ``args`` fill the code's text."""

    code: FindingCode
    state: StepState
    about: str = ""
    args: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step's last check found, when, and who asked for it (an address)."""

    step: Step
    state: StepState
    checked_at: datetime
    checked_by: str
    findings: tuple[Finding, ...] = ()


def finding(
    code: FindingCode, state: StepState, about: str = "", evidence: Iterable[str] = (), **args: object
) -> Finding:
    """A finding whose texts are cut and made one line each."""
    pairs = tuple((name, one_line(str(value), LONGEST_EVIDENCE)) for name, value in args.items())
    lines = tuple(one_line(line, LONGEST_EVIDENCE) for line in list(evidence)[:MOST_EVIDENCE])
    return Finding(code, state, one_line(about, LONGEST_EVIDENCE), pairs, lines)


def worst(findings: Iterable[Finding]) -> StepState:
    """The state of a step with these findings: its worst one's; ``NOT_BEGUN`` without any."""
    return max((found.state for found in findings), key=_WEIGHT.__getitem__, default=StepState.NOT_BEGUN)
