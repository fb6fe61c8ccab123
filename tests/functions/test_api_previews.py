"""Previews and the trial of a next hop over the API: what is written is shown, problems by line, and nobody's secrets leave."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.core.policy.tenant_settings import NoticeChannel
from shared.ports_people import AuditCode
from tests.support.api import call_api
from tests.support.api_settings import people_of_sales, settings_world, token_of
from tests.support.app import World


@pytest.fixture
def world() -> World:
    made = settings_world()
    people_of_sales(made)
    return made


def test_a_template_is_filled_in_as_text_and_html(world: World) -> None:
    body = {"id": "t", "text": "Dear {{ sender_name }}", "html": "<p>{{ sender_name }}</p>"}
    found = call_api(world, "POST", "/previews/template", token_of(world, "the person"), body=body).json
    assert found == {"text": "Dear 山田 太郎", "html": "<p>山田 太郎</p>", "problems": []}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"text": "a\n{{ nobody }}"}, {"field": "text", "line": 2, "code": "unknown-variable", "detail": "nobody"}),
        ({"html": "<p>{% for x in 1 %}</p>"}, {"field": "html", "line": 1, "code": "syntax"}),
        ({"html": "<html>x"}, {"field": "html", "line": 1, "code": "not-a-fragment", "detail": ""}),
    ],
    ids=["an unknown word", "no end", "a whole page"],
)
def test_problems_of_a_template_are_told_by_line(
    world: World, changes: dict[str, Any], problem: dict[str, Any]
) -> None:
    token = token_of(world, "the person")
    body = {"id": "t", "text": "Fine"} | changes
    found = call_api(world, "POST", "/previews/template", token, body=body).json
    (told,) = found["problems"]
    assert told | problem == told
    assert found[problem["field"]] == ""


@pytest.mark.parametrize("channel", msgspec.inspect.type_info(NoticeChannel).values)  # type: ignore[attr-defined]  # a Literal
def test_a_notice_is_shown_as_each_channel_tells_it(world: World, channel: str) -> None:
    words = {"notice": "hold-first", "language": "en", "subject": "Look: {{ subject }}", "text": "Own words"}
    token = token_of(world, "administrator")
    found = call_api(world, "POST", "/previews/notice", token, body={"words": words, "channel": channel}).json
    shown = {"mail": "html", "teams-card": "card", "teams-text": "text"}[channel]
    assert "Own words" in found[shown]
    assert found["subject"] == ("Look: お見積書の件" if channel == "mail" else "")


def test_words_that_fail_are_told_and_the_built_in_ones_shown(world: World) -> None:
    words = {"notice": "hold-first", "language": "en", "text": "Hi\n{{ nobody }}"}
    token = token_of(world, "auditor")
    found = call_api(world, "POST", "/previews/notice", token, body={"words": words}).json
    assert found["problems"] == [{"field": "text", "line": 2, "code": "unknown-variable", "detail": "nobody"}]
    assert "A message of yours is being held" in found["text"]


def test_a_password_notice_is_no_card(world: World) -> None:
    body = {"words": {"notice": "password", "language": "ja"}, "channel": "teams-card"}
    assert call_api(world, "POST", "/previews/notice", token_of(world, "administrator"), body=body).status == 422


class TestNextHops:
    def test_a_trial_tells_its_steps_and_is_recorded(self, world: World) -> None:
        body = {"host": "hop.example", "username": "matta", "password_secret": "demo-hop"}
        found = call_api(world, "POST", "/next-hops/test", token_of(world, "administrator"), body=body).json
        assert found["ok"] is True
        steps = [step["step"] for step in found["steps"]]
        assert steps == ["connect", "greeting", "encrypt", "authenticate", "ready"]
        assert world.next_hop.transactions == []
        now = world.clock.now()
        (entry,) = world.audit.between("demo", now, now + timedelta(hours=1), 10)
        assert (entry.code, dict(entry.args)) == (AuditCode.NEXT_HOP_TRIED, {"server": "hop.example:25"})

    def test_a_server_that_does_not_answer(self, world: World) -> None:
        world.next_hop.silent("silent.example")
        found = call_api(
            world, "POST", "/next-hops/test", token_of(world, "administrator"), body={"host": "silent.example"}
        ).json
        assert (found["ok"], [step["step"] for step in found["steps"]]) == (False, ["connect"])

    @pytest.mark.parametrize(
        ("host", "secret"),
        [("evil.example", "teams-bot"), ("hop.example", "teams-bot"), ("evil.example", "demo-hop")],
        ids=["somebody else's", "somebody else's to the tenant's server", "the tenant's to another server"],
    )
    def test_a_secret_is_sent_nowhere_but_where_it_belongs(self, world: World, host: str, secret: str) -> None:
        body = {"host": host, "username": "x", "password_secret": secret}
        refused = call_api(world, "POST", "/next-hops/test", token_of(world, "administrator"), body=body)
        assert (refused.status, refused.problem) == (403, "not-allowed")

    @pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("the person", 403), ("group administrator", 404)])
    def test_is_for_who_may_write_the_tenants_settings(self, world: World, who: str, status: int) -> None:
        reply = call_api(world, "POST", "/next-hops/test", token_of(world, who), body={"host": "hop.example"})
        assert reply.status == status
