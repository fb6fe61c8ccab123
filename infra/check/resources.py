"""Rules about resources: type and version are known, and so are the properties, their kinds and values."""

from __future__ import annotations

from collections.abc import Iterator

from infra.check.facts import known_types
from infra.check.findings import Finding, Tree, expressions_of
from infra.check.syntax import Expression, File, Index, Member, Name


def check_resources(tree: Tree) -> Iterator[Finding]:
    """``unknown-type``, ``unknown-version``, ``unknown-read`` and what ``ResourceFacts.check`` says."""
    types = known_types()
    names = {key.partition("@")[0] for key in types}
    for file in tree.files.values():
        yield from _reads(file)
        for statement in file.of("resource"):
            facts = types.get(statement.type)
            if facts is None:
                name, _, version = statement.type.partition("@")
                if name in names:
                    yield Finding(file.path, statement.line, "unknown-version", f"{name} is not known in {version!r}")
                else:
                    yield Finding(file.path, statement.line, "unknown-type", f"{name} is no known resource type")
                continue
            body = statement.body
            if body is None:
                yield Finding(file.path, statement.line, "missing-property", f"{statement.name} has no properties")
            elif statement.existing:
                if extra := [str(entry.key) for entry in body.entries if entry.key not in {"name", "parent", "scope"}]:
                    yield Finding(
                        file.path, statement.line, "unknown-property", f"an existing resource sets {', '.join(extra)}"
                    )
            else:
                for problem in facts.check(body):
                    yield Finding(file.path, problem.line, problem.rule, problem.text)
                if "/" in facts.resource.partition("/")[2] and body.get("parent") is None:
                    yield Finding(file.path, statement.line, "missing-property", f"{statement.name} needs a parent")


def _reads(file: File) -> Iterator[Finding]:
    """Properties that are read of a resource, where the facts are of what Azure answers."""
    types = known_types()
    for statement in file.statements:
        for part in expressions_of(statement):
            path, resource = _path(part)
            declared = file.named(resource) if path and path[0] == "properties" else None
            facts = types.get(declared.type) if declared is not None and declared.kind == "resource" else None
            if facts is not None and not facts.can_read(path):
                yield Finding(file.path, part.line, "unknown-read", f"{resource} has no {'.'.join(path)}")


def _path(part: Expression) -> tuple[tuple[str, ...], str]:
    """The names after a symbol, and the symbol; nothing where there is no symbol at the bottom."""
    match part:
        case Member(base=Name(name=symbol), name=name) | Member(base=Index(base=Name(name=symbol)), name=name):
            return (name,), symbol
        case Member(base=Member() as base, name=name):
            path, symbol = _path(base)
            return ((*path, name), symbol) if symbol else ((), "")
        case _:
            return (), ""
