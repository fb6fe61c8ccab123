"""A tenant's own words for a notice (``notices.texts``): what they may name, whether they are fit, and how they read.

They run in the same sandbox and under the same limits as inserted texts (``render_template.py``), and give plain text:
faces escape it, and a subject is one line whatever it was filled with. Stage 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.core.notice.safe_text import many_lines, one_line
from shared.core.policy.tenant_settings import NoticeName, NoticeText, TenantSettings
from shared.core.text.language import Language

if TYPE_CHECKING:
    from shared.core.notice.hold_notice import NoticeKind
    from shared.core.transform.template_check import TemplateProblem

LONGEST_SUBJECT = 200
LONGEST_TEXT = 10_000
_WEEKDAYS: Mapping[Language, tuple[str, ...]] = {
    "ja": ("月", "火", "水", "木", "金", "土", "日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


@dataclass(frozen=True, slots=True)
class NoticeVariables:
    """The values for one notice; a notice can name those that ``variables_of`` has for it.

    ``now`` is in the tenant's time zone. ``domains`` are the external ones, ``reasons`` the titles of what is to be
    checked, ``policies`` the names of those that were applied, all joined as the language does. ``attachments`` are
    names with sizes in bytes. ``end`` says what happens if nobody decides; ``number`` counts reminders from 1.
    ``requester`` asked for an approval, ``approver`` answered, ``comment`` is theirs. ``password`` is filled for the
    notice ``password`` alone.
    """

    now: datetime
    language: Language = "ja"
    sender_name: str = ""
    sender_address: str = ""
    subject: str = ""
    recipient_count: int = 0
    external_count: int = 0
    domains: str = ""
    attachments: tuple[tuple[str, int], ...] = ()
    tenant_name: str = ""
    reasons: str = ""
    policies: str = ""
    number: int = 0
    end: str = ""
    requester: str = ""
    approver: str = ""
    comment: str = ""
    file_name: str = ""
    algorithm: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A tenant's subject (one line) and opening (plain text of several lines); either may be empty, then ours stands."""

    subject: str = ""
    text: str = field(default="", repr=False)


COMMON = frozenset(
    {
        "sender_name",
        "sender_address",
        "subject",
        "recipient_count",
        "external_count",
        "domains",
        "attachments",
        "tenant_name",
        "policies",
        "language",
        "date",
        "time",
        "year",
        "month",
        "day",
        "weekday",
    }
)
"""What every notice can name."""
_HOLD = frozenset({"reasons", "end", "number"})
_APPROVAL = frozenset({"reasons", "requester", "comment", "number"})
_ANSWER = frozenset({"reasons", "requester", "approver", "comment"})
_OF: Mapping[NoticeName, frozenset[str]] = {
    "hold-first": _HOLD,
    "hold-reminder": _HOLD,
    "hold-left": _HOLD,
    "hold-released": _HOLD,
    "hold-expired": _HOLD,
    "hold-delayed": _HOLD,
    "hold-discarded": _HOLD,
    "approval-request": _APPROVAL,
    "approval-reminder": _APPROVAL,
    "approval-approved": _ANSWER,
    "approval-denied": _ANSWER,
    "receipt": frozenset({"file_name", "algorithm"}),
    "password": frozenset({"file_name", "algorithm", "password"}),
}
SAMPLE = NoticeVariables(
    now=datetime(2024, 3, 13, 9, 30, tzinfo=UTC),
    sender_name="山田 太郎",
    sender_address="yamada@example.co.jp",
    subject="お見積書の件",
    recipient_count=3,
    external_count=2,
    domains="example.com、example.net",
    attachments=(("見積書.xlsx", 24_576), ("図面.pdf", 1_310_720)),
    tenant_name="サンプル株式会社",
    reasons="社外の宛先あり、添付ファイルあり",
    policies="添付ファイル暗号化",
    number=1,
    end="操作がない場合、2024年3月13日(水) 21:30 JST に破棄されます。",
    requester="yamada@example.co.jp",
    approver="sato@example.co.jp",
    comment="よろしくお願いいたします。",
    file_name="enc_20240313093000.zip",
    algorithm="AES-256",
    password="Kx7mPq2RtV9w",  # noqa: S106  # shown in previews
)
"""Values for previews in the settings editor, and for the trial that words are put to when they are checked."""
BARE = NoticeVariables(now=SAMPLE.now)
"""The least that a notice may have. Words have to bear that too."""


