"""What `.funcignore` lets through is enough to run the functions, and nothing of tests, tools or front-ends goes along."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pathspec
import pytest

from local.tools import ROOT

DEPLOYED = {"function_app.py", "host.json", "requirements.txt", "functions", "shared", "teams_app"}
"""What lies at the top of the package; ``teams_app`` has the pictures of the app package that onboarding makes."""
IMPORTS = """
import importlib, pathlib, sys
sys.dont_write_bytecode = True
root = pathlib.Path.cwd()
import function_app
print(len(function_app.app.get_functions()))
for folder in ("functions", "shared"):
    for path in sorted((root / folder).rglob("*.py")):
        importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"))
for name, module in sorted(sys.modules.items()):
    if name.partition(".")[0] in {"functions", "shared", "function_app", "local", "tests", "smtp_relay", "infra", "bench"}:
        place = getattr(module, "__file__", None)
        assert place is None or pathlib.Path(place).is_relative_to(root), (name, place)
"""


def deployed() -> list[Path]:
    """Files of the repository that go to Azure: those that git knows, but for what `.funcignore` names."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    ignored = pathspec.GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text("utf-8").splitlines())
    return [Path(name) for name in listed if not ignored.match_file(name) and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that would be deployed."""
    folder = tmp_path_factory.mktemp("package")
    for path in deployed():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


def test_everything_that_runs_on_azure_is_deployed(package: Path) -> None:
    """Every module is imported, also those that are imported when first used."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        cwd=package,
        env={"PATH": "/usr/bin:/bin", "MattaStorage": "UseDevelopmentStorage=true"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) >= 5


def test_nothing_else_is_deployed() -> None:
    assert {path.parts[0] for path in deployed()} == DEPLOYED


def test_a_file_that_is_missing_is_noticed(package: Path, tmp_path: Path) -> None:
    """Else the test above would prove little."""
    copy = shutil.copytree(package, tmp_path / "package")
    (copy / "shared" / "errors.py").unlink()
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        cwd=copy,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "shared.errors" in done.stderr
