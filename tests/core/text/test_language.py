"""A person's wish for a language is matched to one that we have."""

from __future__ import annotations

import pytest

from shared.core.text.language import Language, choose_language


@pytest.mark.parametrize(
    ("wishes", "chosen"),
    [
        pytest.param(("ja",), "ja", id="tag"),
        pytest.param(("EN",), "en", id="capitals"),
        pytest.param(("en-GB",), "en", id="region"),
        pytest.param(("en_US",), "en", id="underscore"),
        pytest.param(("", "en"), "en", id="no wish, then one"),
        pytest.param(("fr", "en"), "en", id="unknown, then known"),
        pytest.param(("fr",), "ja", id="unknown only"),
        pytest.param(("jav", "english"), "ja", id="tags that only begin alike"),
        pytest.param((), "ja", id="nothing"),
    ],
)
def test_first_known_wish_wins(wishes: tuple[str, ...], chosen: Language) -> None:
    assert choose_language(*wishes) == chosen


def test_default_is_the_callers() -> None:
    assert choose_language("", default="en") == "en"
