"""Path patterns of blob triggers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.host.blob_path import parse_blob_path
from local.host.errors import StartError


@pytest.mark.parametrize(
    ("path", "name", "fits"),
    [
        pytest.param("spool/{hour}/{tenant}/{id}.eml", "2026010100/acme/q1.eml", True, id="spool"),
        pytest.param("spool/{hour}/{tenant}/{id}.eml", "2026010100/acme/q1.json", False, id="sidecar"),
        pytest.param("spool/{hour}/{tenant}/{id}.eml", "acme/q1.eml", False, id="too-short"),
        pytest.param("spool/{hour}/{tenant}/{id}.eml", "a/b/c/d.eml", True, id="slash-in-a-parameter-as-in-azure"),
        pytest.param("spool/in/{name}", "in/x", True, id="literal-folder"),
        pytest.param("spool/in/{name}", "out/x", False, id="other-folder"),
        pytest.param("spool/a.b", "axb", False, id="dot-is-a-dot"),
    ],
)
def test_what_fires(path: str, name: str, fits: bool) -> None:
    assert parse_blob_path(path, function="f").fits(name) is fits


def test_hour_folders_are_listed_by_hour() -> None:
    path = parse_blob_path("spool/{hour}/{tenant}/{id}.eml", function="f")
    assert path.by_hour
    moment = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    assert [path.hour_prefix(moment, ago) for ago in (0, 1)] == ["2026010100/", "2025123123/"]
    assert not parse_blob_path("spool/{tenant}/{hour}/{id}.eml", function="f").by_hour
    assert not parse_blob_path("spool/{hour}", function="f").by_hour


@pytest.mark.parametrize("path", ["spool", "spool/", "{c}/x", "spool/{a", "spool/a}"])
def test_a_wrong_path_names_its_function(path: str) -> None:
    with pytest.raises(StartError, match="function f"):
        parse_blob_path(path, function="f")
