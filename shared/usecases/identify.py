"""From a checked token to a person of a tenant with roles (stage 6): every request is authorised anew (product.md I4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from shared import log
from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import PortalRole
from shared.core.hold.actor import Actor, Channel, Role
from shared.core.message.domains import DomainSet, domain_of, normal_address, spellings
from shared.core.notice.safe_text import one_line
from shared.core.people.person import Person
from shared.core.policy.conditions.spelled import fold
from shared.core.policy.group_tree import groups_with_above
from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import Conflict, PermanentError
from shared.ports_people import AuditCode, AuditEntry
from shared.ports_sign_on import SignOnClaims
from shared.usecases.effective_settings import chosen_language

APP_ROLES: Mapping[str, PortalRole] = {
    "Matta.Auditor": PortalRole.AUDITOR,
    "Matta.TenantAdministrator": PortalRole.TENANT_ADMINISTRATOR,
    "Matta.IncidentResponder": PortalRole.INCIDENT_RESPONDER,
}
"""App roles of the Entra registration, by the value that tokens carry. A group administrator needs groups, so that role
is given in Matta alone; ``OPERATOR_ROLE`` counts only in the directory of whoever runs the service."""
OPERATOR_ROLE = "Matta.Operator"
LONGEST_NAME = 254
_PLAIN_NAME = re.compile(r"[^\s\"(),:;<>@\[\\\]]+@[^\s@]+")
"""What a user principal name looks like in normal form: an address without quotes."""
_GUEST = "#ext#@"
"""How the names of guests end that the directory has written itself, in lower case."""


class UnknownPerson(PermanentError):
    """The token is good, and its person is nobody here. ``kind`` is the problem's kind."""

    def __init__(self, kind: str, cause: str) -> None:
        super().__init__(cause)
        self.kind = kind


def identify(app: App, claims: SignOnClaims) -> Principal:
    """The principal. Raises ``UnknownPerson`` and ``TemporaryError``."""
    operator = bool(app.process.operator_entra_tenant) and (
        claims.entra_tenant == app.process.operator_entra_tenant and OPERATOR_ROLE in claims.app_roles
    )
    roles = {PortalRole.OPERATOR} if operator else set()
    settings = _tenant(app, claims.entra_tenant)
    if settings is None or settings.suspended:
        if operator:
            return _operator(claims)
        if settings is None:
            raise UnknownPerson("unknown-person", "no tenant of that directory")
        raise _refused(app, settings, claims, "suspended")
    person = _person(app, settings, claims)
    if person is None or not person.active:
        if operator and person is None:
            return _operator(claims)
        raise _refused(app, settings, claims, "unknown-person")
    roles.add(PortalRole.USER)
    if settings.access.app_roles:
        roles |= {APP_ROLES[name] for name in claims.app_roles if name in APP_ROLES}
    address = normal_address(person.address)
    groups: set[str] = set()
    for grant in settings.access.grants:
        if normal_address(grant.address) == address:
            roles.add(PortalRole(grant.role))
            groups |= {fold(group) for group in grant.groups}
    owned = _owned(app, settings.tenant_id, address)
    if owned:
        roles.add(PortalRole.GROUP_ADMINISTRATOR)
        groups |= owned
    return Principal(
        settings.tenant_id,
        address,
        person.display_name or claims.name,
        person.id,
        chosen_language(app, settings.tenant_id, address) or person.language or settings.notices.language,
        frozenset(roles),
        frozenset(groups),
    )


def _operator(claims: SignOnClaims) -> Principal:
    """Somebody who runs the service and is nobody's person; a guest of that directory has no address."""
    name = claims.address or claims.person_id
    return Principal("", name, claims.name, claims.person_id, "", frozenset({PortalRole.OPERATOR}))


def groups_of(app: App, tenant_id: str, address: str) -> frozenset[str]:
    """The groups that somebody is in, with those above, folded: what a group administrator's reach is compared with."""
    person = app.directory.people(tenant_id, (address,)).get(address.lower())
    if person is None:
        return frozenset()

    def above(ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {id_: group.above for id_, group in app.directory.groups(tenant_id, ids).items()}

    return frozenset(fold(group) for group in groups_with_above(person.groups, above))


def _refused(app: App, settings: TenantSettings, claims: SignOnClaims, kind: str) -> UnknownPerson:
    """Noted once an hour for each person: every request of theirs comes here, and equal lines are one."""
    now = app.clock.now().replace(minute=0, second=0, microsecond=0)
    entry = AuditEntry(
        AuditCode.SIGN_ON_REFUSED,
        Actor(Role.STRANGER, one_line(claims.address or claims.person_id, LONGEST_NAME), Channel.PORTAL),
        now,
        None,
        (("why", kind),),
    )
    try:
        app.audit.append(settings.tenant_id, entry)
    except Exception as error:  # whatever it is, the refusal stands
        log.trouble("audit", None, error, code=entry.code)
    return UnknownPerson(kind, "nobody who may sign on to the tenant")


def _tenant(app: App, directory: str) -> TenantSettings | None:
    """The one tenant whose people that directory signs on; a directory that several claim belongs to none."""
    found = [
        one for one in app.settings.tenants() if directory == (one.access.entra_tenant or one.teams.entra_tenant) != ""
    ]
    if len(found) > 1:
        log.trouble("sign-on", None, Conflict("several tenants claim one directory"))
    return found[0] if len(found) == 1 else None


def _person(app: App, settings: TenantSettings, claims: SignOnClaims) -> Person | None:
    """By the directory's id; a person whom the directory does not know by one counts by an address of the tenant's own.

    The address is written by the tenant's own directory, whose name is in the token: nobody else's can claim it. Guests
    count only by id: the tenant must have put them into its directory here.
    """
    if claims.person_id:
        found = app.directory.people_by_id(settings.tenant_id, (claims.person_id,)).get(claims.person_id)
        if found is not None:
            return found
    address = normal_address(claims.address)
    if domain_of(address) not in DomainSet(settings.internal_domains) or not _PLAIN_NAME.fullmatch(address):
        return None
    if _GUEST in address:
        return None
    # Whoever is known by another spelling is known, and removed by another removed: rights go by the normal form.
    known = app.directory.people(settings.tenant_id, spellings(claims.address)).values()
    if any(person.id and person.id != claims.person_id for person in known):
        return None
    return min(known, key=lambda person: person.active, default=Person(address, claims.name, id=claims.person_id))


def _owned(app: App, tenant_id: str, address: str) -> set[str]:
    """The groups that name the person as owner."""
    return {
        fold(group.id)
        for group in app.directory.all_groups(tenant_id)
        if any(normal_address(owner) == address for owner in group.owners)
    }
