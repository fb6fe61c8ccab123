"""What templates may name: clean, bounded, in the tenant's time, and documented."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shared.core.transform.render_template import render_template
from shared.core.transform.template_check import FILTERS, LOOP_FIELDS, TESTS
from shared.core.transform.template_variables import (
    BARE,
    FILE_FIELDS,
    LONGEST_VALUE,
    MOST_FILES,
    NAMES,
    SAMPLE,
    TemplateFile,
    context,
)
from tests.architecture.imports import REPOSITORY


def test_values_are_cleaned_and_cut() -> None:
    hostile = replace(SAMPLE, subject="a\r\nb\x00\u202ec" + "x" * 9000, attachments=(TemplateFile("a\nb"),) * 9000)
    found = context(hostile)
    assert found["subject"].startswith("a  bcxx")
    assert len(found["subject"]) == LONGEST_VALUE
    assert len(found["attachments"]) == MOST_FILES
    assert found["attachments"][0].name == "a b"


@pytest.mark.parametrize(("language", "date", "weekday"), [("ja", "2026年1月4日", "日"), ("en", "2026-01-04", "Sun")])
def test_dates_are_in_the_zone_they_are_given_in(language: str, date: str, weekday: str) -> None:
    now = datetime(2026, 1, 4, 0, 5, tzinfo=ZoneInfo("Asia/Tokyo"))
    found = context(replace(SAMPLE, now=now, language="en" if language == "en" else "ja"))
    assert (found["date"], found["weekday"], found["time"]) == (date, weekday, "00:05")
    assert (found["year"], found["month"], found["day"]) == (2026, 1, 4)


def test_the_least_that_a_message_has_gives_every_name_too() -> None:
    assert context(BARE).keys() == context(SAMPLE).keys() == NAMES.keys()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_can_be_written_out(name: str) -> None:
    for variables in (SAMPLE, BARE):
        for html in (False, True):
            render_template(f"{{{{ {name} }}}}", variables, html=html)


@pytest.mark.parametrize("word", sorted({*NAMES, *FILTERS, *TESTS, *FILE_FIELDS, *LOOP_FIELDS}))
def test_every_word_is_documented(word: str) -> None:
    text = (REPOSITORY / "docs" / "transforms" / "insert-text.md").read_text(encoding="utf-8")
    assert f"`{word}`" in text
