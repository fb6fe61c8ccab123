"""What the API says of itself: how to sign on, who is signed on, its own document."""

from __future__ import annotations

import msgspec

from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import PortalRole, Right
from shared.settings import VERSION
from shared.usecases.people_about import principals_of

routes = Routes("Service")


class SignOnConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """What the portal needs to sign somebody on with OpenID Connect."""

    authority: str
    client_id: str
    scopes: tuple[str, ...]
    known_authorities: tuple[str, ...] = ()
    authority_metadata: str = ""
    """OpenID metadata (JSON) in place of what the authority serves; for one machine."""


class PortalConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """What the portal must know before anybody has signed on."""

    version: str
    sign_on: SignOnConfiguration


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed on, and what they may do."""

    tenant_id: str
    tenant_name: str
    address: str
    name: str
    language: str
    roles: tuple[PortalRole, ...]
    rights: tuple[Right, ...]
    groups: tuple[str, ...]
    principals: tuple[str, ...]
    """Whom the person may act for."""


@routes.add("GET", "/configuration", summary="What the portal must know before sign-on", returns=PortalConfiguration)
def configuration(call: Call) -> PortalConfiguration:
    """Public: says nothing about any tenant."""
    process = call.app.process
    return PortalConfiguration(
        version=VERSION,
        sign_on=SignOnConfiguration(
            authority=process.sign_on_authority,
            client_id=process.sign_on_client_id,
            scopes=(process.sign_on_scope,) if process.sign_on_scope else (),
            known_authorities=tuple(filter(None, process.sign_on_known_authorities.split(","))),
            authority_metadata=process.sign_on_authority_metadata,
        ),
    )


@routes.add("GET", "/me", Right.OWN, Right.OPERATE, summary="Who is signed on", returns=Me)
def me(call: Call) -> Me:
    """The person behind the token, as Matta knows them."""
    who = call.principal
    name = call.app.settings.tenant(who.tenant_id).name if who.tenant_id else ""
    principals = principals_of(call.app, who.tenant_id, who.address) if who.tenant_id else ()
    return Me(
        tenant_id=who.tenant_id,
        tenant_name=name,
        address=who.address,
        name=who.name,
        language=who.language,
        roles=tuple(sorted(who.roles)),
        rights=tuple(sorted(who.rights)),
        groups=tuple(sorted(who.groups)),
        principals=principals,
    )


@routes.add("GET", "/openapi.json", summary="This document", returns=bytes)
def openapi(call: Call) -> Answer:
    """OpenAPI 3.1."""
    from functions.api.openapi import document

    return Answer(file=msgspec.json.encode(document()), file_name="openapi.json", media_type="application/json")
