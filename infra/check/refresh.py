"""Write ``facts/*.json`` anew from Microsoft's management SDKs for Python, which are made from the ARM definitions.

Not part of the check, which reads only the files. To add a type: extend ``SOURCES``, install the package that it names
in a virtual environment of its own, and run ``python -m infra.check.refresh`` there. Only facts are taken: names, kinds,
enumerations, what is required and what is read-only.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import types
import typing
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Any

FACTS = Path(__file__).parent / "facts"
_DEPTH = 9


@dataclass(frozen=True)
class Source:
    """One resource type: its API version, the distribution and module with its model, the model's name."""

    resource: str
    api: str
    package: str
    module: str
    model: str
    child: bool = False
    """Has no location and no tags of its own."""


SOURCES = (
    Source("Microsoft.Resources/resourceGroups", "2025-04-01", "azure-mgmt-resource", "azure.mgmt.resource.resources.models", "ResourceGroup"),
    Source("Microsoft.Storage/storageAccounts", "2025-06-01", "azure-mgmt-storage", "azure.mgmt.storage.models", "StorageAccountCreateParameters"),
    Source("Microsoft.Storage/storageAccounts/blobServices", "2025-06-01", "azure-mgmt-storage", "azure.mgmt.storage.models", "BlobServiceProperties", True),
    Source("Microsoft.Storage/storageAccounts/blobServices/containers", "2025-06-01", "azure-mgmt-storage", "azure.mgmt.storage.models", "BlobContainer", True),
    Source("Microsoft.Storage/storageAccounts/queueServices", "2025-06-01", "azure-mgmt-storage", "azure.mgmt.storage.models", "QueueServiceProperties", True),
    Source("Microsoft.Storage/storageAccounts/queueServices/queues", "2025-06-01", "azure-mgmt-storage", "azure.mgmt.storage.models", "StorageQueue", True),
    Source("Microsoft.Storage/storageAccounts/tableServices", "2025-06-01", "azure-mgmt-storage", "azure.mgmt.storage.models", "TableServiceProperties", True),
    Source("Microsoft.Storage/storageAccounts/tableServices/tables", "2025-06-01", "azure-mgmt-storage", "azure.mgmt.storage.models", "Table", True),
    Source("Microsoft.Web/serverfarms", "2025-03-01", "azure-mgmt-web", "azure.mgmt.web.models", "AppServicePlan"),
    Source("Microsoft.Web/sites", "2025-03-01", "azure-mgmt-web", "azure.mgmt.web.models", "Site"),
    Source("Microsoft.Web/sites/config", "2025-03-01", "azure-mgmt-web", "azure.mgmt.web.models", "StringDictionary", True),
    Source("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "2025-03-01", "azure-mgmt-web", "azure.mgmt.web.models", "CsmPublishingCredentialsPoliciesEntity", True),
    Source("Microsoft.Web/staticSites", "2025-03-01", "azure-mgmt-web", "azure.mgmt.web.models", "StaticSiteARMResource"),
    Source("Microsoft.App/managedEnvironments", "2025-07-01", "azure-mgmt-appcontainers", "azure.mgmt.appcontainers.models", "ManagedEnvironment"),
    Source("Microsoft.App/containerApps", "2025-07-01", "azure-mgmt-appcontainers", "azure.mgmt.appcontainers.models", "ContainerApp"),
    Source("Microsoft.ContainerRegistry/registries", "2025-04-01", "azure-mgmt-containerregistry", "azure.mgmt.containerregistry.v2025_04_01.models", "Registry"),
    Source("Microsoft.KeyVault/vaults", "2025-05-01", "azure-mgmt-keyvault", "azure.mgmt.keyvault.models", "VaultCreateOrUpdateParameters"),
    Source("Microsoft.KeyVault/vaults/secrets", "2025-05-01", "azure-mgmt-keyvault", "azure.mgmt.keyvault.models", "SecretCreateOrUpdateParameters", True),
    Source("Microsoft.ManagedIdentity/userAssignedIdentities", "2024-11-30", "azure-mgmt-msi", "azure.mgmt.msi.v2024_11_30.models", "Identity"),
    Source("Microsoft.Authorization/roleAssignments", "2022-04-01", "azure-mgmt-authorization", "azure.mgmt.authorization.v2022_04_01.models", "RoleAssignmentCreateParameters", True),
    Source("Microsoft.EventGrid/systemTopics", "2025-02-15", "azure-mgmt-eventgrid", "azure.mgmt.eventgrid.models", "SystemTopic"),
    Source("Microsoft.EventGrid/systemTopics/eventSubscriptions", "2025-02-15", "azure-mgmt-eventgrid", "azure.mgmt.eventgrid.models", "EventSubscription", True),
    Source("Microsoft.OperationalInsights/workspaces", "2025-07-01", "azure-mgmt-loganalytics", "azure.mgmt.loganalytics.models", "Workspace"),
    Source("Microsoft.Insights/components", "2020-02-02", "azure-mgmt-applicationinsights", "azure.mgmt.applicationinsights.v2020_02_02.models", "ApplicationInsightsComponent"),
    Source("Microsoft.Insights/workbooks", "2023-06-01", "azure-mgmt-applicationinsights", "azure.mgmt.applicationinsights.v2023_06_01.models", "Workbook"),
    Source("Microsoft.Insights/scheduledQueryRules", "2023-12-01", "azure-mgmt-monitor", "azure.mgmt.monitor.models", "ScheduledQueryRuleResource"),
    Source("Microsoft.Insights/actionGroups", "2023-01-01", "azure-mgmt-monitor", "azure.mgmt.monitor.models", "ActionGroupResource"),
    Source("Microsoft.Insights/diagnosticSettings", "2021-05-01-preview", "azure-mgmt-monitor", "azure.mgmt.monitor.v2021_05_01_preview.models", "DiagnosticSettingsResource", True),
    Source("Microsoft.BotService/botServices", "2022-09-15", "azure-mgmt-botservice", "azure.mgmt.botservice.models", "Bot"),
    Source("Microsoft.BotService/botServices/channels", "2022-09-15", "azure-mgmt-botservice", "azure.mgmt.botservice.models", "BotChannel"),
    Source("Microsoft.Network/virtualNetworks", "2024-10-01", "azure-mgmt-network", "azure.mgmt.network.models", "VirtualNetwork"),
    Source("Microsoft.Network/privateEndpoints", "2024-10-01", "azure-mgmt-network", "azure.mgmt.network.models", "PrivateEndpoint"),
    Source("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "2024-10-01", "azure-mgmt-network", "azure.mgmt.network.models", "PrivateDnsZoneGroup", True),
    Source("Microsoft.Network/privateDnsZones", "2024-06-01", "azure-mgmt-privatedns", "azure.mgmt.privatedns.models", "PrivateZone"),
    Source("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "2024-06-01", "azure-mgmt-privatedns", "azure.mgmt.privatedns.models", "VirtualNetworkLink"),
)  # fmt: skip


class _Reader:
    """Collects the models that one resource type reaches."""

    def __init__(self, models: types.ModuleType) -> None:
        self._models = models
        self.found: dict[str, dict[str, Any]] = {}

    def model(self, kind: type, depth: int = 0) -> str:
        name = kind.__name__
        if name in self.found or depth > _DEPTH:
            return name if name in self.found else "any"
        entry: dict[str, Any] = {}
        self.found[name] = entry
        entry["properties"] = self._old(kind, depth) if hasattr(kind, "_attribute_map") else self._new(kind, depth)
        variants = self._variants(kind)
        if variants:
            key, classes = variants
            entry["key"] = key
            entry["variants"] = {value: self.model(cls, depth) for value, cls in sorted(classes.items())}
        return name

    def _variants(self, kind: Any) -> tuple[str, dict[str, type]] | None:
        old = kind.__dict__.get("_subtype_map")
        if old:
            attribute, classes = next(iter(old.items()))
            return kind._attribute_map[attribute]["key"], {
                value: getattr(self._models, name) for value, name in classes.items()
            }
        new = kind.__dict__.get("__mapping__")
        if new:
            field = next(f for f in vars(kind).values() if getattr(f, "_is_discriminator", False))
            return str(field._rest_name_input), dict(new)
        return None

    def _old(self, kind: Any, depth: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for attribute, entry in kind._attribute_map.items():
            rules = kind._validation.get(attribute, {})
            place, *path = [piece.replace("\\.", ".") for piece in re.split(r"(?<!\\)\.", entry["key"])]
            fact = {"type": self._old_type(entry["type"], depth)}
            if fact["type"] == "string" and (values := self._documented(kind, attribute)):
                fact["type"] = {"enum": values}
            fact |= {
                flag: True for flag, known in (("required", "required"), ("readonly", "readonly")) if rules.get(known)
            }
            where = fields
            for piece in path:  # a flattened property: it lies one level below
                where = where.setdefault(place, {"type": {"object": {}}})["type"]["object"]
                place = piece
            where[place] = fact
        return fields

    def _old_type(self, text: str, depth: int) -> Any:
        if text.startswith("["):
            return {"array": self._old_type(text[1:-1], depth)}
        if text.startswith("{"):
            return {"map": self._old_type(text[1:-1], depth)}
        plain = {
            "str": "string",
            "int": "int",
            "long": "int",
            "float": "number",
            "bool": "bool",
            "iso-8601": "string",
            "duration": "string",
        }
        if text in plain:
            return plain[text]
        kind = getattr(self._models, text, None)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {"enum": [str(item.value) for item in kind]}
        return {"ref": self.model(kind, depth + 1)} if isinstance(kind, type) else "any"

    def _documented(self, kind: type, attribute: str) -> list[str]:
        text = "".join(base.__doc__ or "" for base in kind.__mro__)
        for place in ("vartype", "paramtype"):
            named = re.search(rf":{place} {attribute}:\s+str\s+or\s+~[\w.]*\.(\w+)", text)
            if named and isinstance(values := getattr(self._models, named[1], None), type) and issubclass(values, Enum):
                return [str(item.value) for item in values]
        return []

    def _new(self, kind: Any, depth: int) -> dict[str, Any]:
        scope = {
            **vars(typing),
            **vars(self._models),
            **vars(importlib.import_module(kind.__module__)),
            "_models": self._models,
        }
        hints: dict[str, Any] = {}
        fields: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            if base.__module__.startswith("azure.mgmt"):
                own = {**vars(importlib.import_module(base.__module__)), "_models": self._models}
                for name, hint in inspect.get_annotations(base).items():
                    if not name.startswith("_"):
                        hints[name] = eval(hint, scope | own) if isinstance(hint, str) else hint  # noqa: S307  # of the SDK
        with suppress(Exception):
            kind()  # only so that the class works out its fields
        for base in reversed(kind.__mro__):
            for name, field in vars(base).items():
                if type(field).__name__ == "_RestField" and name in hints:
                    hint, optional = _without_none(hints[name])
                    shown = field._rest_name_input or name
                    fact: dict[str, Any] = {"type": self._new_type(hint, depth)}
                    if field._visibility and set(field._visibility) == {"read"}:
                        fact["readonly"] = True
                    elif not optional:
                        fact["required"] = True
                    fields[shown] = fact
        return fields

    def _new_type(self, hint: Any, depth: int) -> Any:
        hint, _ = _without_none(hint)
        if isinstance(hint, typing.ForwardRef):
            hint = eval(hint.__forward_arg__, {"_models": self._models})  # noqa: S307  # of the SDK
        if isinstance(hint, str):
            hint = eval(hint, {"_models": self._models})  # noqa: S307  # of the SDK
        origin = typing.get_origin(hint)
        if origin is typing.Union:
            return next(
                (found for item in typing.get_args(hint) if isinstance(found := self._new_type(item, depth), dict)),
                "any",
            )
        if origin is typing.Literal:
            return {"enum": [str(getattr(item, "value", item)) for item in typing.get_args(hint)]}
        if origin in (list, typing.List):  # noqa: UP006  # as the SDKs write it
            return {"array": self._new_type(typing.get_args(hint)[0], depth)}
        if origin in (dict, typing.Dict):  # noqa: UP006
            return {"map": self._new_type(typing.get_args(hint)[1], depth)}
        if isinstance(hint, type) and issubclass(hint, Enum):
            return {"enum": [str(item.value) for item in hint]}
        if isinstance(hint, type) and hint.__module__.startswith("azure.mgmt"):
            return {"ref": self.model(hint, depth + 1)}
        return {str: "string", int: "int", float: "number", bool: "bool"}.get(
            hint, "any" if getattr(hint, "__name__", "") not in {"datetime", "timedelta"} else "string"
        )


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) is typing.Union:
        rest = [item for item in typing.get_args(hint) if item is not type(None)]
        optional = len(rest) < len(typing.get_args(hint))
        return (rest[0] if len(rest) == 1 else typing.Union[tuple(rest)]), optional  # noqa: UP007
    return hint, False


def main() -> None:
    """Write one file for each resource type. Types whose package is not installed keep what they have."""
    FACTS.mkdir(exist_ok=True)
    for source in SOURCES:
        try:
            models = importlib.import_module(source.module)
        except ImportError:
            continue
        if not hasattr(models, source.model):
            continue  # azure-mgmt-monitor 7 has alerts, 6 has diagnostic settings: one after the other
        reader = _Reader(models)
        root = reader.model(getattr(models, source.model))
        facts = {
            "resource": source.resource,
            "api": source.api,
            "from": f"{source.package} {version(source.package)} (MIT), {source.module}.{source.model}",
            "root": root,
            "child": source.child,
            "models": {name: reader.found[name] for name in sorted(reader.found)},
        }
        name = source.resource.removeprefix("Microsoft.").replace("/", ".")
        (FACTS / f"{name}.json").write_text(json.dumps(facts, indent=None, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
