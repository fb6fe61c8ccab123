"""What the host reads from an app, and what it refuses at start."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import azure.functions as func
import pytest

from functions.blob_name import BlobName
from local.host.errors import StartError
from local.host.metadata import read_functions


def test_functions_of_all_kinds_are_read_from_the_apps_own_metadata() -> None:
    app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)

    @app.route(route="hold/{id}", methods=["GET"])
    def page(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        return func.HttpResponse()

    @app.function_name("evaluate")
    @app.blob_trigger(
        arg_name="spooled", path="spool/{hour}/{id}.eml", connection="S", source=func.BlobSource.EVENT_GRID
    )
    async def on_blob(spooled: BlobName) -> None:
        await asyncio.sleep(0)

    @app.queue_trigger(arg_name="message", queue_name="%Q%", connection="S")
    def work(message: func.QueueMessage) -> None:
        del message

    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *", run_on_startup=True)
    def tick(timer: func.TimerRequest) -> None:
        del timer

    specs = {spec.name: spec for spec in read_functions(app.get_functions())}
    assert {name: spec.kind for name, spec in specs.items()} == {
        "page": "http",
        "evaluate": "blob",
        "work": "queue",
        "tick": "timer",
    }
    assert specs["page"].trigger["route"] == "hold/{id}"
    assert specs["page"].trigger["methods"] == ["GET"]
    assert specs["page"].trigger["authLevel"] == "FUNCTION"
    assert specs["page"].wants_context
    assert specs["evaluate"].is_async
    assert specs["evaluate"].argument_type is BlobName
    assert specs["work"].trigger["queueName"] == "%Q%"
    assert specs["tick"].trigger["runOnStartup"] is True


def _refused(app: func.FunctionApp) -> str:
    with pytest.raises(StartError) as refusal:
        read_functions(app.get_functions())
    return str(refusal.value)


def test_a_trigger_kind_that_the_host_lacks_is_refused_by_name() -> None:
    app = func.FunctionApp()

    @app.event_grid_trigger(arg_name="event")
    def on_event(event: func.EventGridEvent) -> None:
        del event

    text = _refused(app)
    assert "on_event" in text
    assert "eventGridTrigger" in text


def test_an_output_binding_is_refused_by_name() -> None:
    app = func.FunctionApp()

    @app.route(route="x")
    @app.queue_output(arg_name="out", queue_name="q", connection="S")
    def writes(req: func.HttpRequest, out: func.Out[str]) -> str:
        return ""

    text = _refused(app)
    assert "writes" in text
    assert "queue binding (out)" in text


def test_a_blob_function_that_would_load_the_content_is_refused() -> None:
    app = func.FunctionApp()

    @app.blob_trigger(arg_name="blob", path="spool/{name}", connection="S")
    def loads(blob: func.InputStream) -> None:
        del blob

    assert "takes the blob's name" in _refused(app)


def test_two_functions_of_one_name_are_refused() -> None:
    app = func.FunctionApp()

    @app.function_name("same")
    @app.route(route="a")
    def first(req: func.HttpRequest) -> str:
        return ""

    @app.function_name("SAME")
    @app.route(route="b")
    def second(req: func.HttpRequest) -> str:
        return ""

    assert "letter case" in _refused(app)


def test_a_parameter_that_no_binding_fills_is_refused() -> None:
    app = func.FunctionApp()

    @app.route(route="a")
    def extra(req: func.HttpRequest, more: str) -> str:
        return more

    assert "extra" in _refused(app)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        pytest.param(
            "import azure.functions as func\napp = func.FunctionApp()\nother = func.FunctionApp()\n", 2, id="two-apps"
        ),
        pytest.param(
            "import azure.functions as func\napp = func.FunctionApp()\nagain = app\n", 2, id="one-app-two-names"
        ),
        pytest.param("import azure.functions as func\n", 0, id="none"),
    ],
)
def test_exactly_one_app_may_be_visible(tmp_path: Path, source: str, count: int) -> None:
    (tmp_path / "function_app.py").write_text(source)
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    # A process of its own: an import can't be undone.
    result = subprocess.run(
        [sys.executable, "-m", "local.functions_host", "--app-dir", tmp_path, "--port", "0", "--state", tmp_path / "s"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 2
    assert f"exactly one FunctionApp at its top level, not {count}" in result.stdout
