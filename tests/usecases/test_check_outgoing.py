"""What could not be carried out is refused with its place, when settings are tried and when they are saved."""

from __future__ import annotations

import json

import pytest

from shared.core.policy.actions import Zip
from shared.core.policy.policies import Policy, Template
from shared.core.policy.tenant_settings import HoldNotices, NoticeText
from shared.errors import InvalidSettings
from shared.usecases.change_settings import change_settings
from shared.usecases.judge import settings_for
from tests.support.app import World, make_settings


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


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param(
            {"templates": (Template(id="t", text="{{ ''.__class__ }}"),)}, "$.templates[0].text", id="template"
        ),
        pytest.param(
            {"policies": (Policy(id="p", actions=(Zip(password="password1"),)),)},
            "$.policies[0].actions[0].password",
            id="well-known-password",
        ),
        pytest.param(
            {"policies": (Policy(id="p", actions=(Zip(file_name="{tenant}.zip"),)),)},
            "$.policies[0].actions[0].file_name",
            id="placeholder-that-is-none",
        ),
        pytest.param(
            {"notices": HoldNotices(texts=(NoticeText(notice="hold-first", language="ja", text="{{ password }}"),))},
            "$.notices.texts[0].text",
            id="words-that-name-what-the-notice-has-not",
        ),
        pytest.param(
            {"notices": HoldNotices(texts=(NoticeText(notice="hold-first", language="ja", subject="{{ a"),))},
            "$.notices.texts[0].subject",
            id="words-with-a-mistake",
        ),
        pytest.param(
            {"notices": HoldNotices(texts=(NoticeText(notice="hold-first", language="ja"),))},
            "$.notices.texts[0]",
            id="words-that-say-nothing",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_not_saved(changes: dict[str, object], place: str) -> None:
    world = World()
    with pytest.raises(InvalidSettings) as refused:
        change_settings(world.app, make_settings(**changes), "admin@aozora.example")
    assert place in refused.value.public
    assert "password1" not in refused.value.public
    assert world.app.settings.tenant("demo") == world.settings


def test_a_strong_fixed_password_is_saved() -> None:
    world = World()
    policy = Policy(id="p", actions=(Zip(password="Kx7-mango-91", file_name="enc_{YYYY}.zip"),))
    change_settings(world.app, make_settings(policies=(policy,)), "admin@aozora.example")
    assert world.app.settings.tenant("demo").policies == (policy,)
