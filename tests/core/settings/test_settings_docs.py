"""docs/SETTINGS.md names every table with its columns, what levels can set, and what is left to administrators."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from shared.core.settings.entries import LIST_COLUMNS
from shared.core.settings.scope_check import ADMINISTRATORS_ONLY
from shared.core.settings.scope_settings import ScopeSettings
from shared.core.settings.shared_values import SHARED_VALUES
from shared.core.settings.tables import TABLES
from shared.core.settings.text_file import LARGEST_FILE

PAGE = (Path(__file__).parents[3] / "docs" / "SETTINGS.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `([a-z]+)` \| (.*) \|$", PAGE, re.MULTILINE))


def test_every_table_is_described_and_no_other() -> None:
    assert {name for name in ROWS if name in TABLES or name in PAGE.partition("| table | columns |")[2]} == set(TABLES)


@pytest.mark.parametrize("name", ["lists", "templates", "people", "groups"])
def test_columns_are_named(name: str) -> None:
    columns = LIST_COLUMNS if name == "lists" else [column.name for column in TABLES[name].columns]
    assert re.findall(r"`([a-z_]+)`", ROWS[name])[: len(columns)] == list(columns)


def test_what_levels_can_set_is_told() -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("| group | `group:ID`"))
    told = set(re.findall(r"`([a-z_.]+)`", line.partition("owners |")[2]))
    fields = {field.name for field in msgspec.structs.fields(ScopeSettings)} - {
        "tenant_id",
        "level",
        "id",
        "version",
        "notices",
    }
    assert told == fields | set(SHARED_VALUES)


def test_actions_for_administrators_are_told() -> None:
    section = PAGE.partition("cannot have the actions")[2].partition(":")[0]
    assert set(re.findall(r"`([a-z-]+)`", section)) == {str(kind.__struct_config__.tag) for kind in ADMINISTRATORS_ONLY}


def test_limits_are_told() -> None:
    assert f"{LARGEST_FILE // 1024 // 1024} MiB and 200,000 rows" in PAGE
