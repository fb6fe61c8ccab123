"""Templates that cannot be used are refused with place, line and word."""

from __future__ import annotations

import json

import pytest

from shared.errors import InvalidSettings
from shared.usecases.judge import settings_for


def settings(**template: str) -> bytes:
    return json.dumps({"templates": [{"id": "ok", "text": "plain"}, {"id": "t", "text": "x", **template}]}).encode()


@pytest.mark.parametrize(
    ("template", "place", "told"),
    [
        pytest.param({"text": "a\n{{ x"}, "$.templates[1].text", "line 2: syntax", id="syntax"),
        pytest.param({"text": "{{ ''.__class__ }}"}, "$.templates[1].text", "line 1", id="attribute of the inside"),
        pytest.param(
            {"html": "<p>{{ nothing }}</p>"}, "$.templates[1].html", "unknown-variable nothing", id="variable"
        ),
        pytest.param(
            {"text": "{% for a in range(10**9) %}x{% endfor %}"}, "$.templates[1].text", "line 1", id="endless loop"
        ),
    ],
)
def test_template_is_refused(template: dict[str, str], place: str, told: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        settings_for(settings(**template), "acme.example")
    assert place in refused.value.public
    assert told in refused.value.public


def test_templates_that_can_be_used_are_taken() -> None:
    read = settings_for(settings(text="a {{ subject }}", html="<p>b</p>"), "acme.example")
    assert [template.id for template in read.templates] == ["ok", "t"]
