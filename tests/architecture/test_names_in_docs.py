"""What the docs name is there: pages and headings that links lead to, files, commands and their options, variables, tests."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from local.cli import COMMANDS
from shared.ports_metrics import Metric
from shared.settings import ProcessSettings
from smtp_relay.configuration import RelayConfiguration
from tests.architecture.imports import REPOSITORY
from tests.architecture.pages import (
    FOLDERS,
    anchors,
    code,
    code_spans,
    file_names,
    links,
    pages,
    present_pages,
    source_text,
    text_of,
    title,
)
from tests.infra.test_queries import problems

_VARIABLE = re.compile(r"(?<![A-Za-z_])MATTA_[A-Z0-9_]*[A-Z0-9](?![A-Za-z0-9_*{])")
_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
_HELD_BY = re.compile(r"^\|.*\| held by \|$")


@pytest.mark.parametrize("page", pages(), ids=title)
def test_links_lead_to_pages_and_headings_that_are_there(page: Path) -> None:
    broken = []
    for path, anchor in links(text_of(page)):
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            broken.append(path)
        elif anchor and target.suffix == ".md" and anchor not in anchors(text_of(target)):
            broken.append(f"{path}#{anchor}")
    assert not broken


@pytest.mark.parametrize("page", present_pages(), ids=title)
def test_files_that_are_named_are_there(page: Path) -> None:
    missing = [name for name in code_spans(text_of(page)) if not _is_there(name, page)]
    assert not missing


def _is_there(name: str, page: Path) -> bool:
    """Whether a code span is no path of the repository, or one of a file or folder that is there."""
    whole = re.fullmatch(r"((?:[\w-]+/)*)([\w.-]+\.(?:py|bicep|md|sh|toml|eml)|)(?:::?\w+)?", name)
    if whole is None or not name.strip("/") or name.startswith("."):
        return True
    folder, file = whole[1], whole[2]
    if not folder:
        # A name alone, such as `health.py`, or the end of one, such as `_pool.py`, is that of some file.
        return not file or any(path.endswith(file) for path in file_names()) or _is_example(file)
    if folder.split("/")[0] not in (*FOLDERS, "docs", "tests") and not (page.parent / folder).exists():
        return not file.endswith((".py", ".bicep"))
    path = (folder + file).rstrip("/")
    return path in file_names() or (REPOSITORY / path).exists() or (page.parent / path).exists()


def _is_example(file: str) -> bool:
    return file.endswith(".eml")


def test_a_file_that_is_not_there_is_noticed() -> None:
    page = REPOSITORY / "docs" / "ARCHITECTURE.md"
    assert _is_there("shared/usecases/notify.py", page)
    assert not _is_there("shared/usecases/nothing_of_the_kind.py", page)
    assert not _is_there("nothing_of_the_kind.py", page)


@pytest.mark.parametrize("page", present_pages(), ids=title)
def test_commands_and_their_options_are_there(page: Path) -> None:
    wrong = []
    for piece in code(text_of(page)):
        for name, rest in re.findall(r"\./dev ([a-z][a-z-]*)([^#|`]*)", piece):
            if name not in COMMANDS:
                wrong.append(f"./dev {name}")
                continue
            options = _options(name)
            wrong += [
                f"./dev {name} {option}"
                for option in re.findall(r"(?<!\S)\[?(--[a-z-]+)", rest)
                if option not in options
            ]
    assert not wrong


@cache
def _options(command: str) -> frozenset[str]:
    """Options that a command's module defines, itself or by a module of ``local`` or ``bench`` that it imports."""
    first = REPOSITORY / "local" / "commands" / f"{command.replace('-', '_')}.py"
    text = first.read_text(encoding="utf-8")
    for name in re.findall(r"from ((?:local|bench)[\w.]*) import", text):
        path = REPOSITORY / (name.replace(".", "/") + ".py")
        if path.is_file():
            text += path.read_text(encoding="utf-8")
    return frozenset({"--help", *re.findall(r"\"(--[a-z-]+)\"", text)})


def test_every_command_is_in_the_readme() -> None:
    text = text_of(REPOSITORY / "README.md")
    assert not [name for name in COMMANDS if not re.search(rf"`\./dev {name}\b", text)]


