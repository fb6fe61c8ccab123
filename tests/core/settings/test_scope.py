"""Whose settings a document holds, by name."""

from __future__ import annotations

import pytest

from shared.core.settings.scope import TENANT_SCOPE, Level, Scope, group_scope, read_scope_name, user_scope
from shared.errors import InvalidSettings


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("tenant", TENANT_SCOPE, id="tenant"),
        pytest.param("group:営業部", Scope(Level.GROUP, "営業部"), id="group"),
        pytest.param(
            "group:Sales: Tokyo", Scope(Level.GROUP, "sales: tokyo"), id="group with a colon, in small letters"
        ),
        pytest.param(
            "user:Hanako@Aozora.example", Scope(Level.USER, "hanako@aozora.example"), id="user in small letters"
        ),
        pytest.param("user:a:b@x.example", Scope(Level.USER, "a:b@x.example"), id="address with a colon"),
    ],
)
def test_names_of_scopes(name: str, expected: Scope) -> None:
    assert read_scope_name(name) == expected
    assert read_scope_name(str(expected)) == expected


@pytest.mark.parametrize(
    "name",
    [
        "",
        "tenant:",
        "tenant:x",
        "group",
        "group:",
        "user:",
        "user:x",
        "user:@x",
        "user:a@",
        "user:a b@x",
        "default",
        "GROUP:x",
        "group:a\nb",
        "group:" + "x" * 201,
        "user:" + "x" * 320 + "@y",
        "user:a@x\u200b",
    ],
)
def test_what_is_no_name_of_a_scope_is_refused_and_told(name: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read_scope_name(name)
    assert refused.value.public != InvalidSettings.public


def test_scopes_make_themselves_from_any_spelling() -> None:
    assert group_scope("Vertrieb STRASSE") == group_scope("vertrieb strasse")
    assert user_scope("A@X.EXAMPLE") == user_scope("a@x.example")
