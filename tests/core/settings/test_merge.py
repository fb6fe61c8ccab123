"""Merging three levels: who wins, what is united, what is left out. Tables; and properties over any settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.policy.actions import Delay, Hold, InsertText, Zip
from shared.core.policy.conditions.model import AddressList, RecipientAddress
from shared.core.policy.policies import Policy, Template
from shared.core.policy.policy_match import in_order
from shared.core.policy.tenant_settings import HoldNotices, RuleAssignment, TenantSettings
from shared.core.settings.merge import Effective, LeftOut, effective
from shared.core.settings.scope import TENANT_SCOPE, Level, Scope
from shared.core.settings.scope_settings import NoticeWishes, ScopeSettings
from tests.support.settings import group_settings, tenant_settings, user_settings

TOP, NEAR = Scope(Level.GROUP, "top"), Scope(Level.GROUP, "near")
USER = user_settings().scope


def merged(
    tenant: TenantSettings, top: dict[str, Any] | None = None, near: dict[str, Any] | None = None, **user: Any
) -> Effective:
    groups = [
        group_settings(name, version=3, **changes)
        for name, changes in (("top", top), ("near", near))
        if changes is not None
    ]
    return effective(tenant, groups, user_settings(version=5, **user) if user else None)


@dataclass(frozen=True)
class Single:
    """One row: what each level sets as language; ``None`` is nothing. The tenant's ``ja`` is the default, ``fixed`` sets it."""

    id: str
    expected: str
    tenant: str | None = None
    top: str | None = None
    near: str | None = None
    user: str | None = None


LANGUAGES = (
    Single("nobody has set it: the default", "ja"),
    Single("only the user", "en", user="en"),
    Single("only the nearer group", "en", near="en"),
    Single("only the upper group", "en", top="en"),
    Single("only the administrator", "en", tenant="en"),
    Single("administrator over user", "en", tenant="en", user="ja"),
    Single("administrator over groups", "en", tenant="en", top="ja", near="ja"),
    Single("administrator's default that is set, over user", "ja", tenant="ja", user="en"),
    Single("administrator's default that is set, over groups", "ja", tenant="ja", top="en", near="en", user="en"),
    Single("nearer group over user", "en", near="en", user="ja"),
    Single("upper group over user", "en", top="en", user="ja"),
    Single("upper group over nearer group", "en", top="en", near="ja"),
    Single("upper group's default over nearer group and user", "ja", top="ja", near="en", user="en"),
    Single("nearer group's default over user", "ja", near="ja", user="en"),
    Single("all of them: the administrator", "en", tenant="en", top="ja", near="ja", user="ja"),
)


@pytest.mark.parametrize("row", LANGUAGES, ids=lambda row: row.id)
def test_the_topmost_level_that_has_set_a_value_wins(row: Single) -> None:
    def wishes(language: Any) -> NoticeWishes:
        return NoticeWishes() if language is None else NoticeWishes(language=language)

    tenant = tenant_settings(
        notices=HoldNotices(language=row.tenant or "ja"),  # type: ignore[arg-type]  # a row holds a language
        fixed=("notices.language",) if row.tenant == "ja" else (),
    )
    found = merged(tenant, {"notices": wishes(row.top)}, {"notices": wishes(row.near)}, notices=wishes(row.user))
    assert found.settings.notices.language == row.expected
    assert found.settings.notices.reminders == HoldNotices().reminders


@pytest.mark.parametrize(
    ("path", "wish", "expected"),
    [
        pytest.param("reminders", NoticeWishes(reminders=0), 0, id="a zero is a value"),
        pytest.param("reminders", NoticeWishes(), 2, id="unset is not empty"),
        pytest.param("reminder_hours", NoticeWishes(reminder_hours=0.5), 0.5, id="hours"),
        pytest.param("reminder_hours", NoticeWishes(reminders=0), 4.0, id="each value for itself"),
    ],
)
def test_every_shared_value_can_be_wished_for(path: str, wish: NoticeWishes, expected: object) -> None:
    assert getattr(merged(tenant_settings(), notices=wish).settings.notices, path) == expected


