"""One version: whatever shows it shows that of ``shared/settings.py``."""

from __future__ import annotations

import re
import tomllib

from functions.api.openapi import document
from local.tools import ROOT
from shared.settings import VERSION


def test_it_is_a_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)


def test_the_api_says_it() -> None:
    info = document()["info"]
    assert isinstance(info, dict)
    assert info["version"] == VERSION


def test_the_project_takes_it_from_there() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "shared.settings.VERSION"}


def test_the_image_is_labelled_with_it() -> None:
    text = (ROOT / "smtp_relay" / "Dockerfile").read_text("utf-8")
    assert re.findall(r"^ARG VERSION=(.+)$", text, re.MULTILINE) == [VERSION]


def test_the_newest_entry_of_the_changelog_is_of_it() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == VERSION
    assert len(set(headings)) == len(headings)
