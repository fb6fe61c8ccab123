"""Rules about what files say to each other: modules, their parameters and outputs, loaded texts, the parameters file."""

from __future__ import annotations

import json
from collections.abc import Iterator

from infra.check.findings import Finding, Tree, expressions_of
from infra.check.syntax import Array, Call, Constant, Expression, File, Member, Name, Object, Statement, Text


def check_modules(tree: Tree) -> Iterator[Finding]:
    """``missing-file``, ``module-parameter``, ``module-output``, ``unused-module``, ``parameters-file``."""
    named: set[str] = set()
    for file in tree.files.values():
        modules = {statement.name: statement for statement in file.of("module")}
        for statement in modules.values():
            target = tree.module(file, statement)
            if target is None:
                yield Finding(file.path, statement.line, "missing-file", f"there is no {statement.type}")
                continue
            named.add(target.path)
            yield from _parameters(file, statement, target)
        for statement in file.statements:
            for part in expressions_of(statement):
                yield from _outputs(tree, file, modules, part)
                yield from _texts(tree, file, part)
    for path in tree.files:
        if "/modules/" in path and path not in named:
            yield Finding(path, 1, "unused-module", "no file uses this module")
    for path, text in tree.others.items():
        if path.endswith(".parameters.json"):
            yield from _parameters_file(tree, path, text)


def _parameters(file: File, statement: Statement, target: File) -> Iterator[Finding]:
    body = statement.body
    given = body.get("params") if body is not None else None
    entries = given.entries if isinstance(given, Object) else ()
    wanted = {one.name: one for one in target.of("param")}
    for entry in entries:
        parameter = wanted.get(str(entry.key))
        if parameter is None:
            yield Finding(file.path, entry.line, "module-parameter", f"{target.path} has no parameter {entry.key}")
        elif (
            (kind := _kind(file, entry.value))
            and kind != parameter.type.rstrip("?")
            and not (kind == "array" and parameter.type.endswith("[]"))
        ):
            yield Finding(
                file.path, entry.line, "module-parameter", f"{entry.key} is of type {parameter.type}, not {kind}"
            )
    have = {entry.key for entry in entries}
    for name, parameter in wanted.items():
        if name not in have and parameter.value is None and not parameter.type.endswith("?"):
            yield Finding(file.path, statement.line, "module-parameter", f"{target.path} needs the parameter {name}")


def _kind(file: File, value: Expression) -> str:
    match value:
        case Text():
            return "string"
        case Constant(value=bool()):
            return "bool"
        case Constant(value=int()):
            return "int"
        case Array():
            return "array"
        case Object():
            return "object"
        case Name(name=name):
            declared = file.named(name)
            return declared.type if declared is not None and declared.kind == "param" else ""
        case _:
            return ""


def _outputs(tree: Tree, file: File, modules: dict[str, Statement], part: Expression) -> Iterator[Finding]:
    match part:
        case Member(line=line, name=output, base=Member(name="outputs", base=Name(name=name))) if name in modules:
            target = tree.module(file, modules[name])
            if target is not None and output not in {one.name for one in target.of("output")}:
                yield Finding(file.path, line, "module-output", f"{target.path} has no output {output}")


def _texts(tree: Tree, file: File, part: Expression) -> Iterator[Finding]:
    match part:
        case Call(line=line, name="loadTextContent", arguments=(Text(literal=str(relative)), *_)):
            path = tree.beside(file, relative)
            if path not in tree.others:
                yield Finding(file.path, line, "missing-file", f"there is no {relative}")
            elif path.endswith(".json"):
                try:
                    json.loads(tree.others[path])
                except ValueError as error:
                    yield Finding(path, 1, "syntax", f"is not JSON: {error}")


def _parameters_file(tree: Tree, path: str, text: str) -> Iterator[Finding]:
    template = tree.files.get(path.replace(".parameters.json", ".bicep"))
    try:
        given = json.loads(text)["parameters"]
    except (ValueError, KeyError, TypeError) as error:
        yield Finding(path, 1, "syntax", f"is no file of parameters: {error}")
        return
    if template is None:
        yield Finding(path, 1, "missing-file", "there is no template of this name")
        return
    wanted = {one.name: one for one in template.of("param")}
    lines = text.splitlines()
    for name in given:
        if name not in wanted:
            line = next((number for number, shown in enumerate(lines, 1) if f'"{name}"' in shown), 1)
            yield Finding(path, line, "parameters-file", f"{template.path} has no parameter {name}")
    for name, parameter in wanted.items():
        if name not in given and parameter.value is None:
            yield Finding(path, 1, "parameters-file", f"the parameter {name} is missing")
