"""A tenant with people of every role, groups, and a fixed password, for tests of settings over the API."""

from __future__ import annotations

from typing import Any

from shared.core.people.person import Group, Person
from shared.core.policy.actions import Zip
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import Access, Ingress, NextHopServer, Route, SmtpUser
from tests.support.api import DIRECTORY, Reply, call_api, granted, make_api_world, person_id, sign_on
from tests.support.app import INSIDE, SENDER, World

ADMINISTRATOR = "admin@aozora.example"
SECOND = "second@aozora.example"
AUDITOR = "auditor@aozora.example"
SALES_CHIEF = "chief@aozora.example"
STRANGER = "other@aozora.example"
FIXED = "Kx7-Mango-91"
HASH = "scrypt$1$1$1$c2FsdA==$aGFzaA=="
WHO = {
    "administrator": ADMINISTRATOR,
    "auditor": AUDITOR,
    "group administrator": SALES_CHIEF,
    "the person": SENDER,
    "a colleague": STRANGER,
}


def settings_world() -> World:
    """``SENDER`` and ``INSIDE`` are in sales, which ``SALES_CHIEF`` administers."""
    grants = (
        granted(ADMINISTRATOR, "tenant-administrator"),
        granted(AUDITOR, "auditor"),
        granted(SALES_CHIEF, "group-administrator", "sales/east"),
    )
    password = Policy(id="zip", when=RecipientDomain(operator="is-external"), actions=(Zip(password=FIXED),))
    hop = NextHopServer(host="hop.example", username="matta", password_secret="demo-hop")
    world = make_api_world(
        access=Access(entra_tenant=DIRECTORY, app_roles=True, grants=grants),
        policies=(password,),
        routes=(Route(servers=(hop,)),),
        ingress=Ingress(users=(SmtpUser(name="relay", password_hash=HASH),)),
    )
    world.directory.save_groups("demo", [Group("sales/east", "営業"), Group("legal", "法務")])
    return world


def token_of(world: World, who: str, *app_roles: str) -> str:
    """The token of somebody of ``WHO``, or of an address; people of sales stay in sales."""
    address = WHO.get(who, who)
    token = sign_on(world, address, *app_roles)
    if address in (SENDER, INSIDE):
        world.directory.save("demo", [Person(address, "Sales", "en", groups=("sales/east",), id=person_id(address))])
    return token


def people_of_sales(world: World) -> None:
    """Both are known before anybody signs on."""
    for address in (SENDER, INSIDE):
        token_of(world, address)


def put(world: World, path: str, token: str, body: Any, version: int | str) -> Reply:
    """A PUT that names the version that it was made from."""
    return call_api(world, "PUT", path, token, body=body, headers={"If-Match": f'"{version}"'})
