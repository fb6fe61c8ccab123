"""A tenant's own words: what they may name, what is refused, and that no value gets out of its place."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace
from typing import get_args

import pytest
from hypothesis import given, settings

from shared.core.notice.hold_notice import NoticeKind
from shared.core.notice.own_words import (
    BARE,
    LONGEST_SUBJECT,
    SAMPLE,
    NoticeVariables,
    hold_notice_name,
    own_words,
    problems_of_words,
    render_words,
    variables_of,
)
from shared.core.policy.tenant_settings import HoldNotices, NoticeName, NoticeText
from shared.core.transform.render_template import InvalidTemplate
from tests.architecture.imports import REPOSITORY
from tests.support.cards import hostile_texts
from tests.support.settings import tenant_settings

NOTICES: tuple[NoticeName, ...] = get_args(NoticeName)
FIRST = NoticeText(
    notice="hold-first", language="ja", subject="【確認】{{ subject }}", text="{{ sender_name }} 様\n{{ end }}"
)


def test_words_are_filled_in() -> None:
    words = render_words(FIRST, SAMPLE)
    assert words.subject == "【確認】お見積書の件"
    assert words.text == "山田 太郎 様\n操作がない場合、2024年3月13日(水) 21:30 JST に破棄されます。"


@pytest.mark.parametrize(
    ("notice", "language", "found"),
    [("hold-first", "ja", True), ("hold-first", "en", False), ("hold-reminder", "ja", False)],
)
def test_words_count_for_their_notice_and_language_alone(notice: NoticeName, language: str, found: bool) -> None:
    known = tenant_settings(notices=HoldNotices(texts=(FIRST,)))
    words = own_words(known, notice, language, SAMPLE)  # type: ignore[arg-type]  # one of our two languages
    assert (words is not None) == found


def test_every_notice_of_a_hold_has_a_name_in_the_settings() -> None:
    assert {hold_notice_name(kind) for kind in NoticeKind} == {name for name in NOTICES if name.startswith("hold-")}


@pytest.mark.parametrize("notice", NOTICES)
def test_every_variable_of_a_notice_can_be_written_out(notice: NoticeName) -> None:
    for name in variables_of(notice):
        assert problems_of_words(NoticeText(notice=notice, language="ja", text=f"{{{{ {name} }}}}")) == ()


@pytest.mark.parametrize("name", sorted(set().union(*(variables_of(notice) for notice in NOTICES))))
def test_every_variable_is_documented(name: str) -> None:
    text = (REPOSITORY / "docs" / "POLICY.md").read_text(encoding="utf-8")
    section = text.partition("### Words of your own in notices")[2].partition("\n#")[0]
    assert f"`{name}`" in section


def test_every_field_of_the_variables_reaches_some_notice() -> None:
    known = set().union(*(variables_of(notice) for notice in NOTICES))
    assert {field.name for field in fields(NoticeVariables)} - {"now"} <= known


@pytest.mark.parametrize("notice", [notice for notice in NOTICES if notice != "password"])
def test_only_the_password_notice_can_name_the_password(notice: NoticeName) -> None:
    problems = problems_of_words(NoticeText(notice=notice, language="ja", text="a\n{{ password }}"))
    assert [(field, problem.line, problem.code, problem.detail) for field, problem in problems] == [
        ("text", 2, "unknown-variable", "password")
    ]


@pytest.mark.parametrize(
    ("field", "source", "code"),
    [
        pytest.param("text", "{{ subject", "syntax", id="syntax"),
        pytest.param("text", "{{ subjekt }}", "unknown-variable", id="misspelt"),
        pytest.param("subject", "{{ subjekt }}", "unknown-variable", id="misspelt in the subject"),
        pytest.param("text", "{{ ''.__class__.__mro__ }}", "unknown-field", id="the inside of Python"),
        pytest.param("text", "{{ subject.format(self) }}", "not-allowed", id="a call"),
        pytest.param("text", "{% include 'x' %}", "not-allowed", id="another file"),
        pytest.param(
            "text", "{% for a in attachments %}" * 3 + "x" * 9 + "{% endfor %}" * 3, "too-much-work", id="work"
        ),
        pytest.param("text", "{{ attachments|join(subject * 9) }}", "not-allowed", id="arithmetic"),
        pytest.param("text", "{{ recipient_count - subject }}", "fails", id="fails when it runs"),
    ],
)
def test_words_that_could_not_be_used_are_told(field: str, source: str, code: str) -> None:
    item = NoticeText(notice="hold-first", language="ja", **{field: source})
    problems = problems_of_words(item)
    assert [name for name, _ in problems][:1] == [field]
    assert code in {problem.code for _, problem in problems}
    with pytest.raises(InvalidTemplate):
        render_words(item, SAMPLE)


@settings(max_examples=60, deadline=None)
@given(text=hostile_texts)
def test_no_value_gets_out_of_its_place(text: str) -> None:
    """A subject stays one line (no header injection), and a value is never taken for a template."""
    hostile = replace(SAMPLE, subject=text + "{{ 7*7 }}\r\nBcc: x@evil.example", comment=text, sender_name=text)
    words = render_words(replace_text(FIRST, "{{ subject }}{{ sender_name }}"), hostile)
    assert "\n" not in words.subject
    assert "\r" not in words.subject
    assert len(words.subject) <= LONGEST_SUBJECT
    assert "49" not in words.subject.replace(text, "")


def replace_text(item: NoticeText, subject: str) -> NoticeText:
    """The same notice with another subject."""
    return NoticeText(notice=item.notice, language=item.language, subject=subject, text=item.text)


def test_the_least_that_a_notice_has_is_enough() -> None:
    for notice in NOTICES:
        item = NoticeText(
            notice=notice, language="en", text="".join(f"{{{{ {name} }}}}" for name in variables_of(notice))
        )
        assert render_words(item, BARE).text


def test_a_password_stays_as_it_is_and_out_of_sight() -> None:
    odd = replace(SAMPLE, password="a  b&<c>")  # a sample
    item = NoticeText(notice="password", language="ja", text="パスワード: {{ password }}")
    words = render_words(item, odd)
    assert "a  b" in words.text
    assert "a  b" not in repr(odd) + repr(words)


def test_tenants_without_words_do_not_load_the_template_engine() -> None:
    program = (
        "import sys\n"
        "from shared.core.notice.own_words import SAMPLE, own_words\n"
        "from tests.support.settings import tenant_settings\n"
        "own_words(tenant_settings(), 'hold-first', 'ja', SAMPLE)\n"
        "print('jinja2' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert ran.stdout.strip() == "False"
