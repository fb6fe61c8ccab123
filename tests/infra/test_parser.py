"""The reader of Bicep: what a file says, and where it is no Bicep."""

from __future__ import annotations

import pytest

from infra.check.parser import parse
from infra.check.syntax import Array, Call, Choice, Conditional, Loop, Member, Name, Object, Operation, Text
from infra.check.tokens import BicepSyntaxError


def only(text: str) -> object:
    (statement,) = parse("x.bicep", text).statements
    return statement.value


def test_a_text_keeps_its_pieces_and_expressions_apart() -> None:
    value = only("var a = 'x${toLower('B${c}')}\\'y'\n")
    assert isinstance(value, Text)
    assert value.literal is None
    assert value.parts[0] == "x"
    assert value.parts[2] == "'y"
    assert isinstance(value.parts[1], Call)


def test_an_operator_binds_as_in_bicep() -> None:
    value = only("var a = !b && c == 1 ? 'x' : d.e[0] ?? 2\n")
    assert isinstance(value, Choice)
    assert isinstance(value.test, Operation)
    assert value.test.operator == "&&"
    assert isinstance(value.otherwise, Operation)
    assert value.otherwise.operator == "??"


def test_a_resource_says_type_condition_and_line() -> None:
    (statement,) = parse(
        "x.bicep", "\n// why\nresource a 'T@1' existing = if (!empty(b)) {\n  name: 'n'\n}\n"
    ).statements
    assert (statement.line, statement.type, statement.existing) == (3, "T@1", True)
    assert isinstance(statement.value, Conditional)
    assert statement.body is not None
    assert statement.body.get("name") is not None


def test_a_loop_says_its_names() -> None:
    value = only("resource a 'T@1' = [for (item, at) in b: {\n  name: item.x\n  n: at\n}]\n")
    assert isinstance(value, Loop)
    assert value.names == ("item", "at")
    assert isinstance(value.source, Name)


def test_objects_and_arrays_take_commas_and_lines() -> None:
    value = only("var a = {\n  x: [1, 2\n    3]\n  '${k}': { y: true }, z: null\n}\n")
    assert isinstance(value, Object)
    items = value.get("x")
    assert isinstance(items, Array)
    assert len(items.items) == 3
    assert [entry.line for entry in value.entries] == [2, 4, 4]


def test_a_parameter_has_decorators_type_and_default() -> None:
    (statement,) = parse("x.bicep", "@description('d')\n@secure()\nparam p 'a' | 'b' = 'a'\n").statements
    assert statement.secure
    assert statement.type == "'a'|'b'"
    assert isinstance(statement.value, Text)


def test_lines_count_through_long_texts_and_comments() -> None:
    file = parse("x.bicep", "/* a\nb */\nvar a = '''\nx ${not}\ny\n'''\nvar b = a.length\n")
    assert isinstance(file.statements[0].value, Text)
    assert file.statements[0].value.literal == "x ${not}\ny\n"
    assert file.statements[1].line == 7
    assert isinstance(file.statements[1].value, Member)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("var a = {\n  x: 1\n", 3, id="object-not-closed"),
        pytest.param("var a = 'x\n", 1, id="text-not-closed"),
        pytest.param("var a = 'x${b'\n", 1, id="interpolation-not-closed"),
        pytest.param("var a = '''x\n", 1, id="long-text-not-closed"),
        pytest.param("\nvar a =\n", 2, id="no-value"),
        pytest.param("var a = 1 2\n", 1, id="two-values"),
        pytest.param("resource a = {}\n", 1, id="no-type"),
        pytest.param("import 'x'\n", 1, id="unknown-statement"),
        pytest.param("var a = f(1, 2\n", 2, id="call-not-closed"),
        pytest.param("var a = b ? c\n", 2, id="choice-without-else"),
        pytest.param("var a = #\n", 1, id="unknown-sign"),
        pytest.param("/* x\n", 1, id="comment-not-closed"),
        pytest.param("var a = '\\q'\n", 1, id="unknown-escape"),
    ],
)
def test_what_is_no_bicep_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(BicepSyntaxError) as caught:
        parse("x.bicep", text)
    assert caught.value.line == line
