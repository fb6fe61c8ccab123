"""``Page``: a finished web page and what kind of answer it is, without a word about HTTP (stage 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shared.core.notice.pages import content_security_policy
from shared.core.text.language import Language


class Answer(Enum):
    """What kind of page a request got. Those with a text of their own bear its key."""

    SHOWN = "shown"
    INCOMPLETE = "incomplete"
    DECIDED_BEFORE = "decided-before"
    UNKNOWN = "link-unknown"
    EXPIRED = "link-expired"
    FOREIGN = "link-foreign"
    STALE = "form-stale"
    UNREADABLE = "form-unreadable"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Page:
    """What a visitor sees; ``policy`` is the Content-Security-Policy that it is made for."""

    answer: Answer
    html: str
    language: Language
    policy: str


def web_page(answer: Answer, html: str, language: Language) -> Page:
    """A page under the policy that all of ours share."""
    return Page(answer, html, language, content_security_policy())
