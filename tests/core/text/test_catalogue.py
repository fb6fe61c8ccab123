"""Catalogues: both languages fit together, and a text can do nothing but be filled in."""

from __future__ import annotations

import pytest

from shared.core.text.catalogue import Catalogue, MissingText, Value


def one(ja: str, en: str) -> Catalogue:
    return Catalogue("test", ja={"key": ja}, en={"key": en})


def test_text_is_filled_in_the_language_asked_for() -> None:
    catalogue = one("宛先は{count}件です。", "Recipients: {count}.")
    assert catalogue.text("key", "ja", count=3) == "宛先は3件です。"
    assert catalogue.text("key", "en", count=3) == "Recipients: 3."


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        pytest.param("a", "a", "a", id="word"),
        pytest.param(1234567, "1,234,567", "1,234,567", id="number with separators"),
        pytest.param(("a", "b"), "a、b", "a, b", id="several words"),
        pytest.param((), "", "", id="no word"),
        pytest.param("{count.__class__} {} {{", "{count.__class__} {} {{", "{count.__class__} {} {{", id="braces"),
    ],
)
def test_values_are_written_as_the_language_does(value: Value, ja: str, en: str) -> None:
    catalogue = one("{v}", "{v}")
    assert catalogue.text("key", "ja", v=value) == ja
    assert catalogue.text("key", "en", v=value) == en


def test_doubled_braces_stand_for_themselves() -> None:
    assert one("{{a}}", "{{b}}").text("key", "en") == "{b}"


def test_values_that_the_text_does_not_ask_for_are_ignored() -> None:
    assert one("a", "a").text("key", "en", more="x") == "a"


def test_missing_key_and_missing_value_are_errors_that_name_the_place() -> None:
    catalogue = one("{a}", "{a}")
    with pytest.raises(MissingText, match="test/en: no text other"):
        catalogue.text("other", "en")
    with pytest.raises(MissingText, match="test/ja/key: no value for a"):
        catalogue.text("key", "ja")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{a.b}", id="attribute"),
        pytest.param("{a[0]}", id="index"),
        pytest.param("{a!r}", id="conversion"),
        pytest.param("{a:>10}", id="format"),
        pytest.param("{a:{b}}", id="nested format"),
        pytest.param("{}", id="no name"),
        pytest.param("{0}", id="number"),
        pytest.param("{A}", id="capital"),
        pytest.param("{a", id="unclosed"),
        pytest.param("}", id="unopened"),
        pytest.param("", id="empty text"),
    ],
)
def test_anything_but_plain_names_is_refused_when_the_catalogue_is_made(text: str) -> None:
    with pytest.raises(ValueError):
        one(text, text)


def test_key_in_one_language_only_is_refused() -> None:
    with pytest.raises(ValueError, match="not in every language: b"):
        Catalogue("test", ja={"a": "x"}, en={"a": "x", "b": "y"})


def test_placeholders_that_differ_between_languages_are_refused() -> None:
    with pytest.raises(ValueError, match="test/key: placeholders differ"):
        one("{a}", "{b}")


def test_catalogue_tells_its_keys_and_placeholders() -> None:
    catalogue = one("{b}と{a}と{b}", "{a} {b}")
    assert catalogue.keys() == {"key"}
    assert catalogue.placeholders("key") == {"a", "b"}
