"""The words and the outer form of a password notice, whoever wrote the words."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy as email_policy
from email.message import EmailMessage

import pytest

from shared.core.hold.record import MessageRecord
from shared.core.message.facts import Mailbox, RecipientField
from shared.core.notice.letter import NOBODY, Letter
from shared.core.notice.password_letter import (
    Named,
    PasswordFacts,
    PasswordWords,
    author_of,
    built_in_words,
    complete,
    named_recipients,
    template_words,
    write_password_letter,
)
from shared.core.policy.decision import Decision, DecisionPart, Disposition, Reason
from shared.core.policy.policies import Template
from shared.core.policy.transform_calls import Call, ConvertToBcc, RemoveHeaderField, stored_calls
from shared.core.text.language import Language
from shared.core.transform.render_template import InvalidTemplate
from shared.core.transform.template_variables import SAMPLE
from tests.support.records import NOW, delivering, make_envelope, make_summary

SECRET = "Abc<9&xyz"  # a test's own
INTERNAL = frozenset({"aozora.example"})
TO, CC, BCC = "a@partner.example", "b@partner.example", "c@partner.example"


def facts(language: Language = "ja", subject: str = "お見積り") -> PasswordFacts:
    return PasswordFacts("青空 花子", subject, "enc.zip", language, SECRET)


def letter(**changes: object) -> Letter:
    plain = Letter("青空 花子", "hanako@aozora.example", "", "<password-1@matta.example>", NOW, "<1@aozora.example>")
    return replace(plain, **changes)  # type: ignore[arg-type]  # tests name the fields


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email_policy.default)
    assert isinstance(message, EmailMessage)
    return message


def record(*calls: Call) -> MessageRecord:
    people = (TO, CC, BCC)
    envelope = make_envelope(people)
    fields = (RecipientField.TO, RecipientField.CC, RecipientField.BCC)
    summary = make_summary(envelope)
    recipients = tuple(replace(one, field=field) for one, field in zip(summary.recipients, fields, strict=True))
    part = DecisionPart(people, Disposition.DELIVER, (Reason("no-rule"),), stored_calls(calls))
    return replace(
        delivering(),
        envelope=envelope,
        summary=replace(summary, recipients=recipients),
        decision=Decision((part,), 1),
    )


@pytest.mark.parametrize(
    ("language", "first", "second"), [("ja", "パスワード：", "Password: "), ("en", "Password: ", "パスワード：")]
)
def test_our_words_are_in_both_languages_the_senders_first(language: Language, first: str, second: str) -> None:
    words = built_in_words(facts(language))
    assert 0 < words.text.index(first + SECRET) < words.text.index(second + SECRET)
    assert "青空 花子" in words.text
    assert SECRET not in words.subject


@pytest.mark.parametrize("language", ["ja", "en"])
def test_mail_without_a_subject_is_named_all_the_same(language: Language) -> None:
    words = built_in_words(facts(language, ""))
    assert {"ja": "（件名なし）", "en": "(no subject)"}[language] in words.subject


@pytest.mark.parametrize(
    ("text", "html", "in_text", "in_html"),
    [
        pytest.param("see {{ password }}", "", f"see {SECRET}", "", id="text"),
        pytest.param("forgot", "", f"パスワード：{SECRET}", "", id="text that forgets it"),
        pytest.param(
            "{{ password }}", "<p>x</p>", SECRET, "<p>パスワード：Abc&lt;9&amp;xyz</p>", id="html that forgets it"
        ),
        pytest.param("{{ password }}", "<b>{{ password }}</b>", SECRET, "<b>Abc&lt;9&amp;xyz</b>", id="html"),
        pytest.param(
            "{% if not file_name %}x{% endif %}", "<b>x</b>", f"パスワード：{SECRET}", "", id="empty text is ours"
        ),
    ],
)
def test_password_stands_in_whatever_a_template_says(text: str, html: str, in_text: str, in_html: str) -> None:
    variables = replace(SAMPLE, password=SECRET)
    words = template_words(facts(), Template(id="t", text=text, html=html), variables)
    assert in_text in words.text
    assert words.text.count(SECRET) == words.text.count("\n--------\n") + 1
    assert in_html in words.html
    assert words.html.count("Abc&lt;9&amp;xyz") <= 1


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("2026年11月", "<p>2026</p>", id="by-chance"),
        pytest.param("2026年11月: {{ password }}", "<p>2026: {{ password }}</p>", id="by-chance-and-told"),
    ],
)
def test_a_fixed_password_that_stands_in_a_text_by_chance_is_told(text: str, html: str) -> None:
    known = replace(facts(), password="2026")
    words = template_words(known, Template(id="t", text=text, html=html), replace(SAMPLE, password="2026"))
    assert (words.text.count("2026"), words.html.count("2026")) == (2, 2)
    assert words.text.rstrip().endswith("2026")


def test_template_that_is_not_allowed_is_an_error() -> None:
    with pytest.raises(InvalidTemplate):
        template_words(facts(), Template(id="t", text="{{ nobody }}"), SAMPLE)


def test_subject_never_bears_the_password() -> None:
    assert complete(facts(), f"key: {SECRET}", "x").subject == "key:"
    assert complete(facts(), "", "x").subject == built_in_words(facts()).subject


def test_no_repr_shows_it() -> None:
    assert SECRET not in repr((facts(), built_in_words(facts()), replace(SAMPLE, password=SECRET)))


def test_header_of_the_mail() -> None:
    message = parsed(write_password_letter(PasswordWords("件名", "本文"), letter(), Named((TO,), (CC,))))
    assert (message["To"], message["Cc"], message["Subject"]) == (TO, CC, "件名")
    assert message["From"].addresses[0].display_name == "青空 花子"
    assert message["In-Reply-To"] == message["References"] == "<1@aozora.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().splitlines() == ["本文"]


def test_same_bytes_at_every_run() -> None:
    words = PasswordWords("s", "t", "<p>t</p>")
    assert write_password_letter(words, letter(), Named()) == write_password_letter(words, letter(), Named())


@pytest.mark.parametrize(
    "named",
    [Named(), Named(('"a b"@partner.example', "x\r\nBcc: evil@example.com@x.example"))],
    ids=["nobody", "unwritable"],
)
def test_where_nobody_can_be_named_nobody_is(named: Named) -> None:
    message = parsed(write_password_letter(PasswordWords("s", "t"), letter(), named))
    assert message["To"] == NOBODY
    assert message["Bcc"] is None


def test_who_is_named() -> None:
    people = (TO, CC, BCC)
    header = RemoveHeaderField("X-Mailer")
    assert named_recipients(record(header), "part-0", people) == Named((TO,), (CC,))
    assert named_recipients(record(header), "part-0", (CC, BCC)) == Named((), (CC,))
    assert named_recipients(record(ConvertToBcc((), "")), "part-0", people) == Named()


@pytest.mark.parametrize(
    ("shown", "reverse_path", "expected"),
    [
        pytest.param(
            Mailbox("info@aozora.example", "窓口"),
            "hanako@aozora.example",
            ("窓口", "info@aozora.example"),
            id="as seen",
        ),
        pytest.param(
            Mailbox("boss@gmail.example"), "hanako@aozora.example", ("", "hanako@aozora.example"), id="foreign From"
        ),
        pytest.param(
            Mailbox('"x y"@aozora.example'), "hanako@aozora.example", ("", "hanako@aozora.example"), id="odd From"
        ),
        pytest.param(None, "hanako@aozora.example", ("", "hanako@aozora.example"), id="no From"),
        pytest.param(
            Mailbox("x@far.example"), "srs@relay.example", ("", "matta@aozora.example"), id="nobody of the tenant"
        ),
    ],
)
def test_from_is_the_author_whom_recipients_saw(
    shown: Mailbox | None, reverse_path: str, expected: tuple[str, str]
) -> None:
    known = record()
    changed = replace(
        known,
        summary=replace(known.summary, header_from=(shown,) if shown else ()),
        envelope=make_envelope((TO,), reverse_path),
    )
    assert author_of(changed, INTERNAL, "matta@aozora.example") == expected


def test_addresses_beyond_ascii_stand_raw_in_the_header() -> None:
    person = "太郎@例え.example"
    data = write_password_letter(PasswordWords("s", "t"), letter(recipient=person), Named((person,)))
    assert f"To: {person}".encode() in data


def test_date_is_that_of_the_letter() -> None:
    data = write_password_letter(PasswordWords("s", "t"), letter(date=datetime(2026, 1, 2, tzinfo=UTC)), Named())
    assert parsed(data)["Date"].datetime == datetime(2026, 1, 2, tzinfo=UTC)
