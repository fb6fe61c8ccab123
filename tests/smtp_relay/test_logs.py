"""Log lines: JSON, without empty facts, never in the way of mail, and without what libraries would tell."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from datetime import datetime

from local.tools import ROOT
from smtp_relay.logs import EventLog, LogHandler


def test_line_is_json_with_the_time_and_without_empty_facts() -> None:
    output = io.StringIO()
    EventLog(output).write("message", queue_id="x", tenant=None, peer="", size=0, text="日本\n語")
    line = json.loads(output.getvalue())
    assert datetime.fromisoformat(line.pop("time")).tzinfo is not None
    assert line == {"event": "message", "queue_id": "x", "size": 0, "text": "日本\n語"}
    assert output.getvalue().count("\n") == 1


def test_output_that_cannot_be_written_stops_nothing() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    EventLog(Full()).write("message")
    closed = io.StringIO()
    closed.close()
    EventLog(closed).write("message")


def test_error_of_a_library_is_named_without_its_text() -> None:
    output = io.StringIO()
    logger = logging.getLogger("tests.some.library")
    logger.addHandler(LogHandler(EventLog(output)))
    try:
        raise RuntimeError("hanako@aozora.example")
    except RuntimeError:
        logger.exception("failed for %s", "hanako@aozora.example")
    line = json.loads(output.getvalue())
    assert (line["level"], line["logger"], line["error"]) == ("ERROR", "tests.some.library", "RuntimeError")
    assert "hanako" not in output.getvalue()


def test_smtp_library_says_nothing() -> None:
    program = (
        "import logging; from smtp_relay.logs import EventLog, route_library_logs; route_library_logs(EventLog());"
        "logging.getLogger('mail.log').error('a@b.example'); logging.getLogger('other').warning('a@b.example')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "b.example" not in done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 1
