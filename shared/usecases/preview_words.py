"""What words of one's own look like while they are written: templates of inserted texts, and notices (stage 6)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.policy.tenant_settings import NoticeChannel, NoticeText
from shared.errors import PermanentError


class NotByThisChannel(PermanentError):
    """A notice that recipients get by mail alone was asked for as a card or a short text."""

    public = "Recipients are told this by mail alone."


@dataclass(frozen=True, slots=True)
class WordsProblem:
    """What is wrong in a field (``text``, ``html``, ``subject``). ``line`` counts from 1; ``code`` is stable."""

    field: str
    line: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class TemplatePreview:
    """A template filled in with sample values; a field with problems is empty."""

    text: str
    html: str
    problems: tuple[WordsProblem, ...]


@dataclass(frozen=True, slots=True)
class NoticePreview:
    """A notice with a sample message: a mail's subject, text and HTML, a card (JSON), or a short text (Markdown).

    With problems the built-in words are shown.
    """

    subject: str
    text: str
    html: str
    card: str
    problems: tuple[WordsProblem, ...]


def preview_template(text: str, html: str) -> TemplatePreview:
    """Never raises for what a template holds."""
    # When first used: the template engine costs start-up time that most requests need not pay.
    from shared.core.transform.render_template import InvalidTemplate, check_template, render_template
    from shared.core.transform.template_variables import SAMPLE

    shown: dict[str, str] = {}
    problems: list[WordsProblem] = []
    for field, source, is_html in (("text", text, False), ("html", html, True)):
        found = check_template(source, html=is_html) if source else ()
        problems += [WordsProblem(field, one.line, one.code, one.detail) for one in found]
        shown[field] = ""
        if source and not found:
            try:
                shown[field] = render_template(source, SAMPLE, html=is_html)
            except InvalidTemplate as error:
                problems += [WordsProblem(field, one.line, one.code, one.detail) for one in error.problems]
    return TemplatePreview(shown["text"], shown["html"], tuple(problems))


def preview_notice(own: NoticeText, channel: NoticeChannel) -> NoticePreview:
    """The notice with these words, or with the built-in ones where both are empty. Raises ``NotByThisChannel``."""
    from shared.core.notice.own_words import problems_of_words
    from shared.core.notice.preview_notice import parts_of, preview_card, preview_mail, preview_text

    problems = tuple(WordsProblem(field, one.line, one.code, one.detail) for field, one in problems_of_words(own))
    words = own if (own.subject or own.text) and not problems else None
    if channel != "mail" and own.notice == "password":
        raise NotByThisChannel("a password notice goes out by mail")
    if channel == "teams-card":
        return NoticePreview("", "", "", preview_card(own.notice, own.language, words).decode(), problems)
    if channel == "teams-text":
        return NoticePreview("", preview_text(own.notice, own.language, words), "", "", problems)
    mail = parts_of(preview_mail(own.notice, own.language, words))
    return NoticePreview(mail.subject, mail.text, mail.html, "", problems)
