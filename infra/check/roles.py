"""Rules about role assignments: a role of the list below, on one resource, to a service, with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

from infra.check.findings import Finding, Tree
from infra.check.syntax import Call, Expression, File, Name, Object, Statement, Text

_TYPE = "Microsoft.Authorization/roleAssignments"
_ACCOUNT = "Microsoft.Storage/storageAccounts"
_CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers"
ALLOWED = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": ("Storage Blob Data Owner", {_ACCOUNT}, {"functions"}),
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": ("Storage Blob Data Contributor", {_CONTAINER}, {"relay", "events"}),
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": ("Storage Blob Data Reader", {_CONTAINER}, {"relay"}),
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": ("Storage Queue Data Contributor", {_ACCOUNT}, {"functions"}),
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": ("Storage Table Data Contributor", {_ACCOUNT}, {"functions"}),
    "4633458b-17de-408a-b874-0445c86b69e6": (
        "Key Vault Secrets User",
        {"Microsoft.KeyVault/vaults", "Microsoft.KeyVault/vaults/secrets"},
        {"functions", "relay"},
    ),
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": ("AcrPull", {"Microsoft.ContainerRegistry/registries"}, {"relay"}),
    "3913510d-42f4-4e42-8a64-420c390055eb": (
        "Monitoring Metrics Publisher",
        {"Microsoft.Insights/components"},
        {"functions"},
    ),
}
"""Built-in role → its name, the types of resources it may be given on, and the parts it may be given to."""
WHOLE_VAULT = frozenset({"functions"})
"""Who may read every secret; the others are given single ones."""
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORTEST_REASON = 20


def check_roles(tree: Tree) -> Iterator[Finding]:
    """``role-unknown``, ``role-scope``, ``role-principal``, ``role-reason``."""
    for file in tree.files.values():
        for statement in file.of("resource"):
            if statement.type.partition("@")[0] == _TYPE and statement.body is not None:
                yield from _assignment(file, statement, statement.body)


def _assignment(file: File, statement: Statement, body: Object) -> Iterator[Finding]:
    given = body.get("properties")
    properties = given if isinstance(given, Object) else Object(statement.line, ())
    role = _role(file, properties.get("roleDefinitionId"))
    if role not in ALLOWED:
        yield Finding(
            file.path,
            statement.line,
            "role-unknown",
            f"{role or 'the role'} is not on the list of infra/check/roles.py",
        )
        return
    title, types, parts = ALLOWED[role]
    scope = body.get("scope")
    target = file.named(scope.name) if isinstance(scope, Name) else None
    on = target.type.partition("@")[0] if target is not None else ""
    if on not in types:
        yield Finding(
            file.path,
            statement.line,
            "role-scope",
            f"{title} on {on or 'everything around it'}: only on {', '.join(sorted(types))}",
        )
    principal = properties.get("principalId")
    named = principal.name if isinstance(principal, Name) else ""
    part = named.removesuffix("PrincipalId")
    if part not in parts or part == named:
        yield Finding(
            file.path,
            statement.line,
            "role-principal",
            f"{title} is for {', '.join(sorted(parts))}, not {named or 'this'}",
        )
    elif on == "Microsoft.KeyVault/vaults" and part not in WHOLE_VAULT:
        yield Finding(file.path, statement.line, "role-scope", f"{part} may read single secrets, not the whole vault")
    kind = properties.get("principalType")
    if not isinstance(kind, Text) or kind.literal != "ServicePrincipal":
        yield Finding(
            file.path, statement.line, "role-principal", "principalType is ServicePrincipal: no roles for people here"
        )
    reason = properties.get("description")
    if not isinstance(reason, Text) or len(reason.literal or "") < _SHORTEST_REASON:
        yield Finding(file.path, statement.line, "role-reason", "the description must say why")


def _role(file: File, value: Expression | None) -> str:
    """The GUID of a role, through a variable and ``subscriptionResourceId``."""
    if isinstance(value, Name):
        declared = file.named(value.name)
        return _role(file, declared.value) if declared is not None and declared.kind == "var" else ""
    if isinstance(value, Call) and value.name == "subscriptionResourceId" and value.arguments:
        last = value.arguments[-1]
        text = last.literal if isinstance(last, Text) else None
        return text if text and _GUID.fullmatch(text) else ""
    return ""
