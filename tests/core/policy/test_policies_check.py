"""Policies, conditions, lists, templates and marks that make no sense are refused with the place and what is allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.core.policy.conditions.tree import LIMIT
from shared.core.policy.tenant_settings import read_settings, write_settings
from shared.errors import InvalidSettings

HOLD = [{"type": "hold"}]
X = "x@a.example"


def document(**fields: Any) -> bytes:
    base = {"tenant_id": "t", "domains": ["a.example"], "routes": [{"name": "dlp", "servers": [{"host": "h"}]}]}
    return json.dumps(
        {**base, "lists": [{"id": "l"}], "templates": [{"id": "t", "text": "x"}], "rules": [], **fields}
    ).encode()


def refusal(**fields: Any) -> str:
    with pytest.raises(InvalidSettings) as refused:
        read_settings(document(**fields))
    return refused.value.public


def with_actions(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"policies": [{"id": "p", "actions": list(actions)}]}


def with_when(condition: dict[str, Any]) -> dict[str, Any]:
    return {"policies": [{"id": "p", "actions": HOLD, "when": condition}]}


def deep(levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"type": "subject", "operator": "is-blank"}
    for _ in range(levels - 1):
        tree = {"type": "not", "of": tree}
    return tree


@pytest.mark.parametrize(
    ("actions", "place", "problem"),
    [
        pytest.param([{"type": "zip"}, {"type": "zip"}], "[1]", "at most one action zip", id="two ZIPs"),
        pytest.param(
            [{"type": "bcc-conversion"}, {"type": "hold"}, {"type": "bcc-conversion", "which": "external"}],
            "[2]",
            "at most one action bcc-conversion",
            id="two conversions",
        ),
        pytest.param([*HOLD, {"type": "deliver"}], "[1]", "it has hold already", id="hold and deliver"),
        pytest.param([{"type": "discard"}, {"type": "reject"}], "[1]", "it has discard already", id="two fates"),
        pytest.param([{"type": "delay", "minutes": 0}], "[0]", "minutes", id="no delay"),
        pytest.param([], "actions", "length >= 1", id="no action"),
        pytest.param([{"type": "fly"}], "[0]", "Invalid value 'fly'", id="unknown action"),
        pytest.param([{"type": "hold", "why": 1}], "[0]", "unknown field `why`", id="unknown field"),
        pytest.param(
            [{"type": "insert-text", "template": "x"}], "[0].template", "there are: t", id="template that is not there"
        ),
        pytest.param([{"type": "zip", "explanation": "x"}], "[0].explanation", "no template 'x'", id="no explanation"),
        pytest.param([{"type": "zip", "notice_template": "x"}], "[0].notice_template", "no template", id="no notice"),
        pytest.param(
            [{"type": "zip", "exempt_lists": ["l", "m"]}], "[0].exempt_lists[1]", "no address list 'm'", id="no list"
        ),
        pytest.param([{"type": "zip", "file_name": "a/b.zip"}], "[0].file_name", "name of a file", id="path"),
        pytest.param([{"type": "zip", "file_name": "a\n.zip"}], "[0].file_name", "name of a file", id="line break"),
        pytest.param([{"type": "zip", "password": "abc"}], "[0].password", "at least 4", id="short password"),
        pytest.param([{"type": "zip", "password": "パスワード"}], "[0].password", "ASCII", id="password of kana"),
        pytest.param([{"type": "zip", "password": "ab cd"}], "[0].password", "visible", id="password with a space"),
        pytest.param([{"type": "zip", "password_classes": []}], "[0].password_classes", "at least one", id="no class"),
        pytest.param([{"type": "zip", "password_length": 3}], "[0].password_length", ">= 8", id="short generated one"),
        pytest.param([{"type": "boss-copy", "who": "addresses"}], "[0].addresses", "at least one", id="boss: nobody"),
        pytest.param(
            [{"type": "boss-copy", "addresses": ["a@b.example"]}], "[0].addresses", "not with manager", id="boss: both"
        ),
        pytest.param([{"type": "approval", "approvers": "group"}], "[0].group", "must be set", id="approval: no group"),
        pytest.param(
            [{"type": "approval", "group": "g"}], "[0].group", "with nothing else", id="approval: manager and group"
        ),
        pytest.param(
            [{"type": "approval", "needed": 2}], "[0].needed", "goes with quorum count", id="approval: needed"
        ),
        pytest.param(
            [{"type": "approval", "quorum": "count", "needed": 2}],
            "[0].needed",
            "one manager",
            id="approval: 2 managers",
        ),
        pytest.param(
            [{"type": "approval", "approvers": "addresses", "addresses": [X], "quorum": "count", "needed": 2}],
            "[0].needed",
            "at most 1",
            id="approval: 2 of 1",
        ),
        pytest.param(
            [{"type": "approval", "approvers": "addresses", "addresses": [X, "x@A.example"]}],
            "[0].addresses[1]",
            "named before",
            id="approval: one person twice",
        ),
        pytest.param(
            [{"type": "approval", "approvers": "addresses", "addresses": [X], "escalate_to": [X]}],
            "[0].escalate_to[0]",
            "named before",
            id="approval: escalates to the same",
        ),
        pytest.param(
            [{"type": "approval", "approvers": "addresses", "addresses": [X, "y@b.example"]}],
            "[0].addresses[1]",
            "none of the tenant's domains",
            id="approval: a stranger",
        ),
        pytest.param(
            [{"type": "approval", "escalate_to": ["y@a.example.b.example"]}],
            "[0].escalate_to[0]",
            "none of the tenant's domains",
            id="approval: escalates to a stranger",
        ),
        pytest.param(
            [{"type": "approval", "approvers": "addresses", "addresses": [f"{n}@a.example" for n in range(101)]}],
            "[0]",
            "at most 100",
            id="approval: a crowd",
        ),
        pytest.param([{"type": "redirect", "route": "x"}], "[0].route", "there are: dlp", id="route that is not there"),
        pytest.param([{"type": "remove-header", "name": "From"}], "[0].name", "From cannot be changed", id="From"),
        pytest.param([{"type": "remove-header", "name": "content-TYPE"}], "[0].name", "cannot be changed", id="type"),
        pytest.param([{"type": "add-header", "name": "Bcc", "value": "x"}], "[0].name", "cannot be changed", id="Bcc"),
        pytest.param([{"type": "add-header", "name": "X-Matta-Trace", "value": "x"}], "[0].name", "cannot", id="trace"),
        pytest.param([{"type": "add-header", "name": "a b", "value": "x"}], "[0].name", "matching regex", id="space"),
        pytest.param([{"type": "add-header", "name": "X", "value": "a\r\nB: c"}], "[0].value", "matching", id="break"),
    ],
)
def test_action_is_refused(actions: list[dict[str, Any]], place: str, problem: str) -> None:
    told = refusal(**with_actions(*actions))
    assert f"$.policies[0].actions{place.removeprefix('actions')}" in told or "$.policies[...].actions" in told
    assert problem in told


@pytest.mark.parametrize(
    ("condition", "place", "problem"),
    [
        pytest.param(deep(LIMIT + 1), ".of" * LIMIT, f"at most {LIMIT} levels", id="too deep"),
        pytest.param({"type": "subject", "operator": "contains"}, ".values", "at least one value", id="no value"),
        pytest.param(
            {"type": "subject", "operator": "is-blank", "values": ["x"]},
            ".values",
            "takes no values",
            id="one too many",
        ),
        pytest.param(
            {"type": "subject", "operator": "contains", "values": [" "]}, ".values[0]", "other than white", id="space"
        ),
        pytest.param(
            {"type": "subject", "operator": "matches-regex", "values": ["ok", "("]},
            ".values[1]",
            "missing )",
            id="pattern that is none",
        ),
        pytest.param(
            {"type": "body", "operator": "matches-regex", "values": ["(?=x)"]}, ".values[0]", "invalid", id="look-ahead"
        ),
        pytest.param(
            {"type": "subject", "operator": "matches-wildcard", "values": ["*a" * 21]},
            ".values[0]",
            "at most 20 *",
            id="too many stars",
        ),
        pytest.param(
            {"type": "all", "of": [deep(2), {"type": "recipient-address", "operator": "in-list", "values": ["m"]}]},
            ".of[1].values[0]",
            "no address list 'm'; there are: l",
            id="list that is not there, deep inside",
        ),
        pytest.param(
            {"type": "recipient-domain", "operator": "is-internal", "values": ["x"]},
            ".values",
            "no values",
            id="internal",
        ),
        pytest.param(
            {"type": "recipient-domain", "operator": "contains", "values": ["x"], "subdomains": True},
            ".subdomains",
            "belongs to equals, in-list",
            id="subdomains of contains",
        ),
        pytest.param(
            {"type": "sender", "aspect": "group", "values": ["x"]}, ".operator", "takes in-group", id="group equals"
        ),
        pytest.param(
            {"type": "sender", "operator": "in-group", "values": ["x"]},
            ".operator",
            "belongs to the aspect group",
            id="address in group",
        ),
        pytest.param({"type": "sender", "values": []}, ".values", "at least one value", id="sender of no value"),
        pytest.param(
            {"type": "sender", "values": ["x"], "subdomains": True}, ".subdomains", "aspect domain", id="address below"
        ),
        pytest.param({"type": "attachment", "test": "name"}, ".values", "at least one", id="name without value"),
        pytest.param(
            {"type": "attachment", "test": "size", "values": ["x"]},
            ".values",
            "size takes no values",
            id="size of value",
        ),
        pytest.param(
            {"type": "attachment", "test": "name", "operator": "in-list", "values": ["l"]},
            "operator",
            "Invalid enum value",
            id="name in list",
        ),
        pytest.param(
            {"type": "header", "name": "X", "operator": "exists", "values": ["x"]}, ".values", "no values", id="exists"
        ),
        pytest.param(
            {"type": "header", "name": "X y", "operator": "exists"}, "name", "matching regex", id="header name"
        ),
        pytest.param({"type": "label", "operator": "equals"}, ".values", "at least one", id="label"),
        pytest.param({"type": "time", "weekdays": ["mon", "mon"]}, ".weekdays", "once at most", id="Monday twice"),
        pytest.param({"type": "time", "since": "24:00"}, "since", "matching regex", id="since 24:00"),
        pytest.param({"type": "kind", "kinds": []}, "kinds", "length >= 1", id="no kind"),
        pytest.param({"type": "kind", "kinds": ["own"]}, "kinds", "Invalid enum value", id="own mail is never asked"),
        pytest.param({"type": "weather"}, ".type`", "Invalid value 'weather'", id="unknown condition"),
    ],
)
def test_condition_is_refused(condition: dict[str, Any], place: str, problem: str) -> None:
    for fields in (
        with_when(condition),
        {"policies": [{"id": "p", "actions": HOLD, "unless": condition}]},
        {"rules": [{"id": "r", "rule": "condition", "when": condition}]},
        {"rules": [{"id": "r", "rule": "subject-blank", "unless": condition}]},
    ):
        told = refusal(**fields)
        assert place in told
        assert problem in told


@pytest.mark.parametrize(
    ("fields", "place", "problem"),
    [
        pytest.param(
            {"policies": [{"id": "p", "actions": HOLD}] * 2},
            "$.policies[1].id",
            "stands at another policy",
            id="policy",
        ),
        pytest.param({"lists": [{"id": "l"}, {"id": "l"}]}, "$.lists[1].id", "another address list", id="two lists"),
        pytest.param(
            {"templates": [{"id": "t", "text": ""}] * 2}, "$.templates[1].id", "another template", id="two templates"
        ),
        pytest.param(
            {"routes": [{"name": "r", "servers": [{"host": "h"}]}] * 2}, "$.routes[1].name", "unique", id="two routes"
        ),
        pytest.param(
            {"lists": [{"id": "l", "entries": ["a@b.example", "a b"]}]},
            "$.lists[0].entries[1]",
            "must be one address",
            id="entry of a list",
        ),
        pytest.param(
            {"rules": [{"id": "r", "rule": "recipient-external", "except_lists": ["x"]}]},
            "$.rules[0].except_lists[0]",
            "there are: l",
            id="exception by a list that is not there",
        ),
        pytest.param(
            {"rules": [{"id": "r", "rule": "forced-alert", "lists": ["x"]}]},
            "$.rules[0].lists[0]",
            "no address list",
            id="forced alert by a list that is not there",
        ),
        pytest.param(
            {"rules": [{"id": "r", "rule": "subject-blank", "except_lists": ["l"]}]},
            "$.rules[0].except_lists",
            "does not belong to the rule subject-blank",
            id="exception of a rule without recipients",
        ),
        pytest.param({"rules": [{"id": "r", "rule": "condition"}]}, "$.rules[0]", "needs when or", id="R8 of nothing"),
        pytest.param(
            {"rules": [{"id": "r", "rule": "condition", "keywords": ["a"], "when": deep(1)}]},
            "$.rules[0].keywords",
            "not both",
            id="R8 of both",
        ),
        pytest.param(
            {"rules": [{"id": "r", "rule": "condition", "keywords": ["a"], "keyword_places": []}]},
            "$.rules[0].keyword_places",
            "at least one",
            id="R8 nowhere",
        ),
        pytest.param(
            {"rules": [{"id": "r", "rule": "condition", "keywords": ["a", "\u3000"]}]},
            "$.rules[0].keywords[1]",
            "white space",
            id="R8 a space as keyword",
        ),
        pytest.param(
            {"subject_marks": [{"mark": "  ", "effect": "send"}]}, "$.subject_marks[0].mark", "white space", id="mark"
        ),
        pytest.param(
            {"subject_marks": [{"mark": " a b", "effect": "send"}]},
            "$.subject_marks[0].mark",
            "begin or end",
            id="edge",
        ),
        pytest.param(
            {"subject_marks": [{"mark": "zip!", "effect": "zip"}, {"mark": "NoZIP!", "effect": "nozip"}]},
            "$.subject_marks[0].mark",
            "part of the mark 'NoZIP!'",
            id="mark within a mark",
        ),
        pytest.param(
            {"subject_marks": [{"mark": "[[x]]", "effect": "send"}, {"mark": "［［Ｘ］］", "effect": "zip"}]},
            "$.subject_marks[0].mark",
            "must be apart",
            id="the same mark in another width",
        ),
        pytest.param({"time_zone": "Mars/Olympus"}, "$.time_zone", "name of a time zone", id="time zone"),
        pytest.param(
            {"notices": {"business_hours": {"start": "18:00", "end": "09:00"}}},
            "$.notices.business_hours.end",
            "later than start",
            id="hours past midnight",
        ),
        pytest.param(
            {"notices": {"business_hours": {"start": "09:00", "end": "09:00"}}},
            "$.notices.business_hours.end",
            "later than start",
            id="no hours",
        ),
        pytest.param(
            {"notices": {"business_hours": {"days": ["mon", "mon"]}}},
            "$.notices.business_hours.days[1]",
            "unique",
            id="a weekday twice",
        ),
        pytest.param(
            {"notices": {"business_hours": {"closed": ["2026-12-29", "2026-02-30"]}}},
            "$.notices.business_hours.closed[1]",
            "a day that there is",
            id="no such day",
        ),
        pytest.param(
            {"notices": {"texts": [{"notice": "receipt", "language": "ja", "text": "a"}] * 2}},
            "$.notices.texts[1]",
            "another text for receipt in ja",
            id="two texts for one notice and language",
        ),
        pytest.param({"time_zone": "../../etc/passwd"}, "$.time_zone", "name of a time zone", id="no path"),
    ],
)
def test_settings_are_refused(fields: dict[str, Any], place: str, problem: str) -> None:
    told = refusal(**fields)
    assert place in told
    assert problem in told


def test_tree_with_too_many_conditions_is_refused() -> None:
    wide = {"type": "any", "of": [{"type": "all", "of": [deep(1)] * 500}] * 5}
    assert "at most 2000 conditions" in refusal(**with_when(wide))


def test_everything_that_is_allowed_is_read_and_written_back() -> None:
    conditions = [
        deep(LIMIT - 1),
        {"type": "any", "of": [{"type": "all", "of": []}]},
        {"type": "recipient-address", "operator": "in-list", "values": ["l"], "quantifier": "none", "scope": "bcc"},
        {"type": "recipient-domain", "operator": "is-external"},
        {"type": "recipient-count", "count": "external-domains", "number": 3, "lists_by": "members"},
        {"type": "subject", "operator": "matches-regex", "values": [r"\d{4}"]},
        {"type": "attachment", "test": "size", "comparison": "<", "number": 9},
        {"type": "header", "name": "X-A", "operator": "does-not-exist"},
        {"type": "kind", "kinds": ["calendar"]},
        {"type": "sender", "aspect": "manager-chain", "values": ["a@b.example"]},
        {"type": "body", "operator": "not-contains", "values": ["x"]},
        {"type": "size", "number": 1},
        {"type": "time", "weekdays": ["sun"], "since": "22:00", "until": "06:00"},
        {"type": "label", "operator": "exists"},
    ]
    actions = [
        {"type": "zip", "password": "Abc!", "explanation": "t", "exempt_lists": ["l"]},
        {"type": "boss-copy", "who": "addresses", "addresses": ["a@b.example"]},
        {"type": "boss-copy", "field": "bcc"},
        {"type": "bcc-conversion"},
        {"type": "insert-text", "template": "t"},
        {"type": "approval", "approvers": "group", "group": "g"},
        {"type": "delay", "minutes": 10},
        {"type": "link"},
        {"type": "add-header", "name": "X-A", "value": "値"},
        {"type": "remove-header", "name": "X-B"},
        {"type": "redirect", "route": "dlp"},
    ]
    settings = read_settings(
        document(
            policies=[{"id": "p", "when": {"type": "all", "of": conditions}, "unless": deep(1), "actions": actions}],
            rules=[{"id": "r", "rule": "recipient-external", "groups": ["g"], "except_lists": ["l"]}],
            subject_marks=[{"mark": "[[zip]]", "effect": "zip"}, {"mark": "[[nozip]]", "effect": "nozip"}],
        )
    )
    assert read_settings(write_settings(settings)) == settings
