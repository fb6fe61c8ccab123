"""The vendored facts about resource types (``facts/*.json``, written by ``refresh.py``), and values held against them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra.check.syntax import Array, Choice, Constant, Expression, Loop, Object, Text

_FOLDER = Path(__file__).parent / "facts"
_OF_BICEP = frozenset({"name", "parent", "scope", "dependsOn"})
"""Properties of a declaration that are Bicep's own."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a value, by rule."""

    line: int
    rule: str
    text: str


@dataclass(frozen=True)
class ResourceFacts:
    """What is known of one resource type in one API version."""

    resource: str
    api: str
    root: str
    child: bool
    models: Mapping[str, Any]

    def check(self, body: Object) -> Iterator[Problem]:
        """Problems of a declared resource."""
        if body.get("name") is None:
            yield Problem(body.line, "missing-property", f"{self.resource} has no name")
        own = Object(body.line, tuple(entry for entry in body.entries if entry.key not in _OF_BICEP))
        yield from self._model(self.root, own, self.resource)

    def can_read(self, path: tuple[str, ...]) -> bool:
        """Whether a resource of this type has such a property; true where the facts are only of what is sent."""
        if self.root.endswith("Parameters"):
            return True
        kind: Any = {"ref": self.root}
        for name in path:
            if isinstance(kind, dict) and "ref" in kind:
                model = self.models.get(kind["ref"])
                if model is None or "variants" in model:
                    return True
                known = model["properties"]
            elif isinstance(kind, dict) and "object" in kind:
                known = kind["object"]
            else:
                return not isinstance(kind, str) or kind == "any"
            if name not in known:
                return False
            kind = known[name]["type"]
        return True

    def _model(self, name: str, value: Object, where: str) -> Iterator[Problem]:
        model = self.models.get(name)
        if model is None:
            return
        properties = model["properties"]
        if "variants" in model:
            kind = value.get(model["key"])
            named = kind.literal if isinstance(kind, Text) else None
            if named is not None and named not in model["variants"]:
                yield Problem(
                    value.line, "wrong-value", f"{where}.{model['key']} is not one of {', '.join(model['variants'])}"
                )
            if named in model["variants"]:
                properties = properties | self.models[model["variants"][named]]["properties"]
        yield from self._properties(properties, value, where)

    def _properties(self, known: Mapping[str, Any], value: Object, where: str) -> Iterator[Problem]:
        present = set()
        for entry in value.entries:
            if not isinstance(entry.key, str):
                continue
            present.add(entry.key)
            fact = known.get(entry.key)
            if fact is None:
                yield Problem(entry.line, "unknown-property", f"{where} has no property {entry.key}")
            elif fact.get("readonly"):
                yield Problem(entry.line, "read-only", f"{where}.{entry.key} can only be read")
            else:
                yield from self._value(fact["type"], entry.value, f"{where}.{entry.key}")
        for name, fact in known.items():
            if fact.get("required") and name not in present:
                yield Problem(value.line, "missing-property", f"{where} needs {name}")

    def _value(self, kind: Any, value: Expression, where: str) -> Iterator[Problem]:
        if isinstance(value, Choice):
            yield from self._value(kind, value.then, where)
            yield from self._value(kind, value.otherwise, where)
            return
        if isinstance(value, Constant) and value.value is None:
            return
        wanted, found = _shape(kind), _shape_of(value)
        if wanted and found and found != wanted and (wanted, found) != ("number", "int"):
            yield Problem(value.line, "wrong-kind", f"{where} is of kind {wanted}, not {found}")
            return
        if not isinstance(kind, dict):
            return
        if (
            "enum" in kind
            and isinstance(value, Text)
            and value.literal is not None
            and value.literal not in kind["enum"]
        ):
            yield Problem(
                value.line, "wrong-value", f"{where} is {value.literal!r}, not one of {', '.join(kind['enum'])}"
            )
        elif "array" in kind and isinstance(value, Array):
            for item in value.items:
                yield from self._value(kind["array"], item, f"{where}[]")
        elif "array" in kind and isinstance(value, Loop):
            yield from self._value(kind["array"], value.body, f"{where}[]")
        elif "map" in kind and isinstance(value, Object):
            for entry in value.entries:
                yield from self._value(
                    kind["map"], entry.value, f"{where}.{entry.key if isinstance(entry.key, str) else '…'}"
                )
        elif "ref" in kind and isinstance(value, Object):
            yield from self._model(kind["ref"], value, where)
        elif "object" in kind and isinstance(value, Object):
            yield from self._properties(kind["object"], value, where)


def _shape(kind: Any) -> str:
    if kind == "any":
        return ""
    if isinstance(kind, str):
        return kind
    return {"enum": "string", "array": "array"}.get(next(iter(kind)), "object")


def _shape_of(value: Expression) -> str:
    match value:
        case Text():
            return "string"
        case Constant(value=bool()):
            return "bool"
        case Constant(value=int()):
            return "int"
        case Array() | Loop():
            return "array"
        case Object():
            return "object"
        case _:
            return ""


@cache
def known_types() -> Mapping[str, ResourceFacts]:
    """All types that facts are kept of, by ``Type@version``."""
    found = {}
    for path in sorted(_FOLDER.glob("*.json")):
        read = json.loads(path.read_text("utf-8"))
        facts = ResourceFacts(read["resource"], read["api"], read["root"], read["child"], read["models"])
        found[f"{facts.resource}@{facts.api}"] = facts
    return found
