"""The relay's packages with the content hashes of every wheel that a supported machine could take.

The image installs from that file, so that a package which changes behind its version number is refused. Local tooling; no
stage of the mail flow. https://pip.pypa.io/en/stable/topics/secure-installs/
"""

from __future__ import annotations

from local.resolved_packages import pinned, resolve
from local.tools import ROOT

LOCK = ROOT / "smtp_relay" / "requirements.lock"
REQUIREMENTS = ROOT / "smtp_relay" / "requirements.txt"
_PYTHONS = ("3.11", "3.12", "3.13")
_MACHINES = ("x86_64", "aarch64")
_HEAD = "# Made by ./dev sbom --lock from requirements.txt; what the image installs.\n"


def lock_text() -> str:
    """What the file must say today.

    :raises ToolError: the registry could not be asked.
    """
    hashes: dict[str, set[str]] = {}
    for python in _PYTHONS:
        for machine in _MACHINES:
            for package in resolve(REQUIREMENTS, python, machine):
                hashes.setdefault(package.name.lower().replace("_", "-"), set()).add(package.sha256)
    lines = [_HEAD]
    for requirement in pinned(REQUIREMENTS):
        known = sorted(hashes[requirement.partition("==")[0].lower().replace("_", "-")])
        lines.append(f"{requirement} \\\n" + " \\\n".join(f"    --hash=sha256:{one}" for one in known) + "\n")
    return "".join(lines)
