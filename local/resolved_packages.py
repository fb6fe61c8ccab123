"""What pip would install for a file of requirements on a server, from its own report: nothing is installed.

Local tooling; no stage of the mail flow. https://pip.pypa.io/en/stable/reference/installation-report/
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import msgspec
from packaging.requirements import Requirement

from local.tools import ToolError

SERVER_PYTHON = "3.13"
SERVER_MACHINE = "x86_64"
_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True, slots=True, order=True)
class ResolvedPackage:
    """One file that would be installed."""

    name: str
    version: str
    sha256: str
    licence: str
    """What the package says: an SPDX expression, or its own words, or nothing."""
    summary: str


class _Metadata(msgspec.Struct):
    name: str
    version: str
    license: str = ""
    license_expression: str = ""
    summary: str = ""
    classifier: tuple[str, ...] = ()


class _Archive(msgspec.Struct):
    hashes: dict[str, str]


class _Download(msgspec.Struct):
    archive_info: _Archive


class _Item(msgspec.Struct):
    metadata: _Metadata
    download_info: _Download


class _Report(msgspec.Struct):
    install: tuple[_Item, ...]


_REPORT = msgspec.json.Decoder(_Report)
_CLASSIFIER = "License :: OSI Approved :: "


def pinned(requirements: Path, python: str = SERVER_PYTHON) -> tuple[str, ...]:
    """``name==version`` of each requirement that applies on Linux with this Python."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
    }
    found = []
    for line in requirements.read_text("utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if not text or text.startswith("-"):
            continue
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            found.append(f"{requirement.name}{requirement.specifier}")
    return tuple(found)


def resolve(
    requirements: Path, python: str = SERVER_PYTHON, machine: str = SERVER_MACHINE
) -> tuple[ResolvedPackage, ...]:
    """By name. Only wheels count, as on the servers.

    :raises ToolError: pip found no such wheel, or did not answer.
    """
    platforms = (f"manylinux{version}_{machine}" for version in ("_2_28", "_2_17", "2014"))
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text("\n".join(pinned(requirements, python)) + "\n", "utf-8")
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        # Whether a package suits the Python of the servers is told by --python-version, not by the one that runs here.
        command += [
            "--ignore-requires-python",
            "--dry-run",
            "--ignore-installed",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--target",
            folder,
        ]
        command += ["--python-version", python, *(word for name in platforms for word in ("--platform", name))]
        command += ["--report", str(report), "--requirement", str(wanted)]
        _run(command)
        items = _REPORT.decode(report.read_bytes()).install
    return tuple(sorted(_package(item) for item in items))


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ToolError("pip did not answer in five minutes") from error
    if done.returncode:
        raise ToolError(f"pip cannot say what it would install:\n{done.stderr[-2000:]}")


def _package(item: _Item) -> ResolvedPackage:
    said = item.metadata
    classified = [line.removeprefix(_CLASSIFIER) for line in said.classifier if line.startswith(_CLASSIFIER)]
    # Old packages put the whole text of their licence into the field for its name.
    short = said.license if "\n" not in said.license.strip() else ""
    licence = said.license_expression or _installed_expression(said) or short.strip() or " AND ".join(classified)
    return ResolvedPackage(
        said.name, said.version, item.download_info.archive_info.hashes["sha256"], licence, said.summary
    )


def _installed_expression(said: _Metadata) -> str:
    """pip before 24.3 does not report ``License-Expression`` (PEP 639); the same version is often installed here."""
    try:
        installed = distribution(said.name)
    except PackageNotFoundError:
        return ""
    return (installed.metadata["License-Expression"] or "") if installed.version == said.version else ""
