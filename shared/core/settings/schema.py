"""The settings as JSON Schema (2020-12), made from the model, for editors and for who writes files by hand. Pure.

What the schema cannot say (names that must exist, options that belong together) is said by the checks when a document is
saved; docs/SETTINGS.md and docs/POLICY.md describe it.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

import msgspec

from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.scope_settings import ScopeSettings

IDENTIFIER = "urn:matta:settings"


def settings_schema() -> dict[str, Any]:
    """A schema that a tenant's document fits, or a group's or user's; ``$defs`` holds one schema for each model."""
    references, models = msgspec.json.schema_components((TenantSettings, ScopeSettings), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        "title": "Matta settings",
        "description": "The settings of a tenant, or of a group or a user within one.",
        "anyOf": list(references),
        "$defs": {name: _portable(models[name]) for name in sorted(models)},
    }


def write_schema() -> str:
    """The schema as the text of docs/schema/settings.schema.json."""
    return json.dumps(settings_schema(), ensure_ascii=False, indent=2, sort_keys=False) + "\n"


def _portable(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _portable(item, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item) for item in value]
    if isinstance(value, str) and name == "pattern":
        return value.replace(r"\Z", "$")  # the end of a text has another spelling in ECMAScript
    if isinstance(value, str) and name == "description":
        return inspect.cleandoc(value)
    return value
