"""Route templates: what matches, which parameters come out, which template wins."""

from __future__ import annotations

import pytest

from local.host.errors import StartError
from local.host.routes import Route


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        pytest.param("api/hold", "api/hold", {}, id="literal"),
        pytest.param("api/hold", "API/Hold/", {}, id="letter-case-and-trailing-slash"),
        pytest.param("api/hold", "api/holds", None, id="other-literal"),
        pytest.param("api/hold", "api/hold/x", None, id="too-long"),
        pytest.param("hold/{id}", "hold/abc", {"id": "abc"}, id="parameter"),
        pytest.param("hold/{id}", "hold", None, id="parameter-missing"),
        pytest.param("hold/{id}", "hold/a%2Fb%20c", {"id": "a/b c"}, id="parameter-decoded"),
        pytest.param("hold/{id}", "hold/%E3%81%82", {"id": "あ"}, id="parameter-utf8"),
        pytest.param("hold/{id?}", "hold", {}, id="optional-absent"),
        pytest.param("hold/{id?}", "hold/7", {"id": "7"}, id="optional-present"),
        pytest.param("hold/{id=last}", "hold", {"id": "last"}, id="default"),
        pytest.param("hold/{n:int}", "hold/-42", {"n": "-42"}, id="int"),
        pytest.param("hold/{n:int}", "hold/4x", None, id="int-refused"),
        pytest.param("hold/{n:int}", "hold/3000000000", None, id="int-too-large"),
        pytest.param("hold/{n:long}", "hold/3000000000", {"n": "3000000000"}, id="long"),
        pytest.param("hold/{n:int?}", "hold", {}, id="optional-int-absent"),
        pytest.param("hold/{n:int:min(5)}", "hold/4", None, id="two-constraints"),
        pytest.param("hold/{n:range(2,9)}", "hold/9", {"n": "9"}, id="range"),
        pytest.param(
            "t/{id:guid}",
            "t/6f9619ff-8b86-d011-b42d-00c04fc964ff",
            {"id": "6f9619ff-8b86-d011-b42d-00c04fc964ff"},
            id="guid",
        ),
        pytest.param("t/{id:guid}", "t/abc", None, id="guid-refused"),
        pytest.param("t/{w:alpha}", "t/a1", None, id="alpha-refused"),
        pytest.param("t/{w:length(3)}", "t/abcd", None, id="length-refused"),
        pytest.param("files/{*rest}", "files/a/b%20c/d.js", {"rest": "a/b c/d.js"}, id="catch-all"),
        pytest.param("files/{*rest}", "files", {}, id="catch-all-empty"),
        pytest.param("files/{**rest}", "files/a/b", {"rest": "a/b"}, id="catch-all-two-stars"),
        pytest.param("{*rest}", "", {}, id="catch-all-alone"),
        pytest.param("", "", {}, id="empty"),
        pytest.param("f/{name}.{ext}", "f/a.b.pdf", {"name": "a.b", "ext": "pdf"}, id="two-in-one-segment"),
        pytest.param("f/v{n:int}", "f/v2", {"n": "2"}, id="text-and-parameter"),
        pytest.param("f/v{n:int}", "f/2", None, id="text-missing"),
    ],
)
def test_a_path_matches_a_template_or_not(template: str, path: str, expected: dict[str, str] | None) -> None:
    assert Route(template, place="here").match(path) == expected


def test_the_more_exact_template_is_tried_first() -> None:
    templates = ["{*rest}", "hold/{id}", "hold/{n:int}", "hold/v{n}", "hold/mine"]
    ordered = sorted((Route(template, place="here") for template in templates), key=lambda route: route.precedence)
    assert [route.template for route in ordered] == ["hold/mine", "hold/v{n}", "hold/{n:int}", "hold/{id}", "{*rest}"]


@pytest.mark.parametrize(
    "template",
    ["a/{b", "a/b}", "a//b", "{*rest}/b", "{a?}/b", "x{a?}", "a/{b:regex(x)}", "a/{b:colour}", "a/{b:range(1)}"],
)
def test_a_template_that_cannot_be_read_names_its_function(template: str) -> None:
    with pytest.raises(StartError, match="function hold"):
        Route(template, place="function hold")
