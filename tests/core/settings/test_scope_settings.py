"""Documents of groups and users: read, written, refused."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET

from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings
from shared.core.settings.scope import TENANT_SCOPE, group_scope, user_scope
from shared.core.settings.scope_settings import (
    NoticeWishes,
    ScopeSettings,
    new_scope_settings,
    read_scope_settings,
    scope_of,
    write_scope_settings,
)
from shared.errors import InvalidSettings
from tests.support.settings import HANAKO, group_settings, tenant_settings, user_settings


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(user_settings(), id="nothing set"),
        pytest.param(user_settings(rules=()), id="empty is kept apart from unset"),
        pytest.param(user_settings(rules=(RuleAssignment(id="a", rule="subject-blank"),), version=4), id="a rule"),
        pytest.param(group_settings("営業部", notices=NoticeWishes(language="en", reminders=0)), id="wishes"),
    ],
)
def test_what_is_written_is_read_again(given: ScopeSettings) -> None:
    assert read_scope_settings(write_scope_settings(given)) == given


def test_what_is_unset_is_not_written() -> None:
    assert msgspec.json.decode(write_scope_settings(user_settings())) == {
        "tenant_id": "demo",
        "level": "user",
        "id": HANAKO,
        "version": 0,
        "notices": {},
    }


@pytest.mark.parametrize(
    ("document", "place"),
    [
        pytest.param(b"", "", id="nothing"),
        pytest.param(b"\xff", "", id="no text"),
        pytest.param(b"[" * 100_000, "", id="endless nesting"),
        pytest.param(
            b'{"tenant_id": "demo", "level": "tenant", "id": "x"}', "$.level", id="a level that has no such document"
        ),
        pytest.param(b'{"tenant_id": "demo", "level": "user", "id": "x"}', "", id="user without a domain"),
        pytest.param(b'{"tenant_id": "demo", "level": "user", "id": "A@x.example"}', "$.id", id="capitals"),
        pytest.param(
            b'{"tenant_id": "demo", "level": "group", "id": "g", "routes": []}', "routes", id="what only a tenant has"
        ),
        pytest.param(
            b'{"tenant_id": "demo", "level": "group", "id": "g", "subject_marks": []}',
            "subject_marks",
            id="subject marks",
        ),
        pytest.param(
            b'{"tenant_id": "demo", "level": "group", "id": "g", "notices": {"at_end": "release"}}',
            "at_end",
            id="end of a hold",
        ),
        pytest.param(
            b'{"tenant_id": "demo", "level": "group", "id": "g", "notices": {"reminders": 21}}',
            "$.notices.reminders",
            id="out of range",
        ),
        pytest.param(
            b'{"tenant_id": "demo", "level": "group", "id": "g", "rules": null}', "$.rules", id="null is not unset"
        ),
    ],
)
def test_a_document_that_is_none_is_refused_with_its_place(document: bytes, place: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read_scope_settings(document)
    assert place in refused.value.public


def test_new_settings_have_nothing_set() -> None:
    made = new_scope_settings("demo", group_scope("Sales"))
    assert (made.level, made.id, made.version, made.rules) == ("group", "sales", 0, UNSET)
    assert new_scope_settings("demo", user_scope(HANAKO)).scope == user_scope(HANAKO)
    with pytest.raises(InvalidSettings):
        new_scope_settings("demo", TENANT_SCOPE)


def test_every_document_knows_whose_it_is() -> None:
    tenant: TenantSettings = tenant_settings()
    assert scope_of(tenant) == TENANT_SCOPE
    assert scope_of(group_settings("sales")) == group_scope("sales")
