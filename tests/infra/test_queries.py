"""Alerts and workbook ask for what is really there: tables and columns of Log Analytics, lines and fields that the code writes."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from functools import cache

import pytest

from infra.check.__main__ import TEMPLATES
from shared import log
from tests.support.registered_functions import registered_functions

ROOT = TEMPLATES.parent
COLUMNS = {
    "AppTraces": {"TimeGenerated", "Message"},
    "AppRequests": {"TimeGenerated", "Success", "OperationName"},
    "AppExceptions": {"TimeGenerated", "SeverityLevel"},
    "ContainerAppConsoleLogs": {"TimeGenerated", "Log", "ContainerGroupName"},
}
"""learn.microsoft.com/azure/azure-monitor/reference/tables; those columns that the queries may use."""
ALWAYS = {"stage", "outcome", "queue_id", "tenant", "session", "event", "time"}


def queries() -> dict[str, str]:
    """Every query of alerts and workbook, by name."""
    alerts = (TEMPLATES / "modules" / "alerts.bicep").read_text("utf-8")
    found = {f"alert {name}": text for name, text in re.findall(r"name: '([\w-]+)'.*?query: '''(.*?)'''", alerts, re.S)}
    workbook = json.loads((TEMPLATES / "modules" / "workbook.json").read_text("utf-8"))
    items = [item for item in workbook["items"] if item["type"] == 3]
    return found | {f"workbook {item['name']}": item["content"]["query"] for item in items}


@cache
def emitted() -> dict[tuple[str, str], tuple[set[str], set[str]]]:
    """Fields and outcomes of every log line in the code, by (``stage`` or ``event``, its name). ``*``: made while it runs."""
    lines: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for folder in ("shared", "functions", "smtp_relay"):
        for path in (ROOT / folder).rglob("*.py"):
            for key, outcomes, fields in _lines_of(ast.parse(path.read_text("utf-8"))):
                known = lines.setdefault(key, (set(), set()))
                known[0].update(fields)
                known[1].update(outcomes)
    return lines


def _lines_of(tree: ast.Module) -> Iterator[tuple[tuple[str, str], set[str], set[str]]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        first, fields = node.args[0], {item.arg for item in node.keywords if item.arg}
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            continue
        owner = ast.unparse(node.func.value)
        if owner == "log" and node.func.attr == "stage":
            yield ("stage", first.value), _words(node.args[2]), fields
        elif owner == "log" and node.func.attr == "trouble":
            yield ("stage", first.value), {"error:"}, fields
        elif owner == "log" and node.func.attr == "figures":
            yield ("stage", first.value), {"measured"}, fields
        elif owner.endswith("log") and node.func.attr == "write":
            outcome = next((item.value for item in node.keywords if item.arg == "outcome"), None)
            extra = {"*"} if any(item.arg is None for item in node.keywords) else set()
            yield ("event", first.value), _words(outcome) if outcome is not None else set(), fields | extra


def _words(node: ast.expr) -> set[str]:
    """The outcomes that an expression may have: its constants, or ``*`` for what only running it tells."""
    if isinstance(node, ast.IfExp):
        return _words(node.body) | _words(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else {"*"}


def problems(query: str) -> list[str]:
    """What a query asks for that is not there."""
    found = []
    tables = set(re.findall(r"\b(?:App[A-Z]\w+|ContainerApp\w+)\b", query))
    found += [f"table {name}" for name in tables - COLUMNS.keys()]
    if not tables:
        found.append("no table")
    has = set().union(*(COLUMNS.get(name, set()) for name in tables))
    found += [f"column {name}" for name in _columns(query) - has]
    named = set(re.findall(r"tostring\(line\.(stage|event)\)\s*==\s*[\"']([\w-]+)[\"']", query))
    found += [f"{kind} {name}" for kind, name in named if (kind, name) not in emitted()]
    lines = [emitted()[key] for key in named if key in emitted()]
    fields = ALWAYS.union(*(line[0] for line in lines))
    if lines and "*" not in fields:
        found += [f"field {name}" for name in set(re.findall(r"\bline\.(\w+)", query)) - fields]
    outcomes = set().union(*(line[1] for line in lines))
    for operator, word in re.findall(r"tostring\(line\.outcome\)\s*(==|startswith)\s*[\"']([\w:-]+)[\"']", query):
        if word not in outcomes and not ("*" in outcomes and operator == "==" and _is_in_the_code(word)):
            found.append(f"outcome {word}")
    for names in re.findall(r"OperationName in \(([^)]*)\)", query):
        registered = {function.get_function_name() for function in registered_functions()}
        found += [f"function {name}" for name in set(re.findall(r"\w+", names)) - registered]
    return found


def _columns(query: str) -> set[str]:
    """Words with capitals that are no table: columns, as Log Analytics writes them."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", query)
    return set(re.findall(r"\b(?<!\.)[A-Z][a-z]\w+", bare)) - COLUMNS.keys() - set(
        re.findall(r"\b(?:App|Container)\w+", bare)
    ) | set(re.findall(r"\bContainerGroup\w+", bare))


