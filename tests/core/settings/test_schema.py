"""The JSON Schema: the one in docs is the model's, and it accepts and refuses what the model does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastjsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from local.demo_tenant import demo_settings
from shared.core.settings.export_file import export_document
from shared.core.settings.schema import settings_schema, write_schema
from shared.core.settings.scope_settings import NoticeWishes
from tests.support.settings import group_settings, tenant_settings, user_settings
from tests.support.settings_strategies import ITEMS

FILE = Path(__file__).parents[3] / "docs" / "schema" / "settings.schema.json"


@pytest.fixture(scope="module")
def validate() -> Callable[[Any], Any]:
    """Raises ``JsonSchemaValueException``."""
    # Written for draft 7, of which the parts that are used here did not change.
    made: Callable[[Any], Any] = fastjsonschema.compile(
        settings_schema() | {"$schema": "http://json-schema.org/draft-07/schema#"}
    )
    return made


def test_schema_in_docs_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == write_schema(), "./dev settings schema > docs/schema/settings.schema.json"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(tenant_settings(), id="new tenant"),
        pytest.param(demo_settings("127.0.0.1", 25), id="demo tenant"),
        pytest.param(group_settings("営業部"), id="new group"),
        pytest.param(user_settings(rules=(), notices=NoticeWishes(language="en")), id="user"),
    ],
)
def test_documents_fit(validate: Callable[[Any], Any], document: Any) -> None:
    validate(json.loads(export_document(document)))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"colour": "red"}, id="unknown field"),
        pytest.param({"domains": []}, id="no domain"),
        pytest.param({"tenant_id": "Not A Tenant"}, id="tenant id"),
        pytest.param({"notices": {"language": "de"}}, id="word that there is not"),
        pytest.param({"rules": [{"id": "a"}]}, id="rule without a kind"),
        pytest.param({"policies": [{"id": "a", "actions": [{"type": "explode"}]}]}, id="action that there is not"),
        pytest.param(
            {"policies": [{"id": "a", "actions": [{"type": "delay", "minutes": 0}]}]}, id="number out of range"
        ),
        pytest.param({"fixed": ["name"]}, id="value that cannot be fixed"),
    ],
)
def test_documents_that_the_model_refuses_do_not_fit(validate: Callable[[Any], Any], changes: dict[str, Any]) -> None:
    document = json.loads(export_document(tenant_settings())) | changes
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        validate(document)


@given(data=st.data())
@hypothesis_settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
def test_whatever_the_model_can_hold_fits(validate: Callable[[Any], Any], data: st.DataObject) -> None:
    fields = {
        name: tuple(data.draw(st.lists(ITEMS[name], max_size=2)))
        for name in ("rules", "policies", "lists", "templates")
    }
    validate(json.loads(export_document(tenant_settings(**fields))))
    validate(json.loads(export_document(user_settings(**fields))))


def test_every_field_of_every_model_is_in_the_schema() -> None:
    models = settings_schema()["$defs"]
    assert {
        "TenantSettings",
        "ScopeSettings",
        "Policy",
        "RuleAssignment",
        "AddressList",
        "Zip",
        "AllOf",
    } <= models.keys()
    for name in ("TenantSettings", "ScopeSettings"):
        made: Any = {"TenantSettings": tenant_settings, "ScopeSettings": user_settings}[name]()
        assert set(models[name]["properties"]) == {field.name for field in msgspec.structs.fields(type(made))}
    assert not [text for text in write_schema().split('"') if text.endswith("\\Z")]
