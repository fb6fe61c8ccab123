"""What a template may be made of, held by its syntax tree before anything of it runs. Stage 4b, for ``render_template``.

Everything is refused that is not known to be harmless: calls, assignments, macros, includes, attributes but a few,
filters but a few, arithmetic but plus and minus. What is left can loop over attachments only, so the work that a
template can cost is a number that is known beforehand. The sandbox it then runs in is a second wall, not the first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.transform.template_variables import FILE_FIELDS, MOST_FILES, NAMES

if TYPE_CHECKING:
    from jinja2 import nodes

LONGEST_SOURCE = 50_000
"""Characters of a template."""
DEEPEST = 40
"""Levels of the syntax tree."""
MOST_WORK = 1_000_000
"""Nodes that a rendering with ``MOST_FILES`` attachments may visit."""
FILTERS = frozenset({"upper", "lower", "trim", "join", "default", "length", "truncate", "filesize", "escape", "e"})
TESTS = frozenset({"odd", "even"})
LOOP_FIELDS = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})
_HARMLESS = frozenset(
    [
        "Template",
        "Output",
        "TemplateData",
        "Const",
        "If",
        "CondExpr",
        "Compare",
        "Operand",
        "And",
        "Or",
        "Not",
        "Concat",
        "Add",
        "Sub",
        "Neg",
        "Keyword",
    ]
)


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """What is wrong with a template, for the settings editor.

    ``line`` counts from 1. ``code`` is stable: ``syntax``, ``too-long``, ``too-deep``, ``too-much-work``, ``not-allowed``,
    ``unknown-variable``, ``unknown-filter``, ``unknown-test``, ``unknown-field``, ``loop``, ``not-a-fragment``,
    ``fails``. ``detail`` is the word in question, or the reader's own message for ``syntax`` and ``fails``.
    """

    line: int
    code: str
    detail: str = ""


def problems_of(tree: nodes.Template, names: Collection[str] = NAMES) -> tuple[TemplateProblem, ...]:
    """What is wrong with a parsed template, by line; empty for one that may be rendered. ``names`` are its variables."""
    if (line := _too_deep(tree)) is not None:
        return (TemplateProblem(line, "too-deep", str(DEEPEST)),)
    found = sorted(set(_Checker(names).check(tree)), key=lambda problem: (problem.line, problem.code, problem.detail))
    if not found and work(tree, MOST_FILES) > MOST_WORK:
        found.append(TemplateProblem(1, "too-much-work", str(MOST_WORK)))
    return tuple(found)


def work(tree: nodes.Node, files: int) -> int:
    """Nodes that a rendering visits at most, with that many attachments."""
    total = 0
    waiting = [(tree, 1)]
    while waiting:
        node, times = waiting.pop()
        total += times
        inner = times * max(files, 1) if type(node).__name__ == "For" else times
        waiting.extend((child, inner) for child in node.iter_child_nodes())
    return total


def _too_deep(tree: nodes.Node) -> int | None:
    """The line where the tree passes ``DEEPEST``."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST:
            return node.lineno
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())
    return None


