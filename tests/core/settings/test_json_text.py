"""JSON with the lines on which fields and items begin."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.settings import json_text
from shared.core.settings.json_text import begins_array, read_array, read_document
from shared.core.settings.problem import ImportRefused

TEXT = """{
  "name": "x",
  "rules": [
    {"id": "a"}, {"id": "b"},

    {
      "id": "c"
    }
  ],
  "notices": {"language": "ja"}
}
"""


def test_fields_and_items_have_their_lines() -> None:
    found = read_document(TEXT)
    assert {name: field.line for name, field in found.items()} == {"name": 2, "rules": 3, "notices": 10}
    assert [(item.line, item.value["id"]) for item in found["rules"].items or ()] == [(4, "a"), (4, "b"), (6, "c")]
    assert found["notices"].items is None
    assert {name: field.value for name, field in found.items()} == json.loads(TEXT)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("", 1, id="nothing"),
        pytest.param("[]", 1, id="an array"),
        pytest.param('{"a": 1,\n"b": }', 2, id="no value"),
        pytest.param('{"a": 1\n"b": 2}', 2, id="no comma"),
        pytest.param('{"a" 1}', 1, id="no colon"),
        pytest.param("{1: 2}", 1, id="a number for a name"),
        pytest.param('{"a": [1,\n2,\n}', 3, id="an array that does not end well"),
        pytest.param('{"a": 1}\n\nx', 3, id="something behind the end"),
        pytest.param('{"a": 1, "a": 2}', 1, id="a field twice"),
        pytest.param('{"a": NaN}', 1, id="NaN"),
        pytest.param('{"a": Infinity}', 1, id="infinity"),
        pytest.param('{"a": "x\ny"}', 1, id="a line end in a text"),
        pytest.param('{"a": ' + "[" * 100_000, 1, id="endless nesting"),
        pytest.param('{"a": {"b": ' + '{"b":' * 100_000, 1, id="endless nesting of objects"),
        pytest.param('{"a": 1', 1, id="no end"),
    ],
)
def test_what_is_no_document_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_document(text)
    assert refused.value.problems[0].line == line


def test_arrays_alone() -> None:
    assert begins_array(" \n[1]")
    assert not begins_array('{"a": []}')
    assert [(item.line, item.value) for item in read_array("\n[1,\n2]\n")] == [(2, 1), (3, 2)]
    assert read_array("[]") == ()
    for text in ("[1] 2", "[1", "{}"):
        with pytest.raises(ImportRefused):
            read_array(text)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), st.sampled_from([None, 0, 2]))
def test_the_values_are_those_that_python_reads(document: dict[str, object], indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    assert {name: field.value for name, field in read_document(text).items()} == json.loads(text)


def test_items_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MOST_ITEMS", 3)
    assert len(read_array("[1, 2, 3]")) == 3
    for read, text in ((read_array, "[1,\n2,\n3,\n4]"), (read_document, '{"rules": [1,\n2,\n3,\n4]}')):
        with pytest.raises(ImportRefused) as refused:
            read(text)
        assert [problem.line for problem in refused.value.problems] == [4]
