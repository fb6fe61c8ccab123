"""Rules about how resources are closed: no shared keys, nothing public that need not be, TLS 1.2 at least."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from infra.check.findings import Finding, Tree
from infra.check.syntax import Choice, Constant, Expression, Name, Object, Text


@dataclass(frozen=True)
class Demand:
    """A property that a resource type must have, and the values it may have."""

    rule: str
    resource: str
    path: str
    values: tuple[str | bool, ...]
    """Empty: only a choice by the parameter ``privateNetwork`` whose private side is ``closed``."""
    closed: str = ""


_STORAGE = "Microsoft.Storage/storageAccounts"
_VAULT = "Microsoft.KeyVault/vaults"
_TLS = ("TLS1_2", "TLS1_3")
DEMANDS = (
    Demand("shared-key", _STORAGE, "allowSharedKeyAccess", (False,)),
    Demand("shared-key", _VAULT, "enableRbacAuthorization", (True,)),
    Demand("shared-key", "Microsoft.ContainerRegistry/registries", "adminUserEnabled", (False,)),
    Demand("shared-key", "Microsoft.Insights/components", "DisableLocalAuth", (True,)),
    Demand("shared-key", "Microsoft.OperationalInsights/workspaces", "features.disableLocalAuth", (True,)),
    Demand("shared-key", "Microsoft.BotService/botServices", "disableLocalAuth", (True,)),
    Demand("shared-key", "Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", (False,)),
    Demand(
        "shared-key",
        "Microsoft.Web/sites",
        "functionAppConfig.deployment.storage.authentication.type",
        ("UserAssignedIdentity",),
    ),
    Demand("public-access", _STORAGE, "allowBlobPublicAccess", (False,)),
    Demand("public-access", _STORAGE, "allowCrossTenantReplication", (False,)),
    Demand("public-access", f"{_STORAGE}/blobServices/containers", "publicAccess", ("None",)),
    Demand("public-access", _STORAGE, "publicNetworkAccess", (), "Disabled"),
    Demand("public-access", _STORAGE, "networkAcls.defaultAction", (), "Deny"),
    Demand("public-access", _VAULT, "publicNetworkAccess", (), "Disabled"),
    Demand("public-access", _VAULT, "networkAcls.defaultAction", (), "Deny"),
    Demand("public-access", "Microsoft.ContainerRegistry/registries", "anonymousPullEnabled", (False,)),
    Demand("purge", _VAULT, "enablePurgeProtection", (True,)),
    Demand("weak-tls", _STORAGE, "minimumTlsVersion", _TLS),
    Demand("weak-tls", _STORAGE, "supportsHttpsTrafficOnly", (True,)),
    Demand("weak-tls", "Microsoft.Web/sites", "httpsOnly", (True,)),
    Demand("weak-tls", "Microsoft.Web/sites", "siteConfig.minTlsVersion", ("1.2", "1.3")),
    Demand("weak-tls", "Microsoft.Web/sites", "siteConfig.scmMinTlsVersion", ("1.2", "1.3")),
    Demand(
        "weak-tls",
        "Microsoft.EventGrid/systemTopics/eventSubscriptions",
        "destination.properties.minimumTlsVersionAllowed",
        ("1.2",),
    ),
)


def check_hardening(tree: Tree) -> Iterator[Finding]:
    """``shared-key``, ``public-access``, ``weak-tls``, ``purge``."""
    for file in tree.files.values():
        for statement in file.of("resource"):
            body = statement.body
            if statement.existing or body is None:
                continue
            for demand in DEMANDS:
                if demand.resource == statement.type.partition("@")[0]:
                    value = _at(body.get("properties"), demand.path)
                    if not _meets(value, demand):
                        line = value.line if value is not None else statement.line
                        yield Finding(
                            file.path, line, demand.rule, f"{statement.name}: {demand.path} must be {_wanted(demand)}"
                        )


def _at(value: Expression | None, path: str) -> Expression | None:
    for piece in path.split("."):
        if not isinstance(value, Object):
            return None
        value = value.get(piece)
    return value


def _meets(value: Expression | None, demand: Demand) -> bool:
    if demand.values:
        plain = value.literal if isinstance(value, Text) else value.value if isinstance(value, Constant) else None
        return plain in demand.values
    if isinstance(value, Choice) and isinstance(value.test, Name) and value.test.name == "privateNetwork":
        value = value.then
    return isinstance(value, Text) and value.literal == demand.closed


def _wanted(demand: Demand) -> str:
    if demand.values:
        return " or ".join(str(value) for value in demand.values)
    return f"{demand.closed!r}, at least with privateNetwork"
