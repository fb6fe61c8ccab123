"""`./dev proxy` against a real store: what people see, and what they are told when something is refused."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from local import endpoints
from local.commands.proxy import main
from local.demo_tenant import PEOPLE, SENDER, demo_settings
from local.layout import Layout
from shared.adapters.storage_setup import prepare_storage
from shared.ports_people import AuditCode
from shared.settings import ProcessSettings
from shared.wiring import connect
from tests.support.azurite import Azurite

INFO = f"info@{SENDER.rpartition('@')[2]}"
OTHER = f"other@{SENDER.rpartition('@')[2]}"


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
        found = main([*words, "--tenant", self.tenant, "--data", str(self.directory)])
        shown = self._capsys.readouterr()
        assert found == code, shown
        return shown.out if code == 0 else shown.err


@pytest.fixture
def desk(azurite: Azurite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(azurite, tmp_path, capsys)


def test_a_proxy_is_named_listed_and_removed(desk: Desk) -> None:
    assert "no proxies, no absences" in desk.types("list", INFO)
    year = datetime.now(UTC).year + 1
    named = desk.types("add", INFO, SENDER, "--from", f"{year}-12-01", "--until", f"{year}-12-28")
    assert (
        f"proxy {SENDER} from {year}-12-01 00:00 until {year}-12-29 00:00, named by an administrator" in named
    )  # the last day counts, in the tenant's time
    assert desk.types("list", INFO) == named
    assert desk.app.delegations.principals_of(desk.tenant, SENDER) == (INFO,)
    assert "no proxies" in desk.types("remove", INFO, SENDER)
    now = datetime.now(UTC)
    lines = desk.app.audit.between(desk.tenant, now - timedelta(hours=1), now + timedelta(hours=1), 10)
    assert [line.code for line in lines] == [AuditCode.PROXIES_CHANGED] * 2


def test_a_person_names_proxies_for_themselves_and_not_for_others(desk: Desk) -> None:
    assert "named by the person" in desk.types("add", SENDER, OTHER, "--as", SENDER)
    assert "may not change" in desk.types("add", INFO, OTHER, "--as", SENDER, code=1)
    assert "own proxy" in desk.types("add", SENDER, SENDER, "--as", SENDER, code=1)


def test_somebody_is_away_and_back(desk: Desk) -> None:
    year = datetime.now(UTC).year + 1
    words = ("away", SENDER, "--from", f"{year}-12-29T13:00", "--until", f"{year + 1}-01-03")
    away = desk.types(*words)
    assert f"away from {year}-12-29 13:00 until {year + 1}-01-04 00:00" in away
    assert "no absences" in desk.types("away", SENDER, "--back")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        pytest.param(("away", SENDER), 2, "--until", id="without an end"),
        pytest.param(("add", SENDER, OTHER, "--until", "soon"), 2, "'soon' is no date", id="no date"),
        pytest.param(("add", SENDER, OTHER, "--until", "2020-01-01"), 1, "in the past", id="over"),
        pytest.param(("add", SENDER, "x@elsewhere.example"), 1, "of the organisation", id="a stranger"),
    ],
)
def test_what_is_refused_is_told(desk: Desk, words: tuple[str, ...], code: int, told: str) -> None:
    assert told in desk.types(*words, code=code)


def test_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", SENDER, "--data", str(tmp_path)]) == 2
    assert "start one with ./dev up" in capsys.readouterr().err
