"""Sizes and moments as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.core.notice.formats import moment_text, size_text, zone_of
from shared.core.text.language import Language


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KB"),
        (34_816, "34 KB"),
        (1_048_575, "1.0 MB"),
        (1_258_291, "1.2 MB"),
        (104_857_600, "100 MB"),
        (157_286_400, "150 MB"),
        (5 * 1024**3, "5.0 GB"),
        (5000 * 1024**4, "5,000 TB"),
    ],
)
def test_size(size: int, shown: str) -> None:
    assert size_text(size) == shown


@pytest.mark.parametrize(
    ("zone", "language", "shown"),
    [
        pytest.param("Asia/Tokyo", "ja", "2026年3月2日(月) 00:05 JST", id="Japanese, next day in Tokyo"),
        pytest.param("Asia/Tokyo", "en", "Mon, 2 Mar 2026, 00:05 JST", id="English in Tokyo"),
        pytest.param("Europe/London", "en", "Sun, 1 Mar 2026, 15:05 GMT", id="London"),
        pytest.param("Asia/Kathmandu", "en", "Sun, 1 Mar 2026, 20:50 UTC+05:45", id="a zone without a short name"),
        pytest.param("No/Such_Zone", "en", "Sun, 1 Mar 2026, 15:05 UTC", id="a zone that is not known"),
        pytest.param("../../etc/passwd", "en", "Sun, 1 Mar 2026, 15:05 UTC", id="not a zone"),
        pytest.param("", "en", "Sun, 1 Mar 2026, 15:05 UTC", id="no zone"),
        pytest.param("Asia", "en", "Sun, 1 Mar 2026, 15:05 UTC", id="a folder of zones"),
    ],
)
def test_moment(zone: str, language: Language, shown: str) -> None:
    assert moment_text(datetime(2026, 3, 1, 15, 5, tzinfo=UTC), zone_of(zone), language) == shown
