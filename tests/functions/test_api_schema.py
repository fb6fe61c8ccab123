"""Whatever fits the OpenAPI document, and much that does not: no answer is a fault of the server, and each is as described.

Requests are made by schemathesis from the served document. Half of the ids in them are of things that there are, since
others end at the first door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.api.route import PREFIX
from shared.core.message.identity import MessageRef
from shared.core.people.person import Group
from shared.core.policy.actions import Approval, Zip
from shared.core.policy.conditions.model import Subject
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import Access
from tests.support.api import DIRECTORY, call_api, granted, make_api_world, sign_on
from tests.support.api_wsgi import api_program
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_message

EXAMPLES = 8
"""Requests of each kind (fitting, not fitting) for each operation."""
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
ROLES = ("Matta.TenantAdministrator", "Matta.Operator")


def _mail(world: World, subject: str) -> MessageRef:
    return world.judge(OUTSIDE, data=make_message(OUTSIDE, subject=subject))


def filled_world() -> World:
    """A tenant with messages in every state that people can act on; whoever asks may do everything."""
    made = make_api_world(
        access=Access(entra_tenant=DIRECTORY, app_roles=True, grants=(granted(SENDER, "incident-responder"),)),
        policies=(
            Policy(id="ask", when=Subject(operator="contains", values=("ask",)), actions=(Approval(),)),
            Policy(id="zip", when=Subject(operator="contains", values=("zip",)), actions=(Zip(),)),
        ),
    )
    object.__setattr__(made.app.process, "operator_entra_tenant", DIRECTORY)
    made.directory.save_groups("demo", [Group("sales", "Sales")])
    sign_on(made, INSIDE)
    sign_on(made, SENDER, *ROLES)
    for subject in ("Estimate", "ask", "zip"):
        _mail(made, subject)
    made.work()
    return made


@cache
def reference() -> World:
    """One that nothing is changed in."""
    return filled_world()


@cache
def known() -> Mapping[str, Sequence[str]]:
    """Ids of things that there are in ``filled_world``, by the name of the parameter."""
    rows = call_api(reference(), "GET", "/messages/held", TOKEN).json["rows"]
    return {
        "queue_id": [row["message"]["ref"]["queue_id"] for row in rows],
        "address": [SENDER, INSIDE],
        "proxy": [INSIDE],
        "tenant_id": ["demo"],
        "number": ["1"],
        "part": ["1", "2"],
        "id": ["sales"],
        "scope": ["tenant", "group:sales", f"user:{SENDER}"],
    }


def with_known_ids(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """The same, with three in four ids replaced by some of ``known``."""
    for name, value in (values or {}).items():
        choices = known().get(name)
        number = len(str(value))
        if values is not None and choices and number % 4:
            values[name] = choices[number % len(choices)]
    return values


TOKEN = sign_on(filled_world(), SENDER, *ROLES)
SCHEMA = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", api_program(filled_world))


@SCHEMA.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Called by schemathesis."""
    return with_known_ids(path_parameters)


@SCHEMA.hook
def map_query(context: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """Called by schemathesis."""
    return with_known_ids(query)


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_described(case: Any) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if "If-Match" in (case.headers or {}):
        seen = call_api(reference(), "GET", case.formatted_path.removeprefix(PREFIX), TOKEN)
        case.headers["If-Match"] = seen.headers.get("ETag", '"1"')
    case.call_and_validate(checks=CHECKS, headers=headers)