@pytest.mark.parametrize("path", ["at_end", "link_days", "sender_address"])
def test_what_only_administrators_set_stays(path: str) -> None:
    tenant = tenant_settings(notices=HoldNotices(at_end="discard", link_days=1, sender_address="a@x.example"))
    found = merged(tenant, {"notices": NoticeWishes(language="en")}, notices=NoticeWishes(reminders=0))
    assert getattr(found.settings.notices, path) == getattr(tenant.notices, path)


def rule(id_: str, /, **more: Any) -> RuleAssignment:
    return RuleAssignment(id=id_, rule="subject-blank", **more)


def policy(id_: str, priority: int = 1000, /, **more: Any) -> Policy:
    return Policy(id=id_, priority=priority, actions=more.pop("actions", (Hold(),)), **more)


@dataclass(frozen=True)
class United:
    """One row: ids at each level, with a word that tells the owner; what counts, and what is left out by whom."""

    id: str
    tenant: str = ""
    top: str = ""
    near: str = ""
    user: str = ""
    expected: str = ""
    left_out: tuple[tuple[str, Scope, Scope], ...] = ()


UNITED = (
    United("nobody has any"),
    United("tenant alone", tenant="a b", expected="a@tenant b@tenant"),
    United("user alone", user="a", expected="a@user"),
    United("different ids add up, the strongest level first", "a", "b", "c", "d", "a@tenant b@top c@near d@user"),
    United("tenant over user", "a", user="a", expected="a@tenant", left_out=(("a", USER, TENANT_SCOPE),)),
    United("tenant over group", "a", top="a", expected="a@tenant", left_out=(("a", TOP, TENANT_SCOPE),)),
    United("upper group over nearer one", top="a", near="a", expected="a@top", left_out=(("a", NEAR, TOP),)),
    United("nearer group over user", near="a", user="a b", expected="a@near b@user", left_out=(("a", USER, NEAR),)),
    United(
        "one id at every level",
        "a",
        "a",
        "a",
        "a",
        "a@tenant",
        (("a", TOP, TENANT_SCOPE), ("a", NEAR, TENANT_SCOPE), ("a", USER, TENANT_SCOPE)),
    ),
    United("ids are compared exactly", "a", user="A", expected="a@tenant A@user"),
)
MAKERS = {
    "rules": lambda name, owner: rule(name, name=owner),
    "policies": lambda name, owner: policy(name, name=owner),
    "lists": lambda name, owner: AddressList(id=name, name=owner),
    "templates": lambda name, owner: Template(id=name, name=owner, text="x"),
}


@pytest.mark.parametrize("collection", MAKERS)
@pytest.mark.parametrize("row", UNITED, ids=lambda row: row.id)
def test_items_are_united_by_id_and_the_topmost_counts(row: United, collection: str) -> None:
    def items(ids: str, owner: str) -> dict[str, Any]:
        return {collection: tuple(MAKERS[collection](name, owner) for name in ids.split())}

    found = merged(
        tenant_settings(**({"rules": ()} | items(row.tenant, "tenant"))),
        items(row.top, "top"),
        items(row.near, "near"),
        **items(row.user, "user"),
    )
    assert " ".join(f"{item.id}@{item.name}" for item in getattr(found.settings, collection)) == row.expected
    assert found.left_out == tuple(
        LeftOut(collection, name, scope, by, "overridden") for name, scope, by in row.left_out
    )


def test_a_rule_that_is_switched_off_below_stays_on() -> None:
    found = merged(tenant_settings(rules=(rule("a"),)), {"rules": (rule("a", enabled=False),)}, rules=())
    assert found.settings.rules == (rule("a"),)


