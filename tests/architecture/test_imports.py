"""Imports keep to the table of docs/ARCHITECTURE.md; the message names the line that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.import_check import Import, breaches, files_of, imports_of
from tests.architecture.imports import REPOSITORY, ROOMS, Room


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.path)
def test_imports_of_a_room_keep_to_the_table(room: Room) -> None:
    files = files_of(room)
    assert files, f"{room.path} has no files: the table names a room that is gone"
    broken = [why for file in files for found in imports_of(file) if (why := breaches(room, found))]
    assert not broken, "\n".join(broken)


def test_every_module_belongs_to_a_room() -> None:
    covered = {file for room in ROOMS for file in files_of(room)}
    missing = [
        file.relative_to(REPOSITORY).as_posix()
        for folder in ("shared", "functions", "smtp_relay")
        for file in sorted((REPOSITORY / folder).rglob("*.py"))
        if file not in covered and file.name != "__init__.py"
    ]
    assert not missing, f"no rule for {missing}"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param("shared/core/policy", Import("x.py", 1, "azure.storage.blob", ("BlobClient",)), id="core-azure"),
        pytest.param("shared/core/hold", Import("x.py", 1, "time", ()), id="core-clock"),
        pytest.param("shared/core/message", Import("x.py", 1, "logging", ()), id="core-logging"),
        pytest.param("shared/core/policy", Import("x.py", 1, "shared.core.hold", ("state",)), id="policy-hold"),
        pytest.param(
            "shared/usecases", Import("x.py", 1, "shared.adapters.system", ("SystemClock",)), id="use-adapter"
        ),
        pytest.param("shared/adapters", Import("x.py", 1, "shared.core.policy", ("evaluate",)), id="adapter-policy"),
        pytest.param("functions", Import("x.py", 1, "email", ("message",)), id="functions-mime"),
        pytest.param("smtp_relay", Import("x.py", 1, "shared.core.policy.evaluate", ("decide",)), id="relay-policy"),
        pytest.param("functions", Import("x.py", 1, "..shared", ()), id="relative"),
    ],
)
def test_a_forbidden_import_is_named_with_its_line(path: str, found: Import) -> None:
    room = next(room for room in ROOMS if room.path == path)
    assert breaches(room, found).startswith("x.py:1 imports")


def test_function_app_shows_exactly_one_function_app() -> None:
    source = Path(REPOSITORY / "function_app.py").read_text(encoding="utf-8")
    assert source.count("func.FunctionApp(") == 1