class _Checker:
    """Walks a syntax tree with the names that loops give."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def check(self, node: nodes.Node, items: frozenset[str] = frozenset()) -> Iterator[TemplateProblem]:
        """The problems of a node and what is below it. ``items`` are the names that stand for one attachment."""
        kind = type(node).__name__
        special: Callable[[nodes.Node, frozenset[str]], Iterator[TemplateProblem]] | None
        special = getattr(self, f"_check_{kind.lower()}", None)
        if special is not None:
            yield from special(node, items)
        elif kind in _HARMLESS:
            yield from self._below(node, items)
        else:
            yield TemplateProblem(_line(node), "not-allowed", _word(node))

    def _below(self, node: nodes.Node, items: frozenset[str]) -> Iterator[TemplateProblem]:
        for child in node.iter_child_nodes():
            yield from self.check(child, items)

    def _check_name(self, node: nodes.Name, items: frozenset[str]) -> Iterator[TemplateProblem]:
        if node.name not in self._names and node.name not in items:
            yield TemplateProblem(node.lineno, "unknown-variable", node.name)

    def _check_filter(self, node: nodes.Filter, items: frozenset[str]) -> Iterator[TemplateProblem]:
        if node.name not in FILTERS:
            yield TemplateProblem(node.lineno, "unknown-filter", node.name)
        elif node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
            yield TemplateProblem(node.lineno, "not-allowed", f"filter {node.name}")
        else:
            yield from self._below(node, items)

    def _check_test(self, node: nodes.Test, items: frozenset[str]) -> Iterator[TemplateProblem]:
        if node.name not in TESTS:
            yield TemplateProblem(node.lineno, "unknown-test", node.name)
        else:
            yield from self._below(node, items)

    def _check_getattr(self, node: nodes.Getattr, items: frozenset[str]) -> Iterator[TemplateProblem]:
        of = node.node
        name = getattr(of, "name", "") if type(of).__name__ == "Name" else ""
        if name == "loop" and items and "loop" not in items:
            allowed = LOOP_FIELDS
        elif name in items or _is_item(of):
            allowed = FILE_FIELDS
        else:
            allowed = frozenset()
        if node.attr not in allowed:
            yield TemplateProblem(node.lineno, "unknown-field", node.attr)

    def _check_getitem(self, node: nodes.Getitem, items: frozenset[str]) -> Iterator[TemplateProblem]:
        if not (_is_item(node) or _is_slice(node)):
            yield TemplateProblem(node.lineno, "not-allowed", "[ ]")

    def _check_for(self, node: nodes.For, items: frozenset[str]) -> Iterator[TemplateProblem]:
        name = getattr(node.target, "name", None)
        if not isinstance(name, str) or name in self._names or name == "loop":
            yield TemplateProblem(node.lineno, "loop", "for")
            return
        if node.recursive or not (_is_attachments(node.iter) or _is_slice(node.iter)):
            yield TemplateProblem(node.lineno, "loop", name)
            return
        inner = items | {name}
        for child in (*node.body, *((node.test,) if node.test is not None else ())):
            yield from self.check(child, inner)
        for child in node.else_:
            yield from self.check(child, items)


def _is_attachments(node: nodes.Node) -> bool:
    return type(node).__name__ == "Name" and getattr(node, "name", "") == "attachments"


def _is_number(node: object) -> bool:
    """Whether a node is a whole number as it stands, or nothing."""
    return node is None or (type(node).__name__ == "Const" and type(getattr(node, "value", None)) is int)


def _is_item(node: nodes.Node) -> bool:
    """``attachments[0]``."""
    if type(node).__name__ != "Getitem":
        return False
    of, index = getattr(node, "node", None), getattr(node, "arg", None)
    return of is not None and _is_attachments(of) and index is not None and _is_number(index)


def _is_slice(node: nodes.Node) -> bool:
    """``attachments[:5]``."""
    if type(node).__name__ != "Getitem":
        return False
    of, part = getattr(node, "node", None), getattr(node, "arg", None)
    if of is None or not _is_attachments(of) or type(part).__name__ != "Slice":
        return False
    return all(_is_number(getattr(part, name)) for name in ("start", "stop", "step"))


def _line(node: nodes.Node) -> int:
    """Where a node stands; some that Jinja2 makes itself stand nowhere, and count as what they hold."""
    while not node.lineno:
        inner = next(node.iter_child_nodes(), None)
        if inner is None:
            return 1
        node = inner
    return node.lineno


def _word(node: nodes.Node) -> str:
    """How an author would call what a node is."""
    return {
        "Assign": "set",
        "AssignBlock": "set",
        "CallBlock": "call",
        "FilterBlock": "filter",
        "FromImport": "import",
        "Mul": "*",
        "Pow": "**",
        "Mod": "%",
        "Div": "/",
        "FloorDiv": "//",
        "Call": "( )",
        "List": "[ ]",
        "Dict": "{ }",
        "Tuple": ",",
        "Scope": "autoescape",
        "ScopedEvalContextModifier": "autoescape",
        "EvalContextModifier": "autoescape",
    }.get(type(node).__name__, type(node).__name__.lower())