def test_the_default_rule_is_the_tenants_and_cannot_be_weakened() -> None:
    weaker = RuleAssignment(id="external", rule="recipient-external", enabled=False)
    found = merged(tenant_settings(), rules=(weaker,))
    assert found.settings.rules == tenant_settings().rules


@dataclass(frozen=True)
class Ordered:
    """One row: policies as ``id/priority`` at each level, and the order in which they are asked."""

    id: str
    tenant: str
    top: str
    user: str
    expected: str


ORDERED = (
    Ordered("levels come before priorities", "t/500", "g/10", "u/1", "t g u"),
    Ordered("priorities count within a level", "t2/20 t1/10", "g2/9 g1/8", "u2/2 u1/1", "t1 t2 g1 g2 u1 u2"),
    Ordered("equal priorities stay in order", "a/5 b/5", "c/5 d/5", "e/5 f/5", "a b c d e f"),
    Ordered("higher numbers below stay", "t/1", "g/700", "u/900", "t g u"),
    Ordered("no policies above", "", "", "u2/2 u1/1", "u1 u2"),
    Ordered("none in the middle", "t/100000", "", "u/0", "t u"),
    Ordered("nearer ones after upper ones", "", "g1/999 g2/3", "u/500 v/1000", "g2 g1 u v"),
)


@pytest.mark.parametrize("row", ORDERED, ids=lambda row: row.id)
def test_policies_below_are_asked_after_those_above(row: Ordered) -> None:
    def policies(text: str) -> tuple[Policy, ...]:
        return tuple(policy(name, int(number)) for name, number in (item.split("/") for item in text.split()))

    found = merged(
        tenant_settings(policies=policies(row.tenant)), {"policies": policies(row.top)}, policies=policies(row.user)
    )
    assert " ".join(item.id for item in in_order(found.settings.policies)) == row.expected


@dataclass(frozen=True)
class Gap:
    """One row: a level above names a list or template, and a level below has one of that id."""

    id: str
    above: dict[str, Any]
    below: dict[str, Any]
    counts: bool
    above_has: dict[str, Any] = field(default_factory=dict)


IN_FRIENDS = RecipientAddress(operator="in-list", values=("friends",))
FRIENDS = {"lists": (AddressList(id="friends", entries=("rival.example",)),)}
NOTE = {"templates": (Template(id="note", text="x"),)}
GAPS = (
    Gap("nobody names it", {}, FRIENDS, True),
    Gap("rule's exception", {"rules": (rule("r", except_lists=("friends",)),)}, FRIENDS, False),
    Gap("rule's list", {"rules": (rule("r", lists=("friends",)),)}, FRIENDS, False),
    Gap("rule's exclusion", {"rules": (rule("r", unless=IN_FRIENDS),)}, FRIENDS, False),
    Gap("rule's condition", {"rules": (rule("r", when=IN_FRIENDS),)}, FRIENDS, False),
    Gap("policy's condition", {"policies": (policy("p", when=IN_FRIENDS),)}, FRIENDS, False),
    Gap("policy's exclusion", {"policies": (policy("p", unless=IN_FRIENDS),)}, FRIENDS, False),
    Gap(
        "exemption from the ZIP",
        {"policies": (policy("p", actions=(Zip(exempt_lists=("friends",)),)),)},
        FRIENDS,
        False,
    ),
    Gap("template of a text", {"policies": (policy("p", actions=(InsertText(template="note"),)),)}, NOTE, False),
    Gap("template of a ZIP", {"policies": (policy("p", actions=(Zip(explanation="note"),)),)}, NOTE, False),
    Gap("template of a notice", {"policies": (policy("p", actions=(Zip(notice_template="note"),)),)}, NOTE, False),
    Gap(
        "a value that only looks so",
        {"rules": (rule("r", unless=RecipientAddress(operator="equals", values=("friends",))),)},
        FRIENDS,
        True,
    ),
)


