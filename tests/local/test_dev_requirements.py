"""Pinned packages: complete, exact, the ones that are installed; and no registry is named anywhere."""

from __future__ import annotations

import ast
import json
import re
import sys
from functools import cache
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
OURS = {"function_app", "functions", "shared", "smtp_relay", "local", "tests", "bench", "infra"}
OWNERS = packages_distributions()
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


FUNCTIONS = ("function_app.py", "functions/*.py", "shared/wiring.py")
RELAY = ("smtp_relay/*.py",)
DEVELOPMENT = ("local/**/*.py", "bench/**/*.py", "tests/**/*.py")


def imports_of(starts: tuple[str, ...]) -> set[str]:
    """Names of all foreign modules that these files, and what they import of ours, import."""
    seen: set[Path] = set()
    found: set[str] = set()
    for path in sorted({path for pattern in starts for path in ROOT.glob(pattern)} - {OTHER_ENVIRONMENT}):
        found |= imported_packages(path, seen)
    assert seen, "no file was looked at"
    return found


@cache
def files_of(package: str) -> frozenset[str]:
    """Paths of an installed package's files."""
    return frozenset(str(file) for file in distribution(package).files or ())


def owners_of(module: str) -> set[str]:
    """Packages that bring a module. Several packages share the name ``azure``, so the longest path that exists counts."""
    owners = set(OWNERS.get(module.partition(".")[0], []))
    parts = module.split(".")
    while len(owners) > 1 and parts:
        files = {f"{'/'.join(parts)}/__init__.py", f"{'/'.join(parts)}.py"}
        having = {owner for owner in owners if files & files_of(owner)}
        if having:
            owners = having
            break
        parts.pop()
    return {canonicalize_name(owner) for owner in owners} if parts else set()


@pytest.mark.parametrize(
    ("starts", "requirements"),
    [
        pytest.param(FUNCTIONS, FILES[0], id="functions"),
        pytest.param(RELAY, FILES[1], id="relay"),
        pytest.param(DEVELOPMENT, FILES[2], id="development"),
    ],
)
def test_every_import_is_covered_by_the_requirements(starts: tuple[str, ...], requirements: Path) -> None:
    pinned = pins(requirements)
    assert sorted(name for name in imports_of(starts) if not owners_of(name) & pinned.keys()) == []


@pytest.mark.parametrize(
    ("starts", "requirements", "without_import"),
    [
        pytest.param(FUNCTIONS, FILES[0], {"tzdata"}, id="functions"),  # zoneinfo reads tzdata
        pytest.param(RELAY, FILES[1], set(), id="relay"),
    ],
)
def test_nothing_is_installed_on_servers_that_nobody_uses(
    starts: tuple[str, ...], requirements: Path, without_import: set[str]
) -> None:
    pinned = pins(requirements)
    used = without_import.union(*(owners_of(name) for name in imports_of(starts)))
    waiting = list(used & pinned.keys())
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in needed or name not in pinned:
            continue
        needed.add(name)
        waiting += [canonicalize_name(Requirement(text).name) for text in distribution(name).requires or ()]
    assert pinned.keys() - needed == set()
