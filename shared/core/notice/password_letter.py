"""The mail that tells recipients the password of an encrypted file, as bytes (stage 5; product.md Z5).

Its words are a template of the policy, or the tenant's own, or ours in both languages. Whatever they are, the password
stands in them: where words of somebody else forget it, our line with it is added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from shared.core.hold.forms import transforms_of
from shared.core.hold.record import MessageRecord
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.message.facts import RecipientField
from shared.core.notice.letter import NOBODY, Letter, mailbox, new_message
from shared.core.notice.safe_text import one_line
from shared.core.policy.policies import Template
from shared.core.policy.transform_calls import ConvertToBcc, RemoveSubjectMark, read_call
from shared.core.text.language import LANGUAGES, Language
from shared.core.text.password import PASSWORD
from shared.core.transform.render_template import render_template
from shared.core.transform.template_variables import TemplateVariables

LONGEST_SUBJECT = 120
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class PasswordFacts:
    """What the words are about. ``sender`` is how recipients know the sender; ``subject`` that of the message they got."""

    sender: str
    subject: str
    file_name: str
    language: Language
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordWords:
    """Subject and text of a password notice, and HTML where there is some."""

    subject: str
    text: str = field(repr=False)
    html: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the header names; the envelope may have more recipients."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


def built_in_words(facts: PasswordFacts) -> PasswordWords:
    """Our words, in the sender's language first and then in the other: nobody knows what recipients read."""
    languages = (facts.language, *(other for other in LANGUAGES if other != facts.language))
    return PasswordWords(_subject(facts), "\n--------\n".join(_text(facts, language) for language in languages))


def template_words(facts: PasswordFacts, template: Template, variables: TemplateVariables) -> PasswordWords:
    """The words of a policy's template. Raises ``InvalidTemplate``."""

    def fill(values: TemplateVariables) -> tuple[str, str]:
        text = render_template(template.text, values, html=False)
        return text, render_template(template.html, values, html=True) if template.html else ""

    return complete(facts, _subject(facts), *fill(variables), *fill(replace(variables, password="")))


def complete(
    facts: PasswordFacts, subject: str, text: str, html: str = "", bare_text: str = "", bare_html: str = ""
) -> PasswordWords:
    """Words of somebody else, with the password in them; an empty subject or text is ours.

    ``bare_text`` and ``bare_html`` are the same words filled without the password: a fixed one may stand in a text by
    chance (``2026``), and whoever reads it there does not know what it is.
    """
    ours = built_in_words(facts)
    line = PASSWORD.text("notice.password", facts.language, password=facts.password)
    if text.strip() and text.count(facts.password) <= bare_text.count(facts.password):
        text = f"{text.rstrip()}\n\n{line}\n"
    escaped = _escaped(facts.password)
    if html and html.count(escaped) <= bare_html.count(escaped):
        html = f"{html}\n<p>{_escaped(line)}</p>\n"
    # A subject is seen on locked screens and in logs of servers.
    subject = one_line(subject.replace(facts.password, ""), 300)
    return PasswordWords(subject or ours.subject, text if text.strip() else ours.text, html if text.strip() else "")


def write_password_letter(words: PasswordWords, letter: Letter, named: Named) -> bytes:
    """The notice as an RFC 5322 message with CRLF line ends. ``letter.recipient`` is not used: ``named`` is."""
    message = new_message(letter, words.subject, "auto-generated")
    del message["To"]
    to = [found for found in map(mailbox, named.to) if found is not None]
    cc = [found for found in map(mailbox, named.cc) if found is not None]
    message["To"] = to or NOBODY
    if cc:
        message["Cc"] = cc
    message.set_content(_lines(words.text), subtype="plain", charset="utf-8", cte="base64")
    if words.html:
        message.add_alternative(_lines(words.html), subtype="html", charset="utf-8", cte="base64")
        message.set_boundary("=_matta_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32])
    return message.as_bytes()


def delivered_subject(record: MessageRecord, variant: str) -> str:
    """The subject that recipients of the variant saw: without the marks that a policy takes out."""
    subject = record.summary.subject or ""
    for call in _calls(record, variant):
        if isinstance(call, RemoveSubjectMark):
            subject = subject.replace(call.mark, "")
    return one_line(subject, LONGEST_SUBJECT)


def named_recipients(record: MessageRecord, variant: str, people: Sequence[str]) -> Named:
    """Whom a notice to ``people`` may name: those whom all others saw in To or Cc.

    Bcc recipients are never named, and nobody is where a policy turned To and Cc into Bcc.
    """
    if any(isinstance(call, ConvertToBcc) for call in _calls(record, variant)):
        return Named()
    fields = {normal_address(facts.address): facts.field for facts in record.summary.recipients}

    def of(wanted: RecipientField) -> tuple[str, ...]:
        return tuple(address for address in people if fields.get(normal_address(address)) is wanted)

    return Named(of(RecipientField.TO), of(RecipientField.CC))


def author_of(record: MessageRecord, internal_domains: frozenset[str], otherwise: str) -> tuple[str, str]:
    """Name and address in From: the author whom recipients saw, else the envelope's sender, where either is the tenant's
    own; else ``otherwise``.
    """
    internal = DomainSet(internal_domains)
    shown = record.summary.header_from[:1]
    for name, address in (*((one.display_name, one.address) for one in shown), ("", record.envelope.reverse_path)):
        if domain_of(address) in internal and mailbox(address) is not None:
            return one_line(name, LONGEST_NAME), address
    return "", otherwise


def _calls(record: MessageRecord, variant: str) -> list[object]:
    return [read_call(call) for call in transforms_of(record, variant)]


def _subject(facts: PasswordFacts) -> str:
    subject = facts.subject or PASSWORD.text("subject_blank", facts.language)
    return PASSWORD.text("notice.subject", facts.language, subject=subject)


def _text(facts: PasswordFacts, language: Language) -> str:
    def say(key: str, **values: str) -> str:
        return PASSWORD.text(f"notice.{key}", language, **values)

    subject = facts.subject or PASSWORD.text("subject_blank", language)
    return "\n".join(
        (
            say("opening", sender=facts.sender),
            "",
            say("about", subject=subject),
            say("file", file_name=one_line(facts.file_name)),
            say("password", password=facts.password),
            "",
            say("how"),
            say("separate"),
            "",
        )
    )


def _lines(text: str) -> str:
    return "\n".join(text.splitlines()) + "\n"


def _escaped(text: str) -> str:
    import markupsafe  # comes with jinja2, and loads as late

    escape: Callable[[str], object] = markupsafe.escape
    return str(escape(text))
