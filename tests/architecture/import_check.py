"""Finds every import of a file, and tells which of them break the rule of the file's room (``imports.py``)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.imports import IMPURE, REPOSITORY, Room

STANDARD_LIBRARY = frozenset(sys.stdlib_module_names)


@dataclass(frozen=True)
class Import:
    """One imported module (``from a import b`` counts as ``a.b`` as well as ``a``) and where it stands."""

    file: str
    line: int
    module: str
    names: tuple[str, ...]


def imports_of(path: Path, root: Path = REPOSITORY) -> Iterator[Import]:
    """Every import statement of a Python file, also those inside functions."""
    shown = path.relative_to(root).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(shown, node.lineno, alias.name, ())
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield Import(shown, node.lineno, "." * node.level + (node.module or ""), ())
            else:
                yield Import(shown, node.lineno, node.module or "", tuple(alias.name for alias in node.names))


def breaches(room: Room, found: Import) -> str:
    """Why an import breaks the room's rule, or ``""``."""
    where = f"{found.file}:{found.line}"
    if found.module.startswith("."):
        return f"{where} imports relatively; write the whole name"
    candidates = [f"{found.module}.{name}" for name in found.names] or [found.module]
    for candidate in candidates:
        if any(_within(candidate, name) for name in room.forbidden):
            return f"{where} imports {candidate}, which {room.path} must not touch"
        top = candidate.partition(".")[0]
        if top in STANDARD_LIBRARY:
            if room.pure and top in IMPURE:
                return f"{where} imports {candidate}; {room.path} is pure"
            continue
        if not any(_within(candidate, name) for name in (*room.project, *room.packages)):
            return f"{where} imports {candidate}; {room.path} may not"
    return ""


def _within(module: str, prefix: str) -> bool:
    if prefix.endswith("_"):
        return module.startswith(prefix)
    return (
        module == prefix
        or module.startswith(prefix + ".")
        or (prefix == "shared.adapters.spool_blob" and module.startswith(prefix + "_"))
    )


def files_of(room: Room, root: Path = REPOSITORY) -> tuple[Path, ...]:
    """The Python files that the rule is for."""
    place = root / room.path
    if place.is_file():
        return (place,)
    others = [root / path for path in room.without]
    return tuple(path for path in sorted(place.rglob("*.py")) if not any(path.is_relative_to(one) for one in others))