def variables_of(notice: NoticeName) -> frozenset[str]:
    """The names that the words of a notice can use."""
    return COMMON | _OF[notice]


def hold_notice_name(kind: NoticeKind) -> NoticeName:
    """The name under which settings have the words of a hold's notice."""
    names: dict[str, NoticeName] = {name.removeprefix("hold-"): name for name in _OF if name.startswith("hold-")}
    return names[kind.value]


def own_words(
    settings: TenantSettings, notice: NoticeName, language: Language, variables: NoticeVariables
) -> OwnWords | None:
    """The tenant's words for a notice in a language, filled in; ``None`` where they have none and ours stand.

    Raises ``InvalidTemplate`` for words that fail; whoever tells people then uses ours.
    """
    for item in settings.notices.texts:
        if item.notice == notice and item.language == language:
            return render_words(item, replace(variables, language=language))
    return None


def render_words(item: NoticeText, variables: NoticeVariables) -> OwnWords:
    """One notice's words filled in. Raises ``InvalidTemplate``."""
    # When first used: the template engine costs start-up time that tenants without words of their own need not pay.
    from shared.core.transform.render_template import render_values

    values = _values(item.notice, variables)
    subject = one_line(render_values(item.subject, values, html=False), LONGEST_SUBJECT) if item.subject else ""
    text = many_lines(render_values(item.text, values, html=False), LONGEST_TEXT)[0] if item.text else ""
    return OwnWords(subject, text.strip())


def problems_of_words(item: NoticeText) -> tuple[tuple[str, TemplateProblem], ...]:
    """What is wrong with a notice's words: the field (``subject`` or ``text``) and the problem. Empty for fit ones.

    They are tried with sample values and with the least that a notice may have.
    """
    from shared.core.transform.render_template import InvalidTemplate, render_values

    for name, source in (("subject", item.subject), ("text", item.text)):
        for variables in (SAMPLE, BARE):
            try:
                if source:
                    render_values(source, _values(item.notice, variables), html=False)
            except InvalidTemplate as error:
                return tuple((name, problem) for problem in error.problems)
    return ()


def _values(notice: NoticeName, variables: NoticeVariables) -> dict[str, Any]:
    """The values that a notice's words see, clean and bounded."""
    from shared.core.transform.template_variables import LONGEST_VALUE, MOST_FILES, TemplateFile

    now, language = variables.now, variables.language
    known: dict[str, Any] = {
        name: one_line(getattr(variables, name), LONGEST_VALUE)
        for name in (
            "sender_name",
            "sender_address",
            "subject",
            "domains",
            "tenant_name",
            "reasons",
            "policies",
            "end",
            "requester",
            "approver",
            "file_name",
            "algorithm",
        )
    }
    known |= {
        "recipient_count": variables.recipient_count,
        "external_count": variables.external_count,
        "number": variables.number,
        "attachments": tuple(
            TemplateFile(one_line(name, LONGEST_VALUE), size) for name, size in variables.attachments[:MOST_FILES]
        ),
        "comment": many_lines(variables.comment, LONGEST_VALUE)[0],
        # As it is: a password that was changed on its way would open nothing.
        "password": variables.password,
        "language": language,
        "date": f"{now.year}年{now.month}月{now.day}日" if language == "ja" else f"{now:%Y-%m-%d}",
        "time": f"{now:%H:%M}",
        "year": now.year,
        "month": now.month,
        "day": now.day,
        "weekday": _WEEKDAYS[language][now.weekday()],
    }
    return {name: known[name] for name in variables_of(notice)}
