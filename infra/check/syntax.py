"""A Bicep file as a tree: the statements and expressions that the parser knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """A string. ``parts`` are literal pieces and interpolated expressions, in turn."""

    line: int
    parts: tuple[str | Expression, ...]

    @property
    def literal(self) -> str | None:
        """The string, where nothing is interpolated."""
        return None if any(not isinstance(part, str) for part in self.parts) else "".join(map(str, self.parts))


@dataclass(frozen=True)
class Constant:
    """A whole number, ``true``, ``false`` or ``null``."""

    line: int
    value: int | bool | None


@dataclass(frozen=True)
class Name:
    """A symbol."""

    line: int
    name: str


@dataclass(frozen=True)
class Member:
    """``base.name``, also ``base.?name`` and ``base::name``."""

    line: int
    base: Expression
    name: str


@dataclass(frozen=True)
class Index:
    """``base[key]``."""

    line: int
    base: Expression
    key: Expression


@dataclass(frozen=True)
class Call:
    """``name(arguments)`` or ``base.name(arguments)``."""

    line: int
    base: Expression | None
    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Operation:
    """A prefix or infix operator."""

    line: int
    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Choice:
    """``test ? then : otherwise``."""

    line: int
    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class Array:
    """``[…]``."""

    line: int
    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Entry:
    """One property of an object; ``key`` is a ``Text`` where it is computed."""

    line: int
    key: str | Text
    value: Expression


@dataclass(frozen=True)
class Object:
    """``{…}``."""

    line: int
    entries: tuple[Entry, ...]

    def get(self, key: str) -> Expression | None:
        """The value of a property, or ``None``."""
        return next((entry.value for entry in self.entries if entry.key == key), None)


@dataclass(frozen=True)
class Loop:
    """``[for item in source: body]``; ``names`` are the item's and perhaps the index's."""

    line: int
    names: tuple[str, ...]
    source: Expression
    body: Expression


@dataclass(frozen=True)
class Conditional:
    """``if (test) {…}`` as the body of a resource or module."""

    line: int
    test: Expression
    body: Expression


Expression = Text | Constant | Name | Member | Index | Call | Operation | Choice | Array | Object | Loop | Conditional


@dataclass(frozen=True)
class Statement:
    """One declaration. ``kind``: targetScope, param, var, resource, module or output."""

    kind: str
    line: int
    name: str
    value: Expression | None = None
    type: str = ""
    """Of a parameter or output, as written; of a resource its type and version; of a module its path."""
    existing: bool = False
    decorators: tuple[Call, ...] = field(default=())

    @property
    def secure(self) -> bool:
        """Whether it is marked ``@secure()``."""
        return any(decorator.name == "secure" for decorator in self.decorators)

    @property
    def body(self) -> Object | None:
        """The properties of a resource or module, whatever condition or loop is around them."""
        value = self.value
        while isinstance(value, (Conditional, Loop)):
            value = value.body
        return value if isinstance(value, Object) else None


@dataclass(frozen=True)
class File:
    """A Bicep file. ``path`` is how findings name it."""

    path: str
    statements: tuple[Statement, ...]

    def of(self, *kinds: str) -> Iterator[Statement]:
        """The statements of these kinds, in order."""
        return (statement for statement in self.statements if statement.kind in kinds)

    def named(self, name: str) -> Statement | None:
        """The statement that declares a symbol (outputs have a name space of their own)."""
        return next((one for one in self.statements if one.name == name and one.kind != "output"), None)


def parts_of(node: Expression) -> Iterator[Expression]:
    """An expression and all that it consists of."""
    yield node
    for child in children_of(node):
        yield from parts_of(child)


def children_of(node: Expression) -> tuple[Expression, ...]:
    """What an expression directly consists of."""
    match node:
        case Text(parts=parts):
            return tuple(part for part in parts if not isinstance(part, str))
        case Member(base=base):
            return (base,)
        case Index(base=base, key=key):
            return (base, key)
        case Call(base=base, arguments=arguments):
            return ((base,) if base is not None else ()) + arguments
        case Operation(operands=operands):
            return operands
        case Choice(test=test, then=then, otherwise=otherwise):
            return (test, then, otherwise)
        case Array(items=items):
            return items
        case Object(entries=entries):
            keys: list[Expression] = [entry.key for entry in entries if isinstance(entry.key, Text)]
            return (*keys, *(entry.value for entry in entries))
        case Loop(source=source, body=body):
            return (source, body)
        case Conditional(test=test, body=body):
            return (test, body)
        case _:
            return ()
