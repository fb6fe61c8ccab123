"""Every reason code has a sentence in every language, and every sentence gets what it needs."""

from __future__ import annotations

import pytest

from shared.core.policy.decision import Argument, Reason
from shared.core.policy.reason_codes import ARGUMENTS, COUNTED_FIELDS, ReasonCode
from shared.core.text.language import LANGUAGES, Language
from shared.core.text.reasons import REASONS, reason_title, render

MADE_BY_RENDER = {"details": {"reached", "counts", "limits"}}
"""Placeholders that ``render`` makes itself, and out of which arguments."""


@pytest.mark.parametrize("code", ReasonCode)
def test_every_code_has_a_sentence_and_a_title(code: ReasonCode) -> None:
    assert code.value in REASONS
    assert f"{code.value}.title" in REASONS
    assert not REASONS.placeholders(f"{code.value}.title")


@pytest.mark.parametrize("code", ReasonCode)
def test_every_placeholder_of_a_sentence_is_fed_by_an_argument(code: ReasonCode) -> None:
    for placeholder in REASONS.placeholders(code.value):
        assert MADE_BY_RENDER.get(placeholder, {placeholder}) <= ARGUMENTS[code]


@pytest.mark.parametrize("field", COUNTED_FIELDS)
def test_every_counted_field_has_a_text(field: str) -> None:
    assert REASONS.placeholders(f"count.{field}") == {"count", "limit"}


def made(code: str, **args: Argument) -> Reason:
    return Reason(code, tuple(args.items()))


@pytest.mark.parametrize(
    ("reason", "ja", "en"),
    [
        pytest.param(
            made("rule.recipient-external", count=1200),
            "社外の宛先が1,200件含まれています。",
            "Recipients outside your organisation: 1,200.",
            id="number",
        ),
        pytest.param(
            made("rule.several-external-domains", count=2, minimum=2, domains=("a.jp", "b.jp")),
            "社外の宛先が2個のドメインにわたっています（a.jp、b.jp）。",
            "Recipients belong to 2 different external domains (a.jp, b.jp).",
            id="all domains named",
        ),
        pytest.param(
            made("rule.several-external-domains", count=9, minimum=2, domains=("a.jp", "b.jp")),
            "社外の宛先が9個のドメインにわたっています（a.jp、b.jp ほか）。",
            "Recipients belong to 9 different external domains (a.jp, b.jp and others).",
            id="more domains than named",
        ),
        pytest.param(
            made("rule.recipient-count", reached=("total", "to"), counts=("1052", "30"), limits=("50", "20")),
            "宛先の数が基準に達しています（合計1,052件、基準50件以上／To30件、基準20件以上）。",
            "The number of recipients has reached the limit (total 1,052, limit 50; To 30, limit 20).",
            id="several counts",
        ),
    ],
)
def test_sentence(reason: Reason, ja: str, en: str) -> None:
    assert render(reason, "ja") == ja
    assert render(reason, "en") == en


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "reason",
    [
        pytest.param(made("rule.of-tomorrow", x=1), id="code of another version"),
        pytest.param(made("rule.recipient-external"), id="argument missing"),
        pytest.param(made("rule.recipient-count", reached=("total",), counts=("x",), limits=("1",)), id="no number"),
        pytest.param(made("rule.recipient-count", reached=("total",), counts=(), limits=()), id="uneven"),
        pytest.param(made("rule.recipient-count", reached="total", counts="1", limits="1"), id="another type"),
        pytest.param(made("rule.recipient-count", reached=("x",), counts=("1",), limits=("1",)), id="unknown field"),
    ],
)
def test_reason_of_another_version_is_still_told(reason: Reason, language: Language) -> None:
    assert reason.code in render(reason, language)
    assert reason_title(reason, language)


def test_unknown_obstacle_is_told_by_its_word() -> None:
    assert "very-odd" in render(made("unreadable", why="very-odd"), "ja")


def test_title_is_the_tenants_own_name_where_there_is_one() -> None:
    assert reason_title(Reason("rule.subject-blank", name="件名を忘れずに"), "en") == "件名を忘れずに"
    assert reason_title(Reason("rule.subject-blank"), "en") == "Blank subject"
