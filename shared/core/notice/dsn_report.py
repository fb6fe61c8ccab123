"""What a report to a sender is about: its kind, its recipients, who reports, how the person reads (stage 5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from shared.core.hold.record import MessageRecord, RecipientResult
from shared.core.notice.safe_text import one_line
from shared.core.text.language import Language

LONGEST_DIAGNOSTIC = 500
LONGEST_ADDRESS = 320
_CAUSES = (
    (r"5\.1\.(0|1|3|6)|5\.5\.1(?!\d)", "mailbox-unknown"),
    (r"5\.1\.(2|10)|5\.4\.4", "domain-unknown"),
    (r"5\.2\.1", "mailbox-disabled"),
    (r"[45]\.2\.2", "mailbox-full"),
    (r"5\.2\.3|5\.3\.4", "too-large"),
    (r"[45]\.4\.7", "time-over"),
    (r"5\.4\.6", "loop"),
    (r"5\.7\.(4|5|10)", "security"),
    (r"5\.7\.\d+", "refused"),
)
"""Enhanced status codes (RFC 3463 and the IANA registry) and what they mean to a person; the first that fits."""


class ReportKind(StrEnum):
    """What is reported. The first three are the action of RFC 3464 section 2.3.3."""

    FAILED = "failed"
    DELAYED = "delayed"
    RELAYED = "relayed"
    REFUSED = "refused"
    """A policy let nobody have the message, and its client wants no DSN: the letter goes alone."""


@dataclass(frozen=True, slots=True)
class DsnContext:
    """Who reports, and how the person reads: ``host`` is the reporting MTA, ``retry_until`` the end of the attempts."""

    host: str
    language: Language
    zone: tzinfo
    retry_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one report is about: ``results`` are those of the message's recipients that it tells of."""

    kind: ReportKind
    record: MessageRecord
    results: Sequence[RecipientResult]
    context: DsnContext


def cause_of(result: RecipientResult) -> str:
    """The stable word for why a recipient failed."""
    for pattern, cause in _CAUSES:
        if re.fullmatch(pattern, result.status):
            return cause
    return "other"


def wait_of(result: RecipientResult) -> str:
    """The stable word for why a recipient is still waited for."""
    if cause_of(result) == "mailbox-full":
        return "mailbox-full"
    return "put-off" if result.code else "unreachable"


def answer_of(result: RecipientResult) -> str:
    """The server's reply as it was: code, enhanced status, text."""
    text = one_line(result.text, LONGEST_DIAGNOSTIC)
    pieces = [str(result.code)] if result.code and not text.startswith(str(result.code)) else []
    if result.status and result.status not in text[:20]:
        pieces.append(result.status)
    return " ".join([*pieces, text]).strip()


def host_of(server: str) -> str:
    """The name of a server without its port."""
    host, colon, port = one_line(server).rpartition(":")
    return host if colon and port.isdigit() else one_line(server)
