"""Rules about symbols: each is declared once, known where it is used, and used where it is declared."""

from __future__ import annotations

from collections.abc import Iterator

from infra.check.findings import Finding, Tree
from infra.check.syntax import (
    Call,
    Entry,
    Expression,
    File,
    Loop,
    Name,
    Object,
    Statement,
    children_of,
    parts_of,
)

# Functions of Bicep that are used here; learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions.
FUNCTIONS = frozenset(
    [
        "allowed",
        "concat",
        "contains",
        "description",
        "empty",
        "environment",
        "format",
        "guid",
        "json",
        "length",
        "listKeys",
        "loadTextContent",
        "maxLength",
        "maxValue",
        "minLength",
        "minValue",
        "resourceGroup",
        "resourceId",
        "secure",
        "string",
        "subscription",
        "subscriptionResourceId",
        "take",
        "toLower",
        "tenant",
        "union",
        "uniqueString",
    ]
)
_TYPES = frozenset({"string", "int", "bool", "object", "array"})


def check_names(tree: Tree) -> Iterator[Finding]:
    """``undefined-name``, ``unused-name``, ``duplicate-name``, ``unknown-function``, ``unknown-parameter-type``."""
    for file in tree.files.values():
        yield from _duplicates(file)
        used: set[str] = set()
        declared = {one.name for one in file.statements if one.kind not in {"output", "targetScope"}}
        for statement in file.statements:
            if statement.type and statement.kind in {"param", "output"} and statement.type.rstrip("[]?") not in _TYPES:
                yield Finding(file.path, statement.line, "unknown-parameter-type", f"{statement.type} is no type")
            for root in _roots(statement):
                for name in _free(root, frozenset()):
                    used.add(name.name)
                    if name.name not in declared:
                        yield Finding(file.path, name.line, "undefined-name", f"{name.name} is declared nowhere")
                for part in parts_of(root):
                    if isinstance(part, Call) and part.base is None and part.name not in FUNCTIONS:
                        yield Finding(file.path, part.line, "unknown-function", f"{part.name} is no known function")
        for statement in file.of("param", "var", "resource"):
            # A resource that is declared is made, so only one that exists already must be of use.
            if statement.name not in used and (statement.kind != "resource" or statement.existing):
                yield Finding(
                    file.path, statement.line, "unused-name", f"{statement.kind} {statement.name} is not used"
                )


def _duplicates(file: File) -> Iterator[Finding]:
    seen: set[tuple[bool, str]] = set()
    for statement in file.statements:
        key = (statement.kind == "output", statement.name)
        if key in seen:
            yield Finding(file.path, statement.line, "duplicate-name", f"{statement.name} is declared twice")
        seen.add(key)
        for part in (part for root in _roots(statement) for part in parts_of(root)):
            if isinstance(part, Object):
                yield from _twice(file, part.entries)


def _twice(file: File, entries: tuple[Entry, ...]) -> Iterator[Finding]:
    keys: set[str] = set()
    for entry in entries:
        if isinstance(entry.key, str):
            if entry.key in keys:
                yield Finding(file.path, entry.line, "duplicate-name", f"the property {entry.key} is there twice")
            keys.add(entry.key)


def _roots(statement: Statement) -> tuple[Expression, ...]:
    return (*statement.decorators, *([statement.value] if statement.value is not None else []))


def _free(node: Expression, bound: frozenset[str]) -> Iterator[Name]:
    """Names that are not those of a loop around them."""
    match node:
        case Name(name=name):
            if name not in bound:
                yield node
        case Loop(names=names, source=source, body=body):
            yield from _free(source, bound)
            yield from _free(body, bound | set(names))
        case _:
            for child in children_of(node):
                yield from _free(child, bound)
