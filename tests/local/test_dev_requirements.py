"""Pinned packages: complete, exact, the ones that are installed; and no registry is named anywhere."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
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
