"""What a rule finds, and what all rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from infra.check.syntax import Expression, File, Statement, parts_of


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong. Sorted by place."""

    path: str
    line: int
    rule: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.problem}"


@dataclass(frozen=True)
class Tree:
    """All files that belong together: Bicep as trees, others (JSON) as text. Keys are paths as findings show them."""

    files: Mapping[str, File]
    others: Mapping[str, str]

    def beside(self, file: File, relative: str) -> str:
        """The key of a file that ``file`` names relative to itself."""
        pieces: list[str] = []
        for piece in (*PurePosixPath(file.path).parent.parts, *PurePosixPath(relative).parts):
            if piece == "..":
                pieces[-1:] = []
            elif piece != ".":
                pieces.append(piece)
        return "/".join(pieces)

    def module(self, file: File, statement: Statement) -> File | None:
        """The file that a module statement names."""
        return self.files.get(self.beside(file, statement.type))


def expressions_of(statement: Statement) -> Iterator[Expression]:
    """Every expression in a statement, its decorators included."""
    for root in (*statement.decorators, *([statement.value] if statement.value is not None else [])):
        yield from parts_of(root)