def test_an_option_that_no_command_has_is_noticed() -> None:
    assert "--fresh" in _options("up")
    assert "--fresh" not in _options("send")


@pytest.mark.parametrize("page", present_pages(), ids=title)
def test_variables_are_read_or_set_by_the_code(page: Path) -> None:
    named = set(_VARIABLE.findall(text_of(page)))
    assert not named - _variables()


@cache
def _variables() -> frozenset[str]:
    functions = {f"MATTA_{item.name.upper()}" for item in fields(ProcessSettings)}
    relay = {f"MATTA_RELAY_{item.name.upper()}" for item in fields(RelayConfiguration)}
    return frozenset(functions | relay | set(_VARIABLE.findall(source_text())))


@pytest.mark.parametrize("page", pages(), ids=title)
def test_tests_that_are_named_are_there(page: Path) -> None:
    missing = [f"{path}::{name}" for path, name in _TEST.findall(text_of(page)) if name not in _tests(path)]
    assert not missing


@cache
def _tests(path: str) -> frozenset[str]:
    """Names of the tests of a file, those of its classes too."""
    file = REPOSITORY / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    defined = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in defined if node.name.startswith("test_"))


def test_every_promise_of_the_threat_model_names_the_test_that_holds_it() -> None:
    rows = _promises(text_of(REPOSITORY / "docs" / "SECURITY.md"))
    assert len(rows) > 50
    assert not [row for row in rows if not _TEST.search(row.rsplit(" | ", 1)[-1])]


def test_a_promise_without_a_test_is_noticed() -> None:
    table = "| threat | what is promised | held by |\n| --- | --- | --- |\n| S | `a` | hope |\n\n| a | b |\n| --- | --- |\n| c | d |\n"
    assert _promises(table) == ["| S | `a` | hope |"]


def _promises(text: str) -> list[str]:
    """The rows of all tables whose last column is "held by"."""
    rows: list[str] = []
    inside = False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
        elif _HELD_BY.match(line):
            inside = True
        elif inside and not line.startswith("| ---"):
            rows.append(line)
    return rows


def test_every_page_can_be_found_from_the_first_one() -> None:
    seen: set[Path] = set()
    waiting = [REPOSITORY / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        waiting += [(page.parent / path).resolve() for path, _ in links(text_of(page)) if path]
    ours = {page for page in pages() if page.parent in (REPOSITORY / "docs", REPOSITORY / "docs" / "operations")}
    assert not {title(page) for page in ours - seen}


def _operations() -> list[Path]:
    return [page for page in present_pages() if page.name == "OPERATIONS.md" or page.parent.name == "operations"]


@pytest.mark.parametrize("page", _operations(), ids=title)
def test_metrics_are_those_that_are_sent(page: Path) -> None:
    named = {span for span in code_spans(text_of(page)) if re.fullmatch(r"matta(\.[a-z_]+)+", span)}
    assert not {name for name in named if name not in {metric.value for metric in Metric} | {"matta.localhost"}}


@pytest.mark.parametrize("page", _operations(), ids=title)
def test_stages_and_events_of_the_log_are_written_somewhere(page: Path) -> None:
    text = text_of(page)
    named = set(re.findall(r"[Ss]tage `([a-z-]+)`", text)) | set(re.findall(r"event[s\"]?:? [`\"]([a-z-]+)[`\"]", text))
    assert not {name for name in named if f'"{name}"' not in source_text()}


@pytest.mark.parametrize("page", _operations(), ids=title)
def test_alerts_are_those_of_the_templates(page: Path) -> None:
    templates = text_of(REPOSITORY / "infra" / "modules" / "alerts.bicep")
    assert not [
        name for name in re.findall(r"[Aa]lerts? `([a-z-]+)`", text_of(page)) if f"name: '{name}'" not in templates
    ]


@pytest.mark.parametrize("page", _operations(), ids=title)
def test_queries_ask_for_what_is_there(page: Path) -> None:
    for query in re.findall(r"^```\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL):
        if "AppTraces" in query or "ContainerApp" in query:
            of_a_stage = "line.stage) ==" in query  # which outcomes there are is known of a stage that is named
            assert not [found for found in problems(query) if of_a_stage or not found.startswith("outcome ")]
