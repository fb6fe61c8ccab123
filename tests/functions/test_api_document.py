"""The OpenAPI document: valid, complete, and what the portal says of problems keeps up with it."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from functions.api.openapi import document
from functions.api.problem import TITLES
from functions.api.registry import all_routes
from functions.api.route import PREFIX, Route
from local.tools import ROOT
from tests.support.api import call_api, make_api_world

SOURCES = sorted((ROOT / "functions" / "api").glob("*.py"))
OTHERS = {"offline"}
"""What the portal says beside the API's problems: there was no answer."""


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_it_is_valid_openapi_3_1() -> None:
    validate(_without_null_choices(json.loads(json.dumps(document()))), cls=OpenAPIV31SpecValidator)


def _without_null_choices(value: Any) -> Any:
    """Without ``default: null``: the validator would look for a discriminator's property in it."""
    if isinstance(value, list):
        return [_without_null_choices(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _without_null_choices(item) for key, item in value.items()}
    if kept.get("default", "") is None:
        del kept["default"]
    return kept


def test_it_is_served_to_everybody_as_it_is() -> None:
    reply = call_api(make_api_world(), "GET", "/openapi.json")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert reply.json == json.loads(json.dumps(document()))


def test_it_has_every_route_and_no_other() -> None:
    operations = {f"{method.upper()} {path}" for path, item in document()["paths"].items() for method in item}
    assert operations == {f"{route.method} {PREFIX}{route.path}" for route in all_routes()}


@pytest.mark.parametrize("route", all_routes(), ids=named)
def test_every_operation_says_what_it_is_who_may_call_it_and_what_it_answers(route: Route) -> None:
    operation = document()["paths"][PREFIX + route.path][route.method.lower()]
    assert operation["summary"]
    assert operation["description"], "the handler's docstring"
    if route.is_public:
        assert operation["security"] == []
    else:
        assert operation["x-rights"] == sorted(route.rights)
        assert {"401", "403"} <= operation["responses"].keys()
    assert {"404", "429", "503"} <= operation["responses"].keys()
    assert (route.edits and {"412", "428"} <= operation["responses"].keys()) or not route.edits
    assert [key for key in operation["responses"] if key.startswith("2")]
    names = re.findall(r"{(\w+)}", route.path)
    assert [one["name"] for one in operation["parameters"] if one["in"] == "path"] == names


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(document())
    schemas = document()["components"]["schemas"]
    wanted = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', text))
    assert wanted <= schemas.keys()


def _kinds_in_sources() -> set[str]:
    """Second arguments of ``Refusal(...)`` that are written out, in all files of the API."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal" and len(node.args) > 1:
                found |= {leaf.value for leaf in ast.walk(node.args[1]) if isinstance(leaf, ast.Constant)}
    return {str(kind) for kind in found}


def test_every_kind_of_problem_that_is_raised_has_a_title() -> None:
    assert _kinds_in_sources() <= TITLES.keys()


def _portal_problems(language: str) -> dict[str, str]:
    """Texts in ``portal/src/text/problems.ts``: the first object of ``topic(...)`` is English, the second Japanese."""
    source = (ROOT / "portal" / "src" / "text" / "problems.ts").read_text("utf-8")
    objects = re.findall(r"^  \{\n(.*?)^  \},?\n", source, re.MULTILINE | re.DOTALL)
    assert len(objects) == 2
    lines = objects[0 if language == "en" else 1].splitlines()
    pairs = [re.fullmatch(r'\s+"?([\w-]+)"?:\s*"(.+)",', line) for line in _joined(lines)]
    return {pair[1]: pair[2] for pair in pairs if pair is not None}


def _joined(lines: list[str]) -> list[str]:
    """Lines where a key and its text stand on two, as one."""
    found: list[str] = []
    for line in lines:
        if found and found[-1].endswith(":"):
            found[-1] += line.strip()
        else:
            found.append(line)
    return found


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_portal_has_a_text_for_every_kind_and_for_no_other(language: str) -> None:
    assert _portal_problems(language).keys() - OTHERS == TITLES.keys()


def test_texts_are_in_their_language() -> None:
    assert all(text.isascii() for text in _portal_problems("en").values())
    assert not any(text.isascii() for text in _portal_problems("ja").values())


def test_every_file_of_routes_is_registered() -> None:
    """A file that declares routes and is not in the registry would be a page that answers 404."""
    declaring = {
        path.stem for path in SOURCES if re.search(r"^routes = Routes\(", path.read_text("utf-8"), re.MULTILINE)
    }
    registered = {route.handler.__module__.rpartition(".")[2] for route in all_routes()}
    assert declaring == registered
