"""Log lines of the host."""

from __future__ import annotations

import json
import logging
import sys

from local.host.json_log import JsonLines


def _line(message: str, *arguments: object, **more: object) -> dict[str, object]:
    record = logging.LogRecord("app.part", logging.INFO, "file.py", 1, message, arguments, None)
    for name, value in more.items():
        setattr(record, name, value)
    text = JsonLines().format(record)
    assert "\n" not in text
    content = json.loads(text)
    assert isinstance(content, dict)
    return content


def test_a_message_and_its_extra_fields_make_one_line() -> None:
    line = _line("held %s", "待\nった", queue_id="q1", count=3)
    assert line["message"] == "held 待\nった"
    assert (line["level"], line["logger"], line["queue_id"], line["count"]) == ("INFO", "app.part", "q1", 3)
    assert str(line["time"]).endswith("+00:00")


def test_a_structured_message_is_merged_but_does_not_change_who_said_it() -> None:
    line = _line('{"event": "held", "queue_id": "q1", "logger": "forged"}')
    assert (line["event"], line["queue_id"], line["logger"]) == ("held", "q1", "app.part")
    assert "message" not in line


def test_an_exception_is_in_the_same_line() -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        line = _line("failed", exc_info=sys.exc_info())
    assert "RuntimeError: broken" in str(line["exception"])


def test_what_json_does_not_know_is_written_as_text() -> None:
    assert "object" in str(_line("x", thing=object())["thing"])
