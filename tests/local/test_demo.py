"""`./dev demo`: reading pages as a browser does, comparing bytes, and failing loudly. The story itself: tests/e2e."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from local.commands.demo import main, play
from local.demo.desk import Arrival, find_form
from local.demo.forms import Control, read_page
from local.demo.letters import letter, unreadable
from local.demo_tenant import COLLEAGUE, CUSTOMER, SENDER
from shared.core.message.parse import parse
from shared.core.text.language import LANGUAGES, Language

PAGE = """<!doctype html><title>t</title><style>p { color: red }</style>
<a href="?lang=en">English</a>
<form method="get" action="/search"><input name="q"><button>Go</button></form>
<form method="post"><input type="hidden" name="mark" value="a&amp;b">
<label><input type="checkbox" name="ack" value="1"> one</label>
<label><input type="checkbox" name="ack" value="2" checked> two</label>
<input type="checkbox" name="ack" value="3" disabled>
<button name="action" value="release"><svg></svg> Release  it</button>
<input type="submit" name="action" value="discard">
<button type="button" name="action" value="nothing">x</button></form>
<p>後の<b>文</b></p><script>"<form>"</script>"""


def test_forms_are_read_as_a_browser_without_scripts_sees_them() -> None:
    page = read_page(200, "http://127.0.0.1:1/m/token?lang=ja", PAGE)
    search, decide = page.forms
    assert (search.method, search.action) == ("GET", "http://127.0.0.1:1/search")
    assert (decide.method, decide.action) == ("POST", "http://127.0.0.1:1/m/token?lang=ja")
    assert decide.fields == [Control("mark", "a&b")]
    assert [box.value for box in decide.boxes] == ["1", "2"]
    assert [(button.value, button.text) for button in decide.buttons] == [
        ("release", "Release it"),
        ("discard", "discard"),
    ]
    assert "後の文" in page.text
    assert "color" not in page.text
    assert "<form>" not in page.text


def test_boxes_that_stand_elsewhere_stay_as_they_are() -> None:
    page = read_page(
        200,
        "http://127.0.0.1:1/",
        '<input type="checkbox" form="f" name="to" value="0" checked><input type="checkbox" form="f" name="to" value="1">'
        '<form id="f" method="post"><button name="action" value="release">Release</button></form>',
    )
    [form] = page.forms
    assert form.fill(form.buttons[0]) == [("to", "0"), ("action", "release")]


def test_pressing_a_button_sends_hidden_fields_ticked_boxes_and_that_button() -> None:
    page = read_page(200, "http://127.0.0.1:1/m/token", PAGE)
    found = find_form(page, "release")
    assert found is not None
    form, button = found
    assert form.fill(button, ticked=form.boxes[:1]) == [("mark", "a&b"), ("ack", "1"), ("action", "release")]
    assert find_form(page, "approve") is None


RAW = b"From: a@aozora.example\r\nSubject: x\r\n\r\nbody\r\n"
HEAD = b"X-Matta-Trace: v1; id=1;\r\n\tmac=2\r\nReceived: from x\r\n\tby y; now\r\n"


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        pytest.param(HEAD + RAW, HEAD, id="own fields above the sent bytes"),
        pytest.param(RAW, None, id="no field at all"),
        pytest.param(HEAD + RAW.replace(b"body", b"bodY"), None, id="one byte changed"),
        pytest.param(HEAD + RAW.replace(b"\r\n", b"\n"), None, id="line ends changed"),
        pytest.param(HEAD + b"Subject: y\r\n" + RAW, None, id="a foreign field above"),
        pytest.param(HEAD + b"\r\n" + RAW, None, id="an empty line above"),
        pytest.param(HEAD + RAW + b"\r\n", None, id="a line below"),
    ],
)
def test_delivered_bytes_are_compared_below_mattas_own_fields(delivered: bytes, expected: bytes | None) -> None:
    assert Arrival("1", SENDER, (COLLEAGUE,), 0.0, delivered).head_above(RAW) == expected


def test_letters_are_what_the_story_says_of_them() -> None:
    plain = parse(letter(SENDER, [CUSTOMER], "件名", cc=[COLLEAGUE], attachment="御見積書①.xlsx").raw)
    assert not plain.unreadable
    assert plain.part("2") is not None
    assert parse(unreadable(SENDER, [COLLEAGUE], "deep").raw).unreadable
    assert all(line.endswith(b"\r\n") for line in unreadable(SENDER, [COLLEAGUE], "x").raw.splitlines(keepends=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_fails_and_is_shown_when_nothing_runs(
    language: Language, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        port = unused.getsockname()[1]
        where = {
            "smtp": f"127.0.0.1:{port}",
            "api": f"http://127.0.0.1:{port}",
            "mailbox_web": f"http://127.0.0.1:{port}",
            "teams_web": f"http://127.0.0.1:{port}",
        }
        failed = play(where, language)
    shown = capsys.readouterr().out
    assert shown.count("✗") == failed
    assert failed >= 18  # the last step has nothing to count
    assert str(failed) in shown.splitlines()[-1]


def test_an_instance_whose_process_is_gone_is_not_taken_for_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "endpoints.json").write_text(json.dumps({"api": "http://127.0.0.1:9", "pids": {"dev": 2**22 + 1}}))
    monkeypatch.setattr("local.commands.demo._own", _NothingStarts)
    with pytest.raises(_Asked):
        main(["--data", str(tmp_path), "--lang", "en"])
    assert "an instance of its own" in capsys.readouterr().out


class _Asked(Exception):
    """An instance of its own was asked for."""


class _NothingStarts:
    def __init__(self, language: str) -> None:
        raise _Asked
