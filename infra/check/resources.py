"""Rules about resources: type and version are known, and so are the properties, their kinds and values."""

from __future__ import annotations

from collections.abc import Iterator

from infra.check.facts import known_types
from infra.check.findings import Finding, Tree


def check_resources(tree: Tree) -> Iterator[Finding]:
    """``unknown-type``, ``unknown-version`` and what ``ResourceFacts.check`` says."""
    types = known_types()
    names = {key.partition("@")[0] for key in types}
    for file in tree.files.values():
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
