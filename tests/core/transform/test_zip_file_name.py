"""The archive's file name: patterns, placeholders, and names that nobody could write."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from shared.core.transform.zip_file_name import DEFAULT_PATTERN, unknown_placeholders, zip_file_name

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(hours=9)))


def name(pattern: str, now: datetime = NOW) -> str:
    return zip_file_name(pattern, now, random.Random(1).randbytes)


@pytest.mark.parametrize(
    ("pattern", "filled"),
    [
        pytest.param(DEFAULT_PATTERN, "enc_20260304050607.zip", id="default"),
        pytest.param("YYYY-MM-DD_hh.mm.ss.zip", "2026-03-04_05.06.07.zip", id="separated"),
        pytest.param("YYYYMMDD.zip", "20260304.zip", id="date-only"),
        pytest.param("report_YYYY.zip", "report_2026.zip", id="year-only"),
        pytest.param("hhmm.zip", "0506.zip", id="time-only"),
        pytest.param("summary_MMxDD_hello_ss.zip", "summary_MMxDD_hello_ss.zip", id="words-are-no-placeholders"),
        pytest.param("{DD}.{MM}.{YY} {hh}{mm}.zip", "04.03.26 0506.zip", id="braces"),
        pytest.param("暗号化_{YYYY}年{MM}月.zip", "暗号化_2026年03月.zip", id="japanese"),
        pytest.param("enc", "enc.zip", id="no-ending"),
        pytest.param("v1.2 files", "v1.2 files.zip", id="a-dot-is-no-ending"),
        pytest.param("enc.zi_", "enc.zi_", id="another-ending"),
        pytest.param("{nonsense}.zip", "{nonsense}.zip", id="unknown-placeholder-stays"),
        pytest.param('a/b\\c:"d".zip', "a_b_c__d_.zip", id="forbidden-characters"),
        pytest.param("line\r\nbreak.zip", "linebreak.zip", id="no-way-into-the-header"),
        pytest.param("", "enc_20260304050607.zip", id="empty"),
        pytest.param("...", "enc_20260304050607.zip", id="only-dots"),
        pytest.param("con.zip", "_con.zip", id="reserved"),
    ],
)
def test_patterns_are_filled_in_the_tenants_time(pattern: str, filled: str) -> None:
    assert name(pattern) == filled


def test_random_letters_differ_and_are_unambiguous() -> None:
    source = random.Random(1).randbytes
    names = {zip_file_name("{random}.zip", NOW, source) for _ in range(200)}
    assert len(names) == 200
    assert not set("".join(names)) - set("abcdefghijkmnpqrstuvwxyz23456789.zip")


def test_a_year_of_three_digits_is_filled_up() -> None:
    assert name("YYYY", datetime(988, 1, 1)) == "0988.zip"


def test_unknown_placeholders_are_named() -> None:
    assert unknown_placeholders("{YYYY}{subject}{random}{}.zip") == ("subject", "")


def test_the_page_documents_every_placeholder() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "transforms" / "zip.md").read_text(encoding="utf-8")
    for placeholder in ("YYYY", "YY", "MM", "DD", "hh", "mm", "ss", "random"):
        assert f"`{{{placeholder}}}`" in page
    assert DEFAULT_PATTERN in page
