"""What groups and users may ask for, and what their settings may name."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core.policy.actions import (
    Action,
    AddHeader,
    Approval,
    BccConversion,
    BossCopy,
    Delay,
    DeliverAtOnce,
    Discard,
    Hold,
    InsertText,
    Link,
    Redirect,
    Reject,
    RemoveHeader,
    Zip,
)
from shared.core.policy.conditions.model import AddressList, RecipientAddress
from shared.core.policy.policies import Policy, Template
from shared.core.policy.tenant_settings import NextHopServer, Route, RuleAssignment
from shared.core.settings.scope_check import ADMINISTRATORS_ONLY, check_scope_settings
from shared.errors import InvalidSettings
from tests.support.settings import group_settings, tenant_settings, user_settings

TENANT = tenant_settings(
    routes=(Route(name="strict", servers=(NextHopServer(host="h"),)),),
    lists=(AddressList(id="partners"),),
    templates=(Template(id="note", text="x"),),
)
GROUP = group_settings(lists=(AddressList(id="friends"),))


def with_action(action: Action) -> dict[str, Any]:
    return {"policies": (Policy(id="p", actions=(action,)),)}


def rule(**more: Any) -> dict[str, Any]:
    return {"rules": (RuleAssignment(id="r", rule="recipient-external", **more),)}


@pytest.mark.parametrize(
    "action",
    [
        Zip(),
        BossCopy(),
        BccConversion(),
        InsertText(template="note"),
        Approval(),
        Hold(),
        Discard(),
        Reject(),
        Delay(minutes=1),
        Link(),
    ],
    ids=lambda action: type(action).__name__,
)
def test_actions_that_are_stricter_are_for_everybody(action: Action) -> None:
    check_scope_settings(user_settings(**with_action(action)), [TENANT])


@pytest.mark.parametrize(
    "action",
    [DeliverAtOnce(), Redirect(route="strict"), AddHeader(name="X-A", value="1"), RemoveHeader(name="X-A")],
    ids=lambda action: type(action).__name__,
)
def test_actions_that_let_pass_or_change_the_way_are_for_administrators(action: Action) -> None:
    assert isinstance(action, ADMINISTRATORS_ONLY)
    for settings in (user_settings(**with_action(action)), group_settings(**with_action(action))):
        with pytest.raises(InvalidSettings) as refused:
            check_scope_settings(settings, [TENANT])
        assert "$.policies[0].actions[0].type" in refused.value.public
        assert "administrators" in refused.value.public


def test_copies_of_groups_and_users_go_to_colleagues_alone() -> None:
    inside = BossCopy(who="addresses", addresses=("kacho@AOZORA.example",))
    check_scope_settings(user_settings(**with_action(inside)), [TENANT])
    outside = BossCopy(who="addresses", addresses=("kacho@aozora.example", "me@rival.example"))
    for settings in (user_settings(**with_action(outside)), group_settings(**with_action(outside))):
        with pytest.raises(InvalidSettings) as refused:
            check_scope_settings(settings, [TENANT])
        assert "$.policies[0].actions[0].addresses[1]" in refused.value.public


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param(rule(except_lists=("partners",)), "", id="the tenant's list"),
        pytest.param(rule(except_lists=("friends",)), "", id="the group's list"),
        pytest.param({**rule(except_lists=("mine",)), "lists": (AddressList(id="mine"),)}, "", id="an own list"),
        pytest.param(rule(except_lists=("nobody",)), "$.rules[0].except_lists[0]", id="no such list"),
        pytest.param(
            rule(unless=RecipientAddress(operator="in-list", values=("nobody",))),
            "$.rules[0].unless",
            id="in a condition",
        ),
        pytest.param(
            with_action(InsertText(template="none")), "$.policies[0].actions[0].template", id="no such template"
        ),
        pytest.param(rule(minimum=3), "$.rules[0].minimum", id="an option of another rule"),
        pytest.param({"rules": (*rule()["rules"], *rule()["rules"])}, "$.rules[1].id", id="an id twice"),
        pytest.param({"lists": (AddressList(id="l", entries=("a b",)),)}, "$.lists[0].entries[0]", id="no address"),
        pytest.param(
            {"templates": (Template(id="t", text=""), Template(id="t", text=""))},
            "$.templates[1].id",
            id="a template twice",
        ),
        pytest.param({}, "", id="nothing"),
    ],
)
def test_names_must_exist_at_the_own_level_or_above(changes: dict[str, Any], place: str) -> None:
    settings = user_settings(**changes)
    if not place:
        check_scope_settings(settings, [TENANT, GROUP])
        return
    with pytest.raises(InvalidSettings) as refused:
        check_scope_settings(settings, [TENANT, GROUP])
    assert place in refused.value.public


def test_lists_of_levels_that_are_not_above_cannot_be_named() -> None:
    with pytest.raises(InvalidSettings):
        check_scope_settings(user_settings(**rule(except_lists=("friends",))), [TENANT])
