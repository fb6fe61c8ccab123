"""`./dev sbom`: what parts are made of, from pip's own report, in a form that the schema of CycloneDX takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from local.bill_of_materials import bill_of_materials
from local.commands import sbom
from local.relay_lock import LOCK
from local.resolved_packages import ResolvedPackage, pinned
from local.tools import ROOT, ToolError
from shared.settings import VERSION

PACKAGES = (
    ResolvedPackage("Jinja2", "3.1.6", "ab" * 32, "BSD License", "templates"),
    ResolvedPackage("typing_extensions", "4.16.0", "cd" * 32, "PSF-2.0", ""),
    ResolvedPackage("odd", "1", "ef" * 32, "", ""),
)


def test_the_relay_is_listed_with_versions_licences_and_hashes(tmp_path: Path) -> None:
    assert sbom.main(["relay", "--out", str(tmp_path)]) == 0
    text = (tmp_path / "matta-relay.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found = json.loads(text)
    assert found["metadata"]["component"]["version"] == VERSION
    listed = {f"{one['name']}=={one['version']}" for one in found["components"]}
    assert listed == set(pinned(sbom.PARTS["relay"]))
    lock = LOCK.read_text("utf-8")
    for one in found["components"]:
        assert one["licenses"], one["name"]
        [content] = [found["content"] for found in one["hashes"]]
        assert f"sha256:{content}" in lock, "the image would install this very file"


def test_the_same_packages_give_the_same_bytes() -> None:
    first, second = bill_of_materials("functions", PACKAGES), bill_of_materials("functions", reversed(PACKAGES))
    assert first == second
    assert first != bill_of_materials("functions", PACKAGES[:1])
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(first) is None


def test_what_the_servers_python_does_not_need_is_left_out() -> None:
    found = pinned(ROOT / "requirements.txt")
    assert [one for one in found if one.startswith("azure-functions==")] == ["azure-functions==2.3.0"]


def test_a_package_that_nobody_has_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("aiosmtpd==0.0.0\n")
    monkeypatch.setitem(sbom.PARTS, "relay", wanted)
    with pytest.raises(ToolError, match="pip cannot say"):
        sbom.main(["relay", "--out", str(tmp_path)])


def test_a_part_that_does_not_exist_is_told_with_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        sbom.main(["portal"])
    assert stopped.value.code == 2
    assert "'portal' is no part; there are relay, functions" in capsys.readouterr().err