@pytest.mark.parametrize("level", ["tenant", "group"])
@pytest.mark.parametrize("row", GAPS, ids=lambda row: row.id)
def test_nothing_below_fills_a_gap_above(row: Gap, level: str) -> None:
    empty = tenant_settings(rules=())
    if level == "tenant":
        found = merged(msgspec.structs.replace(empty, **row.above), **row.below)
    else:
        found = merged(empty, row.above, {}, **row.below)
    ((collection, items),) = row.below.items()
    assert getattr(found.settings, collection) == (items if row.counts else ())
    owner = TENANT_SCOPE if level == "tenant" else TOP
    left = () if row.counts else (LeftOut(collection, items[0].id, USER, owner, "gap-above"),)
    assert found.left_out == left


def test_a_list_that_is_there_above_fills_the_name_for_all_below() -> None:
    own = AddressList(id="friends", entries=("good.example",))
    found = merged(tenant_settings(lists=(own,)), {"rules": (rule("r", except_lists=("friends",)),)}, **FRIENDS)
    assert found.settings.lists == (own,)
    assert [(item.why, item.by) for item in found.left_out] == [("overridden", TENANT_SCOPE)]


def test_what_nobody_adds_to_is_the_tenants_own_object() -> None:
    tenant = tenant_settings(lists=(AddressList(id="a"),), rules=(rule("r"),))
    assert merged(tenant).settings is tenant
    assert merged(tenant, {}, {}, rules=()).settings is tenant
    found = merged(tenant, rules=(rule("mine"),)).settings
    assert found.lists is tenant.lists
    assert found.rules[0] is tenant.rules[0]


def test_the_same_documents_give_the_same_object() -> None:
    tenant, user = tenant_settings(), user_settings(rules=(rule("mine"),))
    assert effective(tenant, (), user) is effective(tenant, (), user)
    again = msgspec.structs.replace(user)
    assert effective(tenant, (), again) == effective(tenant, (), user)


def test_versions_name_every_layer_the_strongest_first() -> None:
    found = merged(tenant_settings(version=9), {}, {}, rules=())
    assert found.versions == (("tenant", 9), ("group:top", 3), ("group:near", 3), (str(USER), 5))


IDS = st.sampled_from("abcd")
RULES = st.lists(IDS, unique=True, max_size=4).flatmap(
    lambda ids: st.tuples(*(st.builds(rule, st.just(name), enabled=st.booleans()) for name in ids))
)
POLICIES = st.lists(IDS, unique=True, max_size=4).flatmap(
    lambda ids: st.tuples(
        *(
            st.builds(
                policy,
                st.just(name),
                st.integers(0, 5),
                stop=st.booleans(),
                actions=st.sampled_from([(Hold(),), (Delay(minutes=1),)]),
            )
            for name in ids
        )
    )
)


def scopes(make: Any) -> st.SearchStrategy[ScopeSettings]:
    return st.builds(make, rules=RULES, policies=POLICIES)


@given(
    st.builds(tenant_settings, rules=RULES, policies=POLICIES),
    st.lists(scopes(group_settings), max_size=3),
    scopes(user_settings),
)
def test_whatever_is_below_nothing_above_is_lost_changed_or_asked_later(
    tenant: TenantSettings, groups: list[ScopeSettings], user: ScopeSettings
) -> None:
    found = effective(tenant, groups, user).settings
    assert found.rules[: len(tenant.rules)] == tenant.rules
    assert in_order(found.policies)[: len(tenant.policies)] == in_order(tenant.policies)
    assert len({item.id for item in found.rules}) == len(found.rules)
    assert len({item.id for item in found.policies}) == len(found.policies)
    without_user = effective(tenant, groups).settings
    assert found.rules[: len(without_user.rules)] == without_user.rules
    assert in_order(found.policies)[: len(without_user.policies)] == in_order(without_user.policies)
    every = {item.id for layer in (tenant, *groups, user) for item in layer.rules or ()}
    assert {item.id for item in found.rules} == every
