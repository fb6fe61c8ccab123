"""Comparing two versions, path by path."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.policy.actions import Delay, Hold, Zip
from shared.core.policy.conditions.model import AddressList, AllOf, Body, Subject
from shared.core.policy.policies import Policy, SubjectMark
from shared.core.policy.tenant_settings import (
    DkimKey,
    HoldNotices,
    Ingress,
    LegalHold,
    NextHopServer,
    Retention,
    Route,
    RuleAssignment,
    Signing,
    SmtpUser,
    TenantSettings,
)
from shared.core.settings.compare import HIDDEN, Difference, How, compare, compare_items
from shared.core.settings.scope_settings import NoticeWishes
from tests.support.settings import group_settings, tenant_settings, user_settings

A, B = RuleAssignment(id="a", rule="subject-blank"), RuleAssignment(id="b", rule="has-attachments")


def policy(**changes: Any) -> Policy:
    return Policy(id="p", **({"actions": (Hold(),)} | changes))


def subject(*values: str) -> Subject:
    return Subject(operator="contains", values=values)


def told(differences: tuple[Difference, ...]) -> list[str]:
    """Short lines: ``+ path``, ``- path``, ``path: old -> new``, ``~ path`` for another order."""
    lines = []
    for item in differences:
        if item.how is How.CHANGED:
            lines.append(f"{item.path}: {item.old!r} -> {item.new!r}")
        else:
            lines.append(f"{ {How.ADDED: '+', How.REMOVED: '-', How.MOVED: '~'}[item.how] } {item.path}")
    return lines


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param({}, {}, [], id="nothing"),
        pytest.param({"name": "x"}, {"name": "y"}, ["name: 'x' -> 'y'"], id="a value"),
        pytest.param({"version": 1}, {"version": 2}, [], id="the number of the version is no difference"),
        pytest.param(
            {"signing": Signing(dkim=(DkimKey(domain="d", selector="s1", secret="k"),))},
            {
                "signing": Signing(
                    dkim=(
                        DkimKey(domain="d", selector="s0", secret="k"),
                        DkimKey(domain="d", selector="s1", secret="l"),
                    )
                )
            },
            ["signing.dkim[s1].secret: 'k' -> 'l'", "+ signing.dkim[s0]"],
            id="a key is known by its selector",
        ),
        pytest.param(
            {"retention": Retention(legal_holds=(LegalHold(id="h", addresses=("a@b",)),))},
            {"retention": Retention(body_days=0, legal_holds=(LegalHold(id="h"),))},
            ["retention.body_days: 90 -> 0", "- retention.legal_holds[h].addresses"],
            id="retention and a legal hold",
        ),
        pytest.param({}, {"notices": HoldNotices(reminders=0)}, ["notices.reminders: 2 -> 0"], id="a nested value"),
        pytest.param({"rules": (A,)}, {"rules": (A, B)}, ["+ rules[b]"], id="an item came"),
        pytest.param(
            {"rules": (A, B)}, {"rules": (B,)}, ["- rules[a]"], id="an item went, the later one did not change"
        ),
        pytest.param({"rules": (A, B)}, {"rules": (B, A)}, ["~ rules"], id="another order"),
        pytest.param(
            {"rules": (A,)},
            {"rules": (msgspec.structs.replace(A, enabled=False),)},
            ["rules[a].enabled: True -> False"],
            id="a field of an item",
        ),
        pytest.param(
            {"domains": ("a.example", "b.example")},
            {"domains": ("b.example", "c.example")},
            ["- domains", "+ domains"],
            id="plain values",
        ),
        pytest.param(
            {"domains": ("a.example", "b.example")},
            {"domains": ("b.example", "a.example")},
            ["~ domains"],
            id="order of plain values",
        ),
        pytest.param(
            {"lists": (AddressList(id="l", entries=("a", "b")),)},
            {"lists": (AddressList(id="l", entries=("a", "c")),)},
            ["- lists[l].entries", "+ lists[l].entries"],
            id="entries of a list",
        ),
        pytest.param(
            {"policies": (policy(when=AllOf(of=(subject("a"), subject("b")))),)},
            {"policies": (policy(when=AllOf(of=(subject("a"), subject("c")))),)},
            ["- policies[p].when.of[1].values", "+ policies[p].when.of[1].values"],
            id="deep in a condition",
        ),
        pytest.param(
            {"policies": (policy(when=subject("a")),)},
            {"policies": (policy(when=Body(operator="contains", values=("a",))),)},
            [
                "policies[p].when: {'type': 'subject', 'operator': 'contains', 'values': ['a']} -> "
                "{'type': 'body', 'operator': 'contains', 'values': ['a']}"
            ],
            id="another kind of condition is told whole",
        ),
        pytest.param(
            {"policies": (policy(),)},
            {"policies": (policy(actions=(Hold(), Delay(minutes=5))),)},
            ["+ policies[p].actions[1]"],
            id="an action came",
        ),
        pytest.param(
            {"subject_marks": (SubjectMark(mark="[[x]]", effect="send"),)},
            {"subject_marks": (SubjectMark(mark="[[x]]", effect="zip"),)},
            ["subject_marks[[[x]]].effect: 'send' -> 'zip'"],
            id="a subject mark",
        ),
        pytest.param(
            {"routes": (Route(servers=(NextHopServer(host="a"),)),)},
            {"routes": (Route(servers=(NextHopServer(host="b"),)),)},
            ["routes[0].servers[0].host: 'a' -> 'b'"],
            id="items without a name, by place",
        ),
        pytest.param({}, {"fixed": ("notices.language",)}, ["+ fixed"], id="a value was fixed"),
    ],
)
def test_differences_of_a_tenants_settings(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    def listed(changes: dict[str, Any]) -> TenantSettings:
        # to_builtins gives tuples for tuples; the texts below show lists
        return tenant_settings(**changes)

    found = [line.replace("('a',)", "['a']") for line in told(compare(listed(old), listed(new)))]
    assert found == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param({}, {"rules": (A,)}, ["+ rules[a]"], id="the first rule"),
        pytest.param({"rules": (A,)}, {}, ["- rules[a]"], id="unset again"),
        pytest.param({}, {"rules": ()}, ["+ rules"], id="empty is not unset"),
        pytest.param({}, {"notices": NoticeWishes(language="en")}, ["+ notices.language"], id="a wish"),
        pytest.param({"notices": NoticeWishes(language="en")}, {}, ["- notices.language"], id="a wish less"),
    ],
)
def test_differences_of_a_users_settings(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert told(compare(user_settings(**old), user_settings(**new))) == expected
    assert told(compare(group_settings(**old), group_settings(**new))) == expected


def test_no_password_is_shown_whatever_became_of_it() -> None:
    def with_password(password: str, hash_: str) -> TenantSettings:
        return tenant_settings(
            policies=(policy(actions=(Zip(password=password),)),),
            ingress=Ingress(users=(SmtpUser(name="u", password_hash=hash_),)),
        )

    old, new = with_password("oldsecret", "scrypt$oldhash"), with_password("newsecret", "scrypt$newhash")
    for before, after in ((old, new), (tenant_settings(), new), (old, tenant_settings())):
        shown = repr(compare(before, after))
        assert not any(word in shown for word in ("oldsecret", "newsecret", "oldhash", "newhash"))
        assert HIDDEN in shown
    assert {item.path for item in compare(old, new)} == {
        "policies[p].actions[0].password",
        "ingress.users[u].password_hash",
    }
    assert compare(old, old) == ()


def test_values_that_are_told_stay_the_same_objects_kind() -> None:
    (found,) = compare(tenant_settings(), tenant_settings(notices=HoldNotices(reminder_hours=8)))
    assert found == Difference("notices.reminder_hours", How.CHANGED, 4.0, 8.0)


def test_items_alone_can_be_compared() -> None:
    assert told(compare_items("rules", (A, B), (B,))) == ["- rules[a]"]


ITEMS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=6)


@given(ITEMS, ITEMS)
def test_differences_lead_from_one_to_the_other(before: list[str], after: list[str]) -> None:
    def settings(ids: list[str]) -> TenantSettings:
        return tenant_settings(rules=tuple(RuleAssignment(id=name, rule="subject-blank") for name in ids))

    found = compare(settings(before), settings(after))
    assert {item.path for item in found if item.how is How.ADDED} == {
        f"rules[{name}]" for name in after if name not in before
    }
    assert {item.path for item in found if item.how is How.REMOVED} == {
        f"rules[{name}]" for name in before if name not in after
    }
    common = [name for name in before if name in after]
    assert any(item.how is How.MOVED for item in found) == (common != [name for name in after if name in before])
    assert (found == ()) == (before == after)
