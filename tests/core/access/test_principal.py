"""How far each role reaches, as a table."""

from __future__ import annotations

import pytest

from shared.core.access.principal import Principal
from shared.core.access.roles import RIGHTS, PortalRole, Right, rights_of

OWN_GROUP, OTHER_GROUP = frozenset({"sales", "company"}), frozenset({"legal"})


def principal(*roles: PortalRole, groups: frozenset[str] = frozenset({"sales"})) -> Principal:
    return Principal("demo", "hanako@aozora.example", "Hanako", "1", "ja", frozenset(roles), groups)


WHOLE = {PortalRole.AUDITOR, PortalRole.TENANT_ADMINISTRATOR, PortalRole.INCIDENT_RESPONDER}


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("role", list(PortalRole))
def test_reach(role: PortalRole, right: Right) -> None:
    who = principal(role)
    has = right in RIGHTS[role]
    assert who.reaches_all(right) is (has and role in WHOLE)
    assert who.reaches(right, OWN_GROUP) is (has and (role in WHOLE or role is PortalRole.GROUP_ADMINISTRATOR))
    assert who.reaches(right, OTHER_GROUP) is (has and role in WHOLE)
    assert who.reaches(right, frozenset()) is (has and role in WHOLE)


def test_a_right_of_one_role_does_not_reach_as_far_as_another_role() -> None:
    """An auditor of the whole tenant who manages one group writes that group's settings alone."""
    who = principal(PortalRole.USER, PortalRole.AUDITOR, PortalRole.GROUP_ADMINISTRATOR)
    assert who.reaches(Right.READ_SETTINGS, OTHER_GROUP)
    assert not who.reaches(Right.WRITE_SETTINGS, OTHER_GROUP)
    assert not who.reaches(Right.DECIDE, OTHER_GROUP)
    assert who.reaches(Right.DECIDE, OWN_GROUP)


@pytest.mark.parametrize(
    ("role", "group", "expected"),
    [
        pytest.param(PortalRole.GROUP_ADMINISTRATOR, "sales", True, id="own group"),
        pytest.param(PortalRole.GROUP_ADMINISTRATOR, "SALES", True, id="own group in other letters"),
        pytest.param(PortalRole.GROUP_ADMINISTRATOR, "legal", False, id="another group"),
        pytest.param(PortalRole.TENANT_ADMINISTRATOR, "legal", True, id="the tenant's administrator"),
        pytest.param(PortalRole.AUDITOR, "sales", False, id="an auditor"),
        pytest.param(PortalRole.USER, "sales", False, id="a user with groups by mistake"),
        pytest.param(PortalRole.OPERATOR, "sales", False, id="an operator"),
    ],
)
def test_who_manages_a_group(role: PortalRole, group: str, expected: bool) -> None:
    assert principal(role).manages(group) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("hanako@aozora.example", True),
        ("Hanako@AOZORA.example", True),
        ("jiro@aozora.example", False),
        ("", False),
    ],
)
def test_is_person(address: str, expected: bool) -> None:
    assert principal(PortalRole.USER).is_person(address) is expected


def test_nobody_without_an_address_is_nobody() -> None:
    """An operator who belongs to no tenant has no address there: an empty one must not match it."""
    assert not Principal("", "", "", "", "", frozenset({PortalRole.OPERATOR})).is_person("")


def test_only_operators_operate_and_they_read_nobodys_mail() -> None:
    assert [role for role in PortalRole if Right.OPERATE in RIGHTS[role]] == [PortalRole.OPERATOR]
    assert RIGHTS[PortalRole.OPERATOR] == {Right.OPERATE}


def test_who_may_only_look_changes_nothing() -> None:
    changing = {Right.DECIDE, Right.WRITE_SETTINGS, Right.WRITE_PEOPLE}
    assert not rights_of({PortalRole.AUDITOR, PortalRole.INCIDENT_RESPONDER}) & changing
    assert Right.READ_CONTENT not in RIGHTS[PortalRole.AUDITOR], "an auditor sees that mail was sent, not what it says"
