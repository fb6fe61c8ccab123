"""Cells of CSV tables: every kind of field, written and read, and what is said of one that is none."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.core.settings.cells import Column
from shared.core.settings.problem import Problem
from shared.core.settings.tables import TABLES


def column(table: str, name: str) -> Column:
    return next(column for column in TABLES[table].columns if column.name == name)


@pytest.mark.parametrize(
    ("table", "name", "cell", "expected"),
    [
        pytest.param("rules", "name", "=x ", "=x ", id="text as it stands"),
        pytest.param("rules", "name", "", msgspec.UNSET, id="an empty cell is unset"),
        pytest.param("templates", "text", "", "", id="but for a text that must be there"),
        pytest.param("rules", "enabled", "TRUE", True, id="as Excel writes it"),
        pytest.param("rules", "enabled", "いいえ", False, id="Japanese no"),
        pytest.param("rules", "enabled", "０", False, id="full-width digit"),
        pytest.param("rules", "minimum", " ３ ", 3, id="full-width number"),
        pytest.param("rules", "total_from", "", msgspec.UNSET, id="no number"),
        pytest.param("rules", "groups", "a; b ;;c", ("a", "b", "c"), id="semicolons"),
        pytest.param("rules", "groups", "営業部\n総務部", ("営業部", "総務部"), id="lines"),
        pytest.param("rules", "groups", '["a;b", " c "]', ("a;b", " c "), id="JSON array"),
        pytest.param("rules", "groups", "[]", (), id="empty array"),
        pytest.param("rules", "keyword_places", "body", ("body",), id="a list of words"),
        pytest.param("rules", "rule", "subject-blank", "subject-blank", id="a word"),
        pytest.param(
            "policies",
            "when",
            '{"type":"size","number":5}',
            {"type": "size", "number": 5, "comparison": ">="},
            id="a condition",
        ),
        pytest.param("people", "members", "25", 25, id="a number of people"),
    ],
)
def test_cells_that_are_read(table: str, name: str, cell: str, expected: Any) -> None:
    found = column(table, name).read(cell, 4)
    assert found is expected if expected is msgspec.UNSET else found == expected


@pytest.mark.parametrize(
    ("table", "name", "cell", "field", "words"),
    [
        pytest.param("rules", "enabled", "maybe", "enabled", "true or false", id="no flag"),
        pytest.param("rules", "minimum", "two", "minimum", "must be a number", id="no number"),
        pytest.param("rules", "minimum", "1", "minimum", "`int` >= 2", id="below the least"),
        pytest.param("rules", "minimum", "2.5", "minimum", "`int`", id="no whole number"),
        pytest.param("rules", "minimum", "1e3", "minimum", "must be a number", id="an exponent"),
        pytest.param(
            "rules", "rule", "externals", "rule", "allowed: has-attachments, recipient-external", id="no such rule"
        ),
        pytest.param(
            "rules", "keyword_places", "body;head", "keyword_places[1]", "allowed: subject, body", id="no such place"
        ),
        pytest.param("rules", "id", "x" * 201, "id", "length <= 200", id="too long"),
        pytest.param("policies", "when", "subject", "when", "JSON is malformed", id="no JSON"),
        pytest.param(
            "policies", "when", '{"type":"subjekt"}', "when.type", "allowed: all, any, not", id="no such condition"
        ),
        pytest.param("policies", "when", "{}", "when.type", "is required", id="no type"),
        pytest.param(
            "policies",
            "when",
            '{"type":"all","of":[{"type":"size","number":1,"x":2}]}',
            "when.of[0].x",
            "no such field",
            id="no such field",
        ),
        pytest.param(
            "policies",
            "when",
            '{"type":"not","of":{"type":"subject","operator":"is"}}',
            "when.of.operator",
            "allowed: equals",
            id="no such operator",
        ),
        pytest.param(
            "policies",
            "actions",
            '[{"type":"zip","method":"rot13"}]',
            "actions[0].method",
            "allowed: aes-256, zipcrypto",
            id="no such method",
        ),
        pytest.param("policies", "actions", "[]", "actions", "length >= 1", id="no action"),
        pytest.param(
            "policies",
            "actions",
            '[{"type":"hold"},{"type":"redirect"}]',
            "actions[1].route",
            "is required",
            id="a field is missing",
        ),
        pytest.param("people", "address", "a b@x", "address", "matching regex", id="no address"),
        pytest.param("people", "language", "de", "language", "allowed: , ja, en", id="no such language"),
        pytest.param("policies", "when", "[" * 5000, "when", "", id="endless nesting"),
    ],
)
def test_cells_that_are_none_tell_line_field_and_what_is_allowed(
    table: str, name: str, cell: str, field: str, words: str
) -> None:
    found = column(table, name).read(cell, 4)
    assert isinstance(found, Problem)
    assert (found.line, found.field) == (4, field)
    assert words in found.text


@pytest.mark.parametrize(
    ("table", "name", "value", "expected"),
    [
        pytest.param("rules", "enabled", False, "false", id="flag"),
        pytest.param("rules", "minimum", 3, "3", id="number"),
        pytest.param("rules", "total_from", None, "", id="no number"),
        pytest.param("rules", "groups", [], "", id="an empty list that is the default"),
        pytest.param("rules", "keyword_places", [], "[]", id="an empty list that is not"),
        pytest.param("rules", "groups", ["a", "営業部"], "a;営業部", id="list"),
        pytest.param("rules", "groups", ["a;b"], '["a;b"]', id="list with a semicolon in it"),
        pytest.param("rules", "groups", ["[a"], '["[a"]', id="list that looks like JSON"),
        pytest.param("rules", "unless", None, "", id="no condition"),
        pytest.param("rules", "name", "x", "x", id="text"),
    ],
)
def test_cells_that_are_written(table: str, name: str, value: Any, expected: str) -> None:
    assert column(table, name).write(value) == expected


def test_no_text_that_may_be_empty_has_another_default() -> None:
    """An empty cell means the default; a text field whose default is something else could not be emptied."""
    for table in TABLES.values():
        for item in table.columns:
            if item.form.value == "text" and isinstance(item.default, str) and item.default:
                with pytest.raises(msgspec.ValidationError):
                    item.decoder.decode(b'""')
