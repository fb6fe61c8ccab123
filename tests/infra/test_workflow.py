"""The release workflow: well formed and without known weaknesses (zizmor), and it does what the docs say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.cli import COMMANDS
from local.tools import ROOT
from tests.support.relay_image import DOCKERFILE

FOLDER = ROOT / ".github"
WORKFLOW = (FOLDER / "workflows" / "release.yml").read_text("utf-8")


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "zizmor"), "--offline", "--no-progress", "--quiet", "--config"]
    return subprocess.run(
        [*command, str(FOLDER / "zizmor.yml"), str(folder)], capture_output=True, text=True, timeout=60, check=False
    )


def test_nothing_is_wrong_with_it() -> None:
    done = zizmor(FOLDER)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "@v4", "unpinned-uses", id="action by tag"),
        pytest.param(
            "    permissions:\n      contents: read\n",
            "    permissions: write-all\n",
            "excessive-permissions",
            id="all permissions",
        ),
        pytest.param("        with:\n          persist-credentials: false\n", "", "artipacked", id="token left behind"),
        pytest.param('TAG" =', '${{ github.ref_name }}" =', "template-injection", id="a tag's name becomes a command"),
        pytest.param("runs-on: ubuntu-24.04", "runs_on: ubuntu-24.04", "failed to validate", id="not a workflow"),
    ],
)
def test_a_broken_copy_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in WORKFLOW
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "release.yml").write_text(WORKFLOW.replace(old, new, 1), "utf-8")
    done = zizmor(tmp_path / ".github")
    assert done.returncode != 0
    assert said in done.stdout + done.stderr


def test_it_names_what_is_there() -> None:
    parsed: dict[str, Any] = yaml.safe_load(WORKFLOW)
    assert list(parsed["jobs"]) == ["test", "deploy"]
    assert parsed["jobs"]["deploy"]["needs"] == "test"
    steps = " ".join(str(step.get("run", "")) for step in parsed["jobs"]["deploy"]["steps"])
    services = yaml.safe_load((ROOT / "azure.yaml").read_text("utf-8"))["services"]
    for name in services:
        assert f"azd deploy {name}" in steps
    assert "./dev sbom" in steps
    assert "sbom" in COMMANDS
    for argument in ("BASE", "VERSION", "REVISION"):
        assert f'--build-arg "{argument}=' in steps
        assert f"ARG {argument}=" in DOCKERFILE
    assert (ROOT / ".ci" / "run").exists()


def test_it_holds_no_secret() -> None:
    assert "secrets." not in WORKFLOW
