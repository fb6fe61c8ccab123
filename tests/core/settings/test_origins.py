"""Where every effective value came from, and who may change it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core.policy.tenant_settings import Delivery, HoldNotices, Ingress, RuleAssignment
from shared.core.settings.merge import effective
from shared.core.settings.origins import DEFAULT, EffectiveValue, Origin, values
from shared.core.settings.scope import TENANT_SCOPE, Level, group_scope
from shared.core.settings.scope_settings import NoticeWishes
from tests.support.settings import group_settings, tenant_settings, user_settings

TENANT = Origin(TENANT_SCOPE, 7)
GROUP = Origin(group_scope("sales"), 3)
USER = Origin(user_settings().scope, 5)


def found(
    tenant: dict[str, Any] | None = None,
    group: dict[str, Any] | None = None,
    user: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, EffectiveValue]:
    merged = effective(
        tenant_settings(version=7, **(tenant or {})),
        [group_settings(version=3, **group)] if group is not None else [],
        user_settings(version=5, **user) if user is not None else None,
    )
    return {value.path: value for value in values(merged, **more)}


EN = NoticeWishes(language="en")


@pytest.mark.parametrize(
    ("tenant", "group", "user", "value", "origin", "passed_over", "who"),
    [
        pytest.param({}, None, None, "ja", DEFAULT, (), "tenant group user", id="default"),
        pytest.param({}, {}, {}, "ja", DEFAULT, (), "tenant group user", id="layers that say nothing"),
        pytest.param({}, None, {"notices": EN}, "en", USER, (), "tenant group user", id="user"),
        pytest.param({}, {"notices": EN}, {}, "en", GROUP, (), "tenant group", id="group"),
        pytest.param({}, {"notices": EN}, {"notices": EN}, "en", GROUP, (USER,), "tenant group", id="group over user"),
        pytest.param(
            {"notices": HoldNotices(language="en")},
            {"notices": EN},
            {"notices": EN},
            "en",
            TENANT,
            (GROUP, USER),
            "tenant",
            id="tenant over all",
        ),
        pytest.param(
            {"fixed": ("notices.language",)},
            {},
            {"notices": EN},
            "ja",
            TENANT,
            (USER,),
            "tenant",
            id="tenant fixes the default",
        ),
    ],
)
def test_single_values(
    tenant: dict[str, Any], group: Any, user: Any, value: str, origin: Origin, passed_over: tuple[Origin, ...], who: str
) -> None:
    language = found(tenant, group, user)["notices.language"]
    assert (language.value, language.origin, language.passed_over) == (value, origin, passed_over)
    levels = (Level.TENANT, Level.GROUP, Level.USER)
    assert " ".join(level for level in levels if language.can_be_set_by(level)) == who


def test_items_name_their_owner_and_who_was_passed_over() -> None:
    rule = RuleAssignment(id="a", rule="subject-blank")
    mine = RuleAssignment(id="mine", rule="subject-blank")
    shown = found({"rules": (rule,)}, {"rules": (rule,)}, {"rules": (rule, mine)})
    assert shown["rules[a]"].origin == TENANT
    assert shown["rules[a]"].passed_over == (GROUP, USER)
    assert shown["rules[mine]"].origin == USER
    assert shown["rules[mine]"].value["rule"] == "subject-blank"


def test_a_new_tenants_rule_is_the_default_and_still_stands_above_the_users() -> None:
    other = RuleAssignment(id="external", rule="recipient-external", enabled=False)
    shown = found({}, None, {"rules": (other,)})["rules[external]"]
    assert shown.origin == DEFAULT
    assert shown.passed_over == (USER,)
    assert shown.value["enabled"] is True


def test_what_only_administrators_set_is_theirs_or_the_default() -> None:
    shown = found({"delivery": Delivery(deadline_hours=1)}, {}, {})
    assert shown["delivery.deadline_hours"].origin == TENANT
    assert shown["delivery.first_pause_seconds"].origin == DEFAULT
    assert shown["time_zone"].origin == DEFAULT
    assert shown["domains"].origin == TENANT
    assert not shown["notices.at_end"].can_be_set_by(Level.USER)
    assert not shown["delivery.deadline_hours"].can_be_set_by(Level.GROUP)
    assert shown["system_policies.dsns"].value is True


def test_how_mail_comes_in_and_goes_out_is_for_administrators_eyes() -> None:
    tenant = {"ingress": Ingress(peers=("192.0.2.1",))}
    hidden = {"ingress", "routes", "signing.dkim", "signing.arc", "retention.legal_holds"}
    assert not hidden & found(tenant).keys()
    assert "retention.body_days" in found(tenant)
    everything = found(tenant, viewer=Level.TENANT)
    assert list(everything["ingress"].value["peers"]) == ["192.0.2.1"]
    assert hidden - {"ingress"} <= everything.keys()
    assert not {"tenant_id", "version", "fixed"} & everything.keys()
