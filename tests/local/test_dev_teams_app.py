"""`./dev teams-app` against a real store: a package for the installation that it finds, or a plain word why not."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from local import endpoints
from local.commands.teams_app import main
from local.demo_tenant import BOT_ID, demo_settings
from local.layout import Layout
from shared.adapters.storage_setup import prepare_storage
from shared.settings import ProcessSettings
from shared.wiring import connect
from tests.support.azurite import Azurite

BOT = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def tenant(azurite: Azurite) -> str:
    process = ProcessSettings(storage=azurite.connection_string)
    prepare_storage(process)
    name = f"t{uuid4().hex}"
    connect(process).settings.save(msgspec.structs.replace(demo_settings("127.0.0.1", 25), tenant_id=name))
    return name


@pytest.fixture(autouse=True)
def no_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MattaStorage", raising=False)


def manifest_in(file: Path) -> dict[str, object]:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        read: dict[str, object] = json.loads(archive.read("manifest.json"))
        return read


def test_the_running_instances_app(
    azurite: Azurite, tenant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running = {
        "connection_string": azurite.connection_string,
        "api": "http://127.0.0.1:17000",
        "pids": {"dev": os.getpid()},
    }
    endpoints.write(Layout(tmp_path).endpoints, running)
    out = tmp_path / "app.zip"
    assert main([tenant, "--out", str(out), "--data", str(tmp_path), "--public-url", "https://matta.example"]) == 0
    assert manifest_in(out)["id"] == BOT_ID
    assert manifest_in(out)["validDomains"] == ["matta.example"]
    assert str(out) in capsys.readouterr().out


def test_the_app_of_the_installation_in_the_environment(
    azurite: Azurite, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MattaStorage", azurite.connection_string)
    monkeypatch.setenv("MATTA_BOT_APP_ID", BOT)
    monkeypatch.setenv("MATTA_PUBLIC_URL", "https://mail.matta.example/app")
    out = tmp_path / "app.zip"
    assert main([tenant, "--out", str(out), "--version", "2.0.1"]) == 0
    manifest = manifest_in(out)
    assert (manifest["id"], manifest["version"], manifest["validDomains"]) == (BOT, "2.0.1", ["mail.matta.example"])


def test_what_teams_would_not_take_is_said_and_nothing_is_written(
    azurite: Azurite, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MattaStorage", azurite.connection_string)
    out = tmp_path / "app.zip"
    assert main([tenant, "--out", str(out)]) == 1
    assert "manifest.json" in capsys.readouterr().err
    assert not out.exists()


def test_without_an_installation_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--out", str(tmp_path / "app.zip"), "--data", str(tmp_path)]) == 2
    assert "no instance runs" in capsys.readouterr().err


def test_an_unknown_tenant_has_no_app(
    azurite: Azurite, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MattaStorage", azurite.connection_string)
    assert main([f"{tenant}x", "--out", str(tmp_path / "app.zip")]) == 1
    assert capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named(
    azurite: Azurite, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MattaStorage", azurite.connection_string)
    monkeypatch.setenv("MATTA_BOT_APP_ID", BOT)
    out = tmp_path / "missing" / "app.zip"
    assert main([tenant, "--out", str(out), "--public-url", "https://matta.example"]) == 2
    assert str(out) in capsys.readouterr().err
