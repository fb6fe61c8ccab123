"""Transforms by the names and JSON arguments that decisions hold."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from shared.core.message.parse import parse
from shared.core.policy.transform_calls import ORDER
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.registry import TRANSFORMS, carry_out
from tests.architecture.imports import REPOSITORY
from tests.support.messages import crlf

TREE = parse(crlf("From: a@b.example\nTo: c@d.example\n\nbody\n"))
HEADER_CALLS = [call for call in ORDER if call.NAME not in ("zip", "insert-text")]


@pytest.mark.parametrize("name", TRANSFORMS)
def test_arguments_are_frozen(name: str) -> None:
    kind = TRANSFORMS[name].arguments
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_transform_has_its_page(name: str) -> None:
    page = REPOSITORY / "docs" / "transforms" / f"{name}.md"
    assert name in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("call", HEADER_CALLS, ids=lambda call: call.NAME)
def test_what_a_decision_stores_is_what_the_transform_reads(call: type) -> None:
    """Zip and texts are told apart: their arguments are settled when they are carried out."""
    wanted = {field.name: field.type for field in dataclasses.fields(call)}
    read = {field.name: field.type for field in dataclasses.fields(TRANSFORMS[call.NAME].arguments)}  # type: ignore[attr-defined]
    assert read == wanted


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("no-such-thing", "{}", id="unknown-name"),
        pytest.param("remove-header", "{}", id="argument-missing"),
        pytest.param("remove-header", '{"name": 3}', id="argument-of-another-type"),
        pytest.param("boss-copy", '{"field": "to", "addresses": [], "envelope": []}', id="word-that-is-none"),
        pytest.param("remove-header", "{", id="no-json"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, arguments: str) -> None:
    with pytest.raises(BadArgument):
        carry_out(name, TREE, arguments)


def test_carried_out_by_name() -> None:
    edit = carry_out("add-header", TREE, msgspec.json.encode({"name": "X-Foo", "value": "1"}))
    assert [splice.replacement for splice in edit.splices] == [b"X-Foo: 1\r\n"]
