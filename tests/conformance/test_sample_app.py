"""The forms in which the product declares its functions work in Microsoft's own runtime."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.tools import ROOT
from tests.conformance.worker import Report, run_in_runtime

_SAMPLE = Path(__file__).parent / "sample_app"


@pytest.fixture(scope="module")
def report_and_events(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, list[object]]:
    work_dir = tmp_path_factory.mktemp("runtime")
    events = work_dir / "events"
    invocations = [
        {
            "function": "page",
            "http": {
                "method": "POST",
                "url": "https://matta.example/api/hold/7?t=x",
                "params": {"id": "7"},
                "query": {"t": "x"},
                "headers": {"content-type": "application/x-www-form-urlencoded"},
                "body": "decision=release",
            },
        },
        {"function": "evaluate", "blob": {"connection": "SampleStorage", "container": "spool", "name": "h/t/q.eml"}},
        {"function": "deliver", "queue": {"body": '{"a": 1}', "dequeue_count": 2}},
        {"function": "sweep", "timer": {"past_due": True}},
        {"function": "broken", "timer": {}},
    ]
    report = run_in_runtime(_SAMPLE, invocations, {"SAMPLE_EVENTS": str(events)}, work_dir, python_path=[ROOT])
    return report, [json.loads(line) for line in events.read_text().splitlines()]


def test_every_function_loads(report_and_events: tuple[Report, list[object]]) -> None:
    report, _ = report_and_events
    assert report.load_failure is None
    assert report.triggers() == {
        "page": "httpTrigger",
        "evaluate": "blobTrigger",
        "deliver": "queueTrigger",
        "sweep": "timerTrigger",
        "broken": "timerTrigger",
    }


def test_the_host_is_told_to_send_the_blobs_name_only(report_and_events: tuple[Report, list[object]]) -> None:
    report, _ = report_and_events
    (binding,) = report.functions["evaluate"]
    assert binding["properties"] == {"SupportsDeferredBinding": True}
    assert binding["source"] == "EventGrid"


def test_each_kind_of_trigger_runs(report_and_events: tuple[Report, list[object]]) -> None:
    report, events = report_and_events
    assert [result.failure for result in report.results[:4]] == [None] * 4, report.output
    page = report.results[0]
    assert page.returned["status"] == 202
    assert page.returned["cookies"] == ["session"]
    assert json.loads(page.body) == ["POST", "7", "x", "release"]
    assert events == [["blob", "SampleStorage", "spool", "h/t/q.eml"], ["queue", {"a": 1}, 2, True], ["timer", True]]


def test_an_exception_of_a_function_is_reported(report_and_events: tuple[Report, list[object]]) -> None:
    report, _ = report_and_events
    failure = report.results[4].failure
    assert failure is not None
    assert "RuntimeError: on purpose" in failure


def test_an_app_that_does_not_import_is_a_load_failure(tmp_path: Path) -> None:
    app_dir = tmp_path / "app"
    app_dir.mkdir()
    (app_dir / "function_app.py").write_text("import no_such_module\n")
    (app_dir / "host.json").write_text('{"version": "2.0"}')
    report = run_in_runtime(app_dir, [], {}, tmp_path)
    assert report.load_failure is not None
    assert "no_such_module" in report.load_failure
