"""App settings: the file, %NAME% in bindings, connections by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.host.app_settings import connection_string, read_settings_file, substitute
from local.host.errors import StartError


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({"A": "x", "B": 5, "C": True, "D": None}, {"A": "x", "B": "5", "C": "true"}, id="flat"),
        pytest.param({"IsEncrypted": False, "Values": {"A": "x"}}, {"A": "x"}, id="local.settings.json"),
    ],
)
def test_settings_file(tmp_path: Path, content: object, expected: dict[str, str]) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(content))
    assert read_settings_file(path) == expected


@pytest.mark.parametrize("content", ["[]", "{", '{"A": {}}'])
def test_a_wrong_settings_file_names_itself(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content)
    with pytest.raises(StartError, match=r"settings\.json"):
        read_settings_file(path)


def test_percent_names_become_settings() -> None:
    assert substitute("%A%/{x}/%B%", {"A": "spool", "B": "b"}, function="f") == "spool/{x}/b"
    with pytest.raises(StartError, match="function f.*MISSING"):
        substitute("%MISSING%", {}, function="f")


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        pytest.param("S", {"S": "one", "AzureWebJobsS": "two"}, "one", id="by-name"),
        pytest.param("S", {"AzureWebJobsS": "two"}, "two", id="with-azures-prefix"),
        pytest.param("", {"AzureWebJobsStorage": "three"}, "three", id="default"),
    ],
)
def test_a_connection_is_found_as_azure_finds_it(name: str, settings: dict[str, str], expected: str) -> None:
    assert connection_string(name, settings, function="f") == expected


def test_a_missing_connection_names_function_and_setting() -> None:
    with pytest.raises(StartError, match="function f.*MattaStorage"):
        connection_string("MattaStorage", {}, function="f")
