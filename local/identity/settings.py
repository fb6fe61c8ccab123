"""What the identity provider of an instance is told: its people, and for whom it signs people on.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from local.demo_tenant import (
    ENTRA_TENANT,
    NEWCOMER,
    NEWCOMER_ENTRA_TENANT,
    OPERATOR_ENTRA_TENANT,
    OPERATORS,
    PEOPLE,
    ROLES,
)
from local.layout import Layout, Ports
from local.tools import ROOT, node_modules, node_path
from shared.core.people.person import PersonKind

CLIENT_ID = "7b0f3c52-6f0e-4d0c-9a37-2c1f5d7e8a90"
"""Application id of the portal; invented."""
AUDIENCE = "api://matta"
SCOPE = f"{AUDIENCE}/portal"


def issuer(ports: Ports, directory: str) -> str:
    """The issuer of one directory's tokens; ``{tid}`` may stand for it."""
    return f"http://127.0.0.1:{ports.identity}/{directory}/v2.0"


def portal_url(ports: Ports) -> str:
    """The origin of the portal."""
    return f"http://127.0.0.1:{ports.portal}"


def provider_command() -> list[str]:
    """The command that runs the provider; its argument is the file of ``provider_input``."""
    return [str(node_path()), str(ROOT / "local" / "identity" / "provider.mjs")]


def provider_settings(layout: Layout, ports: Ports) -> str:
    """What the provider reads."""
    users = [person for person in PEOPLE if person.id and person.members == 1 and person.kind is PersonKind.USER]
    people = [
        {
            "id": person.id,
            "name": person.display_name,
            "address": person.address,
            "language": person.language,
            "roles": list(ROLES.get(person.address, ())),
        }
        for person in users
    ]
    operators = [
        {
            "id": one.id,
            "name": one.display_name,
            "address": one.address,
            "language": one.language,
            "roles": ["Matta.Operator"],
            "home": OPERATOR_ENTRA_TENANT,
        }
        for one in OPERATORS
    ]
    newcomer = {
        "id": NEWCOMER.id,
        "name": NEWCOMER.display_name,
        "address": NEWCOMER.address,
        "language": NEWCOMER.language,
        "roles": [],
        "home": NEWCOMER_ENTRA_TENANT,
    }
    return json.dumps(
        {
            "port": ports.identity,
            "portal": portal_url(ports),
            "client_id": CLIENT_ID,
            "audience": AUDIENCE,
            "scope": SCOPE,
            "state": str(layout.part("identity")),
            "directories": [
                {"id": ENTRA_TENANT, "people": [*people, *operators, newcomer]},
                {"id": OPERATOR_ENTRA_TENANT, "people": operators},
            ],
        }
    )


def sign_on_variables(ports: Ports) -> Mapping[str, str]:
    """What the functions are told of the provider (docs/OPERATIONS.md).

    MSAL takes https authorities alone, so the page is given the provider's metadata in place of its address.
    """
    here = issuer(ports, ENTRA_TENANT)
    metadata = {
        "issuer": here,
        "authorization_endpoint": f"{here}/auth",
        "token_endpoint": f"{here}/token",
        "end_session_endpoint": f"{here}/session/end",
        "jwks_uri": f"{here}/jwks",
    }
    return {
        "MATTA_PORTAL_URL": portal_url(ports),
        "MATTA_SIGN_ON_AUTHORITY": here.replace("http:", "https:", 1),
        "MATTA_SIGN_ON_KNOWN_AUTHORITIES": f"127.0.0.1:{ports.identity}",
        "MATTA_SIGN_ON_AUTHORITY_METADATA": json.dumps(metadata),
        "MATTA_SIGN_ON_CLIENT_ID": CLIENT_ID,
        "MATTA_SIGN_ON_SCOPE": SCOPE,
        "MATTA_SIGN_ON_AUDIENCE": AUDIENCE,
        "MATTA_SIGN_ON_ISSUER": issuer(ports, "{tid}"),
        "MATTA_SIGN_ON_OPENID_URL": f"{here}/.well-known/openid-configuration",
        "MATTA_OPERATOR_ENTRA_TENANT": OPERATOR_ENTRA_TENANT,
        "MATTA_NODE_MODULES": str(node_modules()),
    }


def provider_input(layout: Layout, ports: Ports) -> Path:
    """``provider_settings`` in a file of the instance."""
    path = layout.part("identity") / "settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(provider_settings(layout, ports), "utf-8")
    return path
