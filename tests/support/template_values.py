"""What the templates set, as Azure would: expressions of a Bicep file worked out with values for its parameters.

Knows what the settings use (texts, choices, ``empty``, ``concat``, ``string``, arithmetic, loops are not among them) and
refuses the rest, so that a template that says something new is not quietly read wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.check.syntax import (
    Array,
    Call,
    Choice,
    Constant,
    Expression,
    File,
    Index,
    Member,
    Name,
    Object,
    Operation,
    Text,
)


class Worked:
    """Values of one file's expressions. ``resources`` are what is read of resources, ``{"app": {"name": …}}``."""

    def __init__(self, file: File, parameters: Mapping[str, Any], resources: Mapping[str, Any]) -> None:
        self._file = file
        self._given = {**resources, **parameters}

    def settings(self, symbol: str) -> dict[str, str]:
        """The app settings that a ``config`` resource sets."""
        statement = self._file.named(symbol)
        assert statement is not None
        assert statement.body is not None
        found = self.value(statement.body)["properties"]
        assert all(isinstance(value, str) for value in found.values())
        return dict(found)

    def container(self, symbol: str) -> dict[str, Any]:
        """The first container of a Container App, as ``properties.template.containers[0]``."""
        statement = self._file.named(symbol)
        assert statement is not None
        assert statement.body is not None
        container: dict[str, Any] = self.value(statement.body)["properties"]["template"]["containers"][0]
        return container

    def value(self, node: Expression) -> Any:
        """An expression's value."""
        match node:
            case Text(parts=parts):
                return "".join(part if isinstance(part, str) else str(self.value(part)) for part in parts)
            case Constant(value=value):
                return value
            case Name(name=name):
                return self._named(name)
            case Member(base=base, name=name):
                return self.value(base)[name]
            case Index(base=base, key=key):
                return self.value(base)[self.value(key)]
            case Array(items=items):
                return [self.value(item) for item in items]
            case Object(entries=entries):
                return {
                    entry.key if isinstance(entry.key, str) else self.value(entry.key): self.value(entry.value)
                    for entry in entries
                }
            case Choice(test=test, then=then, otherwise=otherwise):
                return self.value(then if self.value(test) else otherwise)
            case Operation(operator=operator, operands=operands):
                return self._operation(operator, [self.value(operand) for operand in operands])
            case Call(base=None, name=name, arguments=arguments):
                return self._call(name, [self.value(argument) for argument in arguments])
        raise LookupError(f"line {node.line}: {type(node).__name__}")

    def _named(self, name: str) -> Any:
        if name in self._given:
            return self._given[name]
        statement = self._file.named(name)
        assert statement is not None, name
        assert statement.value is not None, f"{name} has no value"
        return self.value(statement.value)

    def _call(self, name: str, arguments: list[Any]) -> Any:
        match name, arguments:
            case "empty", [value]:
                return not value
            case "string", [value]:
                return str(value)
            case "concat", lists:
                return [item for part in lists for item in part]
            case "union", objects:
                return {key: value for part in objects for key, value in part.items()}
            case "subscription", []:
                return self._given["subscription"]
        raise LookupError(name)

    def _operation(self, operator: str, operands: list[Any]) -> Any:
        match operator, operands:
            case "!", [value]:
                return not value
            case "/", [dividend, divisor]:
                return dividend // divisor
        raise LookupError(operator)
