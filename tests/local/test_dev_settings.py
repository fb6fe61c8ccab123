"""`./dev settings` against a real store: what people see, and what they are told when something is refused."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from local import endpoints
from local.commands.settings import main
from local.demo_tenant import PEOPLE, SENDER, demo_settings
from local.layout import Layout
from shared.adapters.storage_setup import prepare_storage
from shared.core.settings.schema import write_schema
from shared.settings import ProcessSettings
from shared.wiring import connect
from tests.support.azurite import Azurite


class Desk:
    """Somebody who types commands, for a tenant of their own."""

    def __init__(self, azurite: Azurite, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory, self._capsys = directory, capsys
        self.tenant = f"t{uuid4().hex}"
        endpoints.write(
            Layout(directory).endpoints, {"connection_string": azurite.connection_string, "pids": {"dev": os.getpid()}}
        )
        process = ProcessSettings(storage=azurite.connection_string)
        prepare_storage(process)
        self.app = connect(process)
        self.app.settings.save(msgspec.structs.replace(demo_settings("127.0.0.1", 25), tenant_id=self.tenant))
        self.app.directory.save(self.tenant, PEOPLE)

    def types(self, *words: str, code: int = 0) -> str:
        """Standard output of a command that ends well; of any other, what it says about why."""
        shared = ["--tenant", self.tenant, "--data", str(self.directory)]
        found = main([words[0], *words[1:], *shared] if words[0] != "schema" else list(words))
        shown = self._capsys.readouterr()
        assert found == code, shown
        return shown.out if code == 0 else shown.err


@pytest.fixture
def desk(azurite: Azurite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(azurite, tmp_path, capsys)


def test_a_rule_is_imported_shown_compared_and_taken_back(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "rules.csv"
    file.write_text("id,rule,name\nsubject,subject-blank,件名\n", "utf-8")
    dry = desk.types("import", str(file), "--table", "rules", "--dry-run")
    assert "+ rules[subject] = " in dry
    assert "nothing was changed" in dry
    assert "saved as version 2" in desk.types(
        "import", str(file), "--table", "rules", "--comment", "試し", "--author", "a@x.example"
    )
    assert "nothing changes" in desk.types("import", str(file), "--table", "rules")
    history = desk.types("history")
    assert "a@x.example  試し" in history
    assert history.splitlines()[0].split()[0] == "2"
    assert desk.types("diff").startswith("+ rules[subject] = ")
    assert desk.types("diff", "2", "1").startswith("- rules[subject] = ")
    assert "version 3 now says what version 1 said" in desk.types("bring-back", "1")
    assert "brought back version 1" in desk.types("history", "--limit", "1")
    assert desk.types("diff", "1", "3") == "no difference\n"
    assert json.loads(desk.types("show", "2"))["rules"][-1]["id"] == "subject"
    assert json.loads(desk.types("show"))["version"] == 3


def test_effective_settings_tell_where_each_value_came_from(desk: Desk, tmp_path: Path) -> None:
    wish = tmp_path / "wish.json"
    wish.write_text('{"notices": {"language": "en", "reminders": 0}}', "utf-8")
    desk.types("import", str(wish), "--scope", "group:営業部")
    desk.types("import", str(wish), "--scope", f"user:{SENDER}")
    shown = desk.types("show", "--for", SENDER)
    assert f'notices.language = "en"   [group:営業部 v1, passes over user:{SENDER} v1]' in shown
    assert "notices.reminder_hours = 0.25   [tenant v1]" in shown
    assert "delivery.deadline_hours" in shown
    assert "[default]" in shown


def test_files_go_out_and_come_in_again(desk: Desk, tmp_path: Path) -> None:
    for table, name in (("people", "people.csv"), ("rules", "rules.csv"), ("policies", "policies.json")):
        file = tmp_path / name
        desk.types("export", "--table", table, "-o", str(file))
        assert file.read_bytes().startswith(b"\xef\xbb\xbf" if name.endswith("csv") else b"{")
        assert "nothing changes" in desk.types("import", str(file), "--table", table, "--replace")
    assert json.loads(desk.types("export"))["name"] == "青空商事株式会社"
    assert desk.types("export", "--table", "groups", "--format", "csv") == "id,name,above,owners\r\n"


def test_standard_input(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"name": "from a pipe"}')))
    assert '-> "from a pipe"' in desk.types("import", "-")


def test_every_bad_line_is_told_and_nothing_is_imported(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "rules.csv"
    file.write_text("id,rule\nok,subject-blank\nx,nonsense\n" + "".join(f"y{n},\n" for n in range(60)), "utf-8")
    told = desk.types("import", str(file), "--table", "rules", code=1)
    assert "nothing was imported; 61 problems:" in told
    assert "line 3, rule: invalid enum value 'nonsense'; allowed: has-attachments" in told
    assert "… and 11 more" in told
    assert json.loads(desk.types("show"))["version"] == 1


def test_a_stale_edit_shows_what_differs(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "name.json"
    file.write_text('{"name": "one"}', "utf-8")
    desk.types("import", str(file))
    file.write_text('{"name": "two"}', "utf-8")
    told = desk.types("import", str(file), "--base", "1", code=1)
    assert "you began with version 1, and version 2 is there now" in told
    assert '~ name: "one" -> "two"' in told
    assert "is there now" in desk.types("bring-back", "1", "--base", "1", code=1)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        pytest.param(("show", "9"), 1, "There is no version 9.", id="no such version"),
        pytest.param(
            ("show", "--scope", "somebody"), 1, "A scope is tenant, group:ID or user:ADDRESS.", id="no such scope"
        ),
        pytest.param(("history", "--scope", "user:x"), 1, "A user is named by a mail address.", id="no address"),
        pytest.param(
            ("import", "missing.csv", "--table", "rules"), 2, "cannot use missing.csv: No such file", id="no such file"
        ),
        pytest.param(
            ("export", "--format", "csv"), 1, "A whole document is exported as JSON alone.", id="CSV of everything"
        ),
    ],
)
def test_mistakes_are_explained(desk: Desk, words: tuple[str, ...], code: int, told: str) -> None:
    assert told in desk.types(*words, code=code)


def test_without_an_instance_it_is_said_how_to_start_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--data", str(tmp_path)]) == 2
    assert "start one with ./dev up" in capsys.readouterr().err


def test_schema_needs_no_instance(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == write_schema()


def test_what_was_never_set_is_said(desk: Desk) -> None:
    assert desk.types("history", "--scope", "group:営業部") == "nothing was ever set here\n"
    assert json.loads(desk.types("show", "--scope", "group:営業部"))["version"] == 0
    assert desk.types("diff", "--scope", "group:営業部") == "no difference\n"
