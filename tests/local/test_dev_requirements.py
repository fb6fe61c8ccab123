"""Pinned packages: complete, exact, the ones that are installed; and no registry is named anywhere."""

from __future__ import annotations

import ast
import json
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.tools import ROOT

FILES = [
    ROOT / "requirements.txt",
    ROOT / "smtp_relay" / "requirements.txt",
    ROOT / "requirements-dev.txt",
    ROOT / "local" / "node" / "requirements.txt",
]
OURS = {"function_app", "functions", "shared", "smtp_relay", "local", "tests", "bench"}
OTHER_ENVIRONMENT = ROOT / "tests" / "conformance" / "drive_worker.py"
"""Runs in the virtual environment of Microsoft's Python runtime, not in this one."""


def pins(path: Path) -> dict[str, Requirement]:
    """Requirements that apply here, by canonical name, with those of included files."""
    found: dict[str, Requirement] = {}
    for line in path.read_text("utf-8").splitlines():
        text = line.partition(" #")[0].strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("-r "):
            found |= pins(path.parent / text.removeprefix("-r ").strip())
            continue
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate():
            found[canonicalize_name(requirement.name)] = requirement
    return found


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_every_requirement_is_pinned_to_one_version(path: Path) -> None:
    for requirement in pins(path).values():
        [specifier] = requirement.specifier
        assert specifier.operator == "==", requirement
        assert "*" not in specifier.version, requirement
        assert requirement.url is None


@pytest.mark.parametrize("path", FILES[:3], ids=shown)
def test_what_a_package_brings_in_is_pinned_too(path: Path) -> None:
    pinned = pins(path)
    missing = []
    for name in pinned:
        for text in distribution(name).requires or ():
            needed = Requirement(text)
            if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
                continue
            if canonicalize_name(needed.name) not in pinned:
                missing.append(f"{needed.name} (needed by {name})")
    assert missing == []


@pytest.mark.parametrize("path", FILES[:3], ids=shown)
def test_installed_versions_are_the_pinned_ones(path: Path) -> None:
    wrong = {}
    for name, requirement in pins(path).items():
        try:
            version = distribution(name).version
        except PackageNotFoundError:
            version = "missing"
        if not requirement.specifier.contains(version):
            wrong[str(requirement)] = version
    assert wrong == {}


def test_files_agree_on_versions_that_they_share() -> None:
    functions, relay = pins(FILES[0]), pins(FILES[1])
    for name in functions.keys() & relay.keys():
        assert functions[name].specifier == relay[name].specifier


def test_azure_functions_follows_the_python_version() -> None:
    text = FILES[0].read_text("utf-8")
    assert re.search(r'^azure-functions==1\.[\d.]+; python_version < "3\.13"$', text, re.MULTILINE)
    assert re.search(r'^azure-functions==2\.[\d.]+; python_version >= "3\.13"$', text, re.MULTILINE)


def test_node_lock_pins_everything_by_content_and_names_no_address() -> None:
    directory = ROOT / "local" / "node"
    lock = json.loads((directory / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages["node_modules/azurite"]["version"] == "3.37.0"
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    wanted = json.loads((directory / "package.json").read_text("utf-8"))["dependencies"]
    assert lock["packages"][""]["dependencies"] == wanted
    assert [version for version in wanted.values() if not re.fullmatch(r"[\d.]+", version)] == []


def imported_packages(path: Path, seen: set[Path]) -> set[str]:
    """Top-level names of foreign modules that a file of ours imports anywhere in it, and the files that it imports."""
    if path in seen:
        return set()
    seen.add(path)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            if top in OURS:
                for file in (ROOT / f"{name.replace('.', '/')}.py", ROOT / name.replace(".", "/") / "__init__.py"):
                    if file.is_file():
                        found |= imported_packages(file, seen)
            elif top not in sys.stdlib_module_names:
                found.add(name)
    return found


@pytest.mark.parametrize(
    ("starts", "requirements"),
    [
        pytest.param(["function_app.py", "functions/*.py", "shared/wiring.py"], FILES[0], id="functions"),
        pytest.param(["smtp_relay/*.py"], FILES[1], id="relay"),
        pytest.param(["local/**/*.py", "bench/**/*.py", "tests/**/*.py"], FILES[2], id="development"),
    ],
)
def test_every_import_is_covered_by_the_requirements(starts: list[str], requirements: Path) -> None:
    pinned = pins(requirements)
    owners = packages_distributions()
    seen: set[Path] = set()
    missing = {}
    for path in sorted({path for pattern in starts for path in ROOT.glob(pattern)} - {OTHER_ENVIRONMENT}):
        for name in imported_packages(path, seen):
            packages = {canonicalize_name(owner) for owner in owners.get(name.partition(".")[0], [])}
            if not packages & pinned.keys():
                missing[name] = str(path.relative_to(ROOT))
    assert seen, "no file was looked at"
    assert missing == {}
