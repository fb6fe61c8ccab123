"""The host as a whole: start-up errors, one host for each state folder, graceful stop."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from local.tools import ROOT
from tests.support.azurite import Azurite
from tests.support.sample_app import SampleApp, until


def test_a_stop_waits_for_what_runs_and_takes_nothing_new(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        answers: list[bytes] = []

        def ask() -> None:
            with urllib.request.urlopen(f"{app.host.url}/api/slow/3", timeout=20) as response:
                answers.append(response.read())

        asking = threading.Thread(target=ask)
        asking.start()
        app.send("long", sleep=3)
        app.put_blob("slow.eml")
        until(lambda: app.events("http") and app.events("queue") and app.events("blob"))
        app.host.ask_to_stop()
        until(lambda: any(line.get("event") == "stopping" for line in app.host.lines()))
        app.put_blob("after.eml")
        app.send("after")
        assert app.host.wait() == 0
        asking.join()
        assert answers == [b"done"]
        assert app.events("queue-done", "long")
        assert app.events("blob-done", "slow.eml")
        assert app.events("queue", "after") == []
        assert app.events("blob", "after.eml") == []


def test_a_function_that_does_not_end_is_cut_off_after_the_grace(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path, options=["--stop-grace", "1"]) as app:
        app.host.start()
        app.send("long", sleep=60)
        until(lambda: app.events("queue"))
        started = time.monotonic()
        app.host.ask_to_stop()
        assert app.host.wait() == 1
        assert time.monotonic() - started < 15
        assert app.events("queue-done") == []


def test_two_hosts_do_not_share_a_state_folder(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        command = [sys.executable, "-m", "local.functions_host", "--port", "0", "--state", str(tmp_path / "state")]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert second.returncode == 2
        assert "another host uses this state folder" in second.stdout


@pytest.mark.parametrize(
    ("source", "said"),
    [
        pytest.param("raise ImportError('no such thing')", "no such thing", id="import-error"),
        pytest.param(
            "import azure.functions as func\napp = func.FunctionApp()\n"
            "@app.queue_trigger(arg_name='m', queue_name='q', connection='Missing')\n"
            "def work(m: func.QueueMessage) -> None: ...\n",
            "function work: the app setting Missing",
            id="missing-connection",
        ),
        pytest.param(
            "import azure.functions as func\napp = func.FunctionApp()\n"
            "@app.timer_trigger(arg_name='t', schedule='0 0 25 * * *')\n"
            "def tick(t: func.TimerRequest) -> None: ...\n",
            "function tick: hour 25 is outside 0-23",
            id="wrong-schedule",
        ),
        pytest.param(
            "import azure.functions as func\napp = func.FunctionApp()\n"
            "@app.service_bus_queue_trigger(arg_name='m', queue_name='q', connection='S')\n"
            "def bus(m: func.ServiceBusMessage) -> None: ...\n",
            "function bus: the local host has no serviceBusTrigger",
            id="unsupported-trigger",
        ),
    ],
)
def test_an_app_that_cannot_run_says_why(tmp_path: Path, source: str, said: str) -> None:
    (tmp_path / "function_app.py").write_text(source)
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    command = [
        *(sys.executable, "-m", "local.functions_host", "--app-dir", str(tmp_path)),
        *("--port", "0", "--state", str(tmp_path / "state")),
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert said in result.stdout