def _is_in_the_code(word: str) -> bool:
    texts = (path.read_text("utf-8") for folder in ("shared", "smtp_relay") for path in (ROOT / folder).rglob("*.py"))
    return any(f'"{word}"' in text for text in texts)


@pytest.mark.parametrize("name", queries().keys())
def test_a_query_asks_for_what_is_there(name: str) -> None:
    assert problems(queries()[name]) == []


def test_there_are_the_queries_that_operations_need() -> None:
    alerts = {name.removeprefix("alert ") for name in queries() if name.startswith("alert ")}
    assert alerts == {"spool-age", "poison", "stuck", "failures", "storage", "late-events"}
    assert len(queries()) >= len(alerts) + 10


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        pytest.param("AppTraces", "AppTrace", "table AppTrace", id="table"),
        pytest.param("(Message)", "(Messages)", "column Messages", id="column"),
        pytest.param('"service"', '"services"', "stage services", id="stage"),
        pytest.param("line.judging", "line.judged", "field judged", id="field"),
    ],
)
def test_a_wrong_name_is_found(right: str, wrong: str, problem: str) -> None:
    query = queries()["alert stuck"]
    assert right in query
    assert problem in problems(query.replace(right, wrong))


@pytest.mark.parametrize(
    ("name", "right", "wrong", "problem"),
    [
        ("alert late-events", "judged-late", "judged-later", "outcome judged-later"),
        ("alert failures", '"run_due"', '"run_dues"', "function run_dues"),
        ("alert failures", '"error:"', '"failed:"', "outcome failed:"),
        ("alert storage", '"out"', '"outage"', "outcome outage"),
        ("workbook accepted", "'message'", "'messages'", "event messages"),
    ],
)
def test_a_wrong_word_is_found(name: str, right: str, wrong: str, problem: str) -> None:
    assert problem in problems(queries()[name].replace(right, wrong))


def test_a_line_with_a_traceback_can_be_read_as_the_query_does(caplog: pytest.LogCaptureFixture) -> None:
    """The worker sends a line as Python formats it, the traceback below: the query takes the first line alone."""
    log.trouble("decide", None, ValueError("x"))
    formatted = logging.Formatter().format(caplog.records[-1])
    assert "\n" in formatted
    pattern = re.search(r'extract\(@"([^"]+)", 0, Message\)', queries()["alert failures"])
    assert pattern is not None
    first = re.search(pattern[1], formatted)
    assert first is not None
    line = json.loads(first[0])
    assert (line["stage"], line["outcome"]) == ("decide", "error:ValueError")


def test_addresses_of_links_do_not_get_into_telemetry() -> None:
    """Links bear a token in their path: the host must not tell the paths of requests."""
    logs = json.loads((ROOT / "host.json").read_text("utf-8"))["logging"]
    options = logs["applicationInsights"]["httpAutoCollectionOptions"]
    assert options["enableHttpTriggerExtendedInfoCollection"] is False
    quiet = {"Microsoft.AspNetCore", "Microsoft.Azure.WebJobs.Script.WebHost.Middleware"}
    assert {logs["logLevel"].get(name) for name in quiet} == {"Warning"}
