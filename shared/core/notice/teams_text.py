"""The short text with a link that Teams shows in a chat, and the one line that stands for a card (stage 5).

The text is Markdown, so everything that comes from a message or a tenant is escaped: nobody's subject becomes a link.
"""

from __future__ import annotations

import re

from shared.core.notice.safe_text import many_lines, one_line
from shared.core.policy.tenant_settings import NoticeName
from shared.core.text.card import CARD
from shared.core.text.language import Language

LONGEST_SUBJECT = 150
LONGEST_TEXT = 4_000
"""Characters of a tenant's own words."""
_MARKUP = re.compile(r"([\\`*_{}\[\]<>~|&#!$^])")
_LINE_START = re.compile(r"(?m)^(\s*\d*)([+=.-])")
_LINKED = re.compile(r"(?i)\b(https?|ftp|www|mailto)(?=[:.])|(?<=\w)(?=[.@]\w)")
"""Where programs see a bare address and make a link of it."""
_JOINER = "\u2060"


def short_text(
    notice: NoticeName, language: Language, link: str, subject: str, *, number: int = 0, text: str = ""
) -> str:
    """What a notice says in a chat, as Markdown with one link.

    ``text`` are a tenant's own words in place of ours, plain text. ``number`` counts reminders. Without a ``link`` there
    is no link.
    """
    if text:
        shown, cut = many_lines(text, LONGEST_TEXT)
        told = "\n\n".join(escape_markdown(piece) for piece in shown.split("\n") if piece) + ("…" if cut else "")
    else:
        told = CARD.text(
            f"text.{notice}", language, subject=escape_markdown(_subject(subject, language)), number=number
        )
    if not link:
        return told
    return f"{told}\n\n[{CARD.text('text.open', language)}]({_url(link)})"


def card_summary(notice: NoticeName, language: Language, subject: str, number: int = 0) -> str:
    """One line of plain text for a card: what Teams shows in notifications and lists."""
    return CARD.text(f"text.{notice}", language, subject=_subject(subject, language), number=number)


def escape_markdown(text: str) -> str:
    """``text`` so that Markdown shows it as it stands.

    Markup is escaped as CommonMark has it. Bare addresses, which many programs make links of, are broken by an
    invisible word joiner.
    """
    broken = _LINKED.sub(lambda found: found.group() + _JOINER, text)
    return _LINE_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", broken))


def _subject(subject: str, language: Language) -> str:
    return one_line(subject, LONGEST_SUBJECT) or CARD.text("subject_blank", language)


def _url(link: str) -> str:
    """A link that no Markdown ends too early; ours hold none of these anyway."""
    return link.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
