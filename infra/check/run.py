"""Reads a folder of templates and holds all rules against it."""

from __future__ import annotations

from pathlib import Path

from infra.check.findings import Finding, Tree
from infra.check.hardening import check_hardening
from infra.check.modules import check_modules
from infra.check.names import check_names
from infra.check.parser import parse
from infra.check.resources import check_resources
from infra.check.roles import check_roles
from infra.check.secrets import check_secrets
from infra.check.syntax import File
from infra.check.tokens import BicepSyntaxError

RULES = (check_names, check_resources, check_modules, check_secrets, check_roles, check_hardening)
_OWN = "check"
"""The check's own folder, which holds no templates."""


def read(folder: Path) -> tuple[Tree, list[Finding]]:
    """All files below ``folder``, named with its name before them, and those that are not Bicep as findings."""
    files: dict[str, File] = {}
    others: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if place.parts[0] == _OWN or not path.is_file() or path.suffix not in {".bicep", ".json", ".sh"}:
            continue
        shown = f"{folder.name}/{place.as_posix()}"
        text = path.read_text("utf-8")
        if path.suffix != ".bicep":
            others[shown] = text
            continue
        try:
            files[shown] = parse(shown, text)
        except BicepSyntaxError as error:
            findings.append(Finding(shown, error.line, "syntax", error.problem))
    return Tree(files, others), findings


def check(folder: Path) -> tuple[Finding, ...]:
    """Everything that is wrong in a folder, by place. A folder without templates is wrong, too."""
    tree, findings = read(folder)
    if not tree.files and not findings:
        findings.append(Finding(folder.name, 1, "missing-file", "there are no templates"))
    for rule in RULES:
        findings += rule(tree)
    return tuple(sorted(set(findings)))
