"""Settings that fit the types but make no sense are refused with the place and what is allowed there."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from shared.core.policy.settings_check import OPTIONS
from shared.core.policy.tenant_settings import RuleAssignment, RuleKind, TenantSettings, read_settings, write_settings
from shared.errors import InvalidSettings


def document(*rules: dict[str, Any]) -> bytes:
    return json.dumps(
        {"tenant_id": "t", "domains": ["a.example"], "routes": [{"servers": [{"host": "h"}]}], "rules": rules}
    ).encode()


GOOD: list[dict[str, Any]] = [
    {"id": "1", "rule": "has-attachments", "count_inline_images": True},
    {"id": "2", "rule": "recipient-external"},
    {"id": "3", "rule": "several-external-domains", "minimum": 3},
    {"id": "4", "rule": "all-recipients-external"},
    {"id": "5", "rule": "recipient-count", "total_from": 5, "to_from": 3, "count_lists_by": "members"},
    {"id": "6", "rule": "subject-blank"},
    {"id": "7", "rule": "forced-alert", "addresses": ["a@b.example", ".b.example", "*@*.b.example"]},
    {"id": "8", "rule": "condition", "keywords": ["機密"], "keyword_places": ["body"]},
]


@pytest.mark.parametrize(
    ("rules", "place", "problem"),
    [
        pytest.param([GOOD[1], GOOD[1]], "$.rules[1].id", "unique", id="one id twice"),
        pytest.param(
            [{"id": "1", "rule": "recipient-count"}], "$.rules[0]", "needs at least one", id="count of nothing"
        ),
        pytest.param(
            [GOOD[1], {"id": "1", "rule": "subject-blank", "minimum": 3}],
            "$.rules[1].minimum",
            "does not belong to the rule subject-blank",
            id="option of another rule",
        ),
        pytest.param(
            [{"id": "1", "rule": "forced-alert", "addresses": ["a@b.example, c@d.example"]}],
            "$.rules[0].addresses[0]",
            "must be one address",
            id="two addresses in one entry",
        ),
        pytest.param(
            [{"id": "1", "rule": "forced-alert", "addresses": ["x.example", "A <a@b.example>"]}],
            "$.rules[0].addresses[1]",
            "must be one address",
            id="address with a display name",
        ),
        pytest.param(
            [{"id": "1", "rule": "forced-alert", "addresses": ["a@"]}],
            "$.rules[0].addresses[0]",
            "must be",
            id="no domain",
        ),
        pytest.param(
            [{"id": "1", "rule": "forced-alert", "addresses": ["  "]}],
            "$.rules[0].addresses[0]",
            "must be",
            id="spaces",
        ),
    ],
)
def test_mistake_is_refused_with_its_place(rules: list[dict[str, Any]], place: str, problem: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read_settings(document(*rules))
    assert place in refused.value.public
    assert problem in refused.value.public


def test_every_rule_with_its_own_options_is_read_and_written_back() -> None:
    settings = read_settings(document(*GOOD))
    assert {assignment.rule for assignment in settings.rules} == set(get_args(RuleKind))
    assert read_settings(write_settings(settings)) == settings


def test_every_option_of_an_assignment_belongs_to_a_rule() -> None:
    common = {"id", "rule", "name", "description", "enabled", "groups", "not_groups", "unless"}
    options = {option for names in OPTIONS.values() for option in names}
    assert set(RuleAssignment.__struct_fields__) == common | options
    assert set(OPTIONS) == set(get_args(RuleKind))


def test_new_tenant_needs_domains_and_next_hop_alone() -> None:
    least = b'{"tenant_id": "t", "domains": ["a.example"], "routes": [{"servers": [{"host": "h"}]}]}'
    settings = read_settings(least)
    assert isinstance(settings, TenantSettings)
    assert [assignment.rule for assignment in settings.rules] == ["recipient-external"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(b"", "truncated", id="empty"),
        pytest.param(b"\xff\xfe", "malformed", id="not UTF-8"),
        pytest.param(b'{"tenant_id": "\xff"}', "invalid start byte", id="a string that is not UTF-8"),
        pytest.param(b"[" * 50_000, "Expected `object`", id="deep nesting"),
        pytest.param(b'{"tenant": 1}', "unknown field `tenant`", id="unknown field"),
        pytest.param(b'{"tenant_id": 1}', "$.tenant_id", id="wrong type"),
        pytest.param(b'{"tenant_id": "a/b"}', "$.tenant_id", id="tenant id that is no Table key"),
        pytest.param(b'{"tenant_id": "a\\n"}', "$.tenant_id", id="tenant id with a line end"),
    ],
)
def test_document_that_is_none_is_refused(text: bytes, told: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read_settings(text)
    assert told in refused.value.public
