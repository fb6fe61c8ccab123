"""`./dev replay`: figures of the running instance's mail, and a clear word about whatever is in the way."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from local import endpoints
from local.commands.replay import main
from local.layout import Layout, Ports
from local.replay_texts import REPLAY
from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.settings_blob import BlobSettingsStore
from shared.adapters.storage_setup import prepare_storage
from shared.core.hold.record import MessageRecord
from shared.core.policy.decision import Disposition
from shared.core.replay.gap import Gap
from shared.core.replay.outcome import Difference, Fate
from shared.settings import ProcessSettings
from tests.support.app import make_settings
from tests.support.azurite import Azurite
from tests.support.records import NOW, begun, make_ref

DAY = ["--since", "2026-11-21T00:00", "--until", "2026-11-22"]


@pytest.fixture
def tenant(azurite: Azurite, tmp_path: Path) -> str:
    """A tenant of its own in real storage, and endpoints of an instance that has it in ``tmp_path``."""
    process = ProcessSettings(storage=azurite.connection_string)
    prepare_storage(process)
    name = f"t{uuid4().hex}"
    BlobSettingsStore(process).save(make_settings(tenant_id=name))
    content = endpoints.describe(Ports.from_base(17000), Layout(tmp_path), {"dev": os.getpid()})
    endpoints.write(
        Layout(tmp_path).endpoints, content | {"connection_string": azurite.connection_string, "logs": "LOGS"}
    )
    return name


@pytest.fixture
def mail(azurite: Azurite, tenant: str) -> list[MessageRecord]:
    """Two held messages and one that passed, a minute apart."""
    store = TableMessageStore(ProcessSettings(storage=azurite.connection_string))
    made = []
    for number, disposition in enumerate((Disposition.HOLD, Disposition.HOLD, Disposition.DELIVER)):
        at = NOW + timedelta(minutes=number)
        change = begun(disposition, ref=make_ref(number, tenant, at), now=at)
        assert store.create(change) is not None
        made.append(change.record)
    return made


def draft(tmp_path: Path, **fields: Any) -> str:
    path = tmp_path / "draft.json"
    path.write_text(json.dumps(fields))
    return str(path)


def run(tmp_path: Path, tenant: str, settings: str, *more: str) -> int:
    return main(["--data", str(tmp_path), "--tenant", tenant, "--settings", settings, *more])


@pytest.mark.usefixtures("mail")
def test_figures_as_json(tmp_path: Path, tenant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, tenant, draft(tmp_path, rules=[]), "--json", *DAY) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["tenant_id"], found["since"]) == (tenant, "2026-11-21T00:00:00+09:00")
    figures = found["figures"]
    assert (figures["read"], figures["judged"], figures["same"]) == (3, 3, 1)
    assert {row["difference"]: row["count"] for row in figures["differences"]} == {
        "no-longer-held": 2,
        "newly-delivered": 2,
    }


@pytest.mark.parametrize(
    ("language", "told"),
    [
        pytest.param(
            "en", ["no longer held", "お見積書の件", "hanako@aozora.example", "held -> delivered at once"], id="en"
        ),
        pytest.param("ja", ["保留されなくなる", "確認を求められる人", "保留 -> すぐに配送"], id="ja"),
    ],
)
def test_figures_for_people(
    tmp_path: Path,
    tenant: str,
    mail: list[MessageRecord],
    language: str,
    told: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(tmp_path, tenant, draft(tmp_path, rules=[]), "--lang", language, *DAY) == 0
    out = capsys.readouterr().out
    assert not [text for text in (*told, mail[0].ref.queue_id) if text not in out]


@pytest.mark.usefixtures("mail")
def test_what_could_not_be_judged_is_shown_apart(
    tmp_path: Path, tenant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = [{"id": "word", "rule": "condition", "keywords": ["secret"]}]
    assert run(tmp_path, tenant, draft(tmp_path, rules=rules), "--lang", "en", *DAY) == 0
    out = capsys.readouterr().out
    assert "could not be judged from stored metadata" in out
    assert "rule word: text of the body" in out
    assert "held -> delivered at once/held" in out


@pytest.mark.usefixtures("mail")
def test_a_limit_says_that_there_is_more(tmp_path: Path, tenant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, tenant, draft(tmp_path), "--limit", "2", "--lang", "en", *DAY) == 0
    assert "Only the first 2 messages" in capsys.readouterr().out


def test_a_time_without_mail_is_told(tmp_path: Path, tenant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, tenant, draft(tmp_path), "--lang", "en", *DAY) == 0
    assert "No mail of tenant" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param('{"rulez": []}', "rulez", id="unknown-field"),
        pytest.param("{", "truncated", id="no-json"),
        pytest.param('{"rules": [{"id": "a", "rule": "x"}]}', "$.rules[0].rule", id="unknown-rule"),
        pytest.param('{"tenant_id": "other"}', "$.tenant_id", id="another-tenants"),
    ],
)
def test_a_wrong_draft_is_told_with_its_place(
    tmp_path: Path, tenant: str, content: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    assert run(tmp_path, tenant, str(path)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert str(path) in err


def test_nothing_running_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "demo", draft(tmp_path)) == 1
    assert "./dev up" in capsys.readouterr().err


def test_storage_that_does_not_answer_is_told(
    tmp_path: Path, tenant: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del tenant
    closed = endpoints.connection_string(9, 9, 9)
    where = Layout(tmp_path).endpoints
    endpoints.write(where, json.loads(where.read_text()) | {"connection_string": closed})
    monkeypatch.setattr("shared.adapters.storage_errors._FIRST_PAUSE", 0.01)
    assert run(tmp_path, "demo", draft(tmp_path)) == 1
    assert "LOGS" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        pytest.param(["--tenant", "nobody-here"], "there is no tenant nobody-here", id="tenant"),
        pytest.param(["--since", "2026-11-21", "--until", "2026-11-20"], "--since must be before", id="turned-around"),
        pytest.param(["--settings", "nowhere.json"], "cannot read nowhere.json", id="no-file"),
    ],
)
def test_other_wrong_wishes(
    tmp_path: Path, tenant: str, more: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, tenant, draft(tmp_path), *more) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--limit", "0"], ["--limit", "x"], ["--since", "yesterday"], ["--examples", "-1"]])
def test_wrong_numbers_and_times_are_refused(
    tmp_path: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, "demo", draft(tmp_path), *wrong)
    assert ended.value.code == 2
    assert wrong[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    "key",
    [*(f"fate.{fate}" for fate in Fate), *(f"difference.{one}" for one in Difference), *(f"gap.{gap}" for gap in Gap)],
)
def test_every_word_of_the_figures_has_a_text(key: str) -> None:
    assert key in REPLAY
