"""A person as portal and API show them: manager, groups, proxies, absences, and how they want to be told (stage 6, W1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.people.delegation import Absence, Delegation, Proxy
from shared.core.people.person import Group, Person, PersonKind
from shared.core.policy.tenant_settings import NoticeChannel, SharedValue
from shared.core.settings.origins import values
from shared.core.settings.scope import Level, user_scope
from shared.core.settings.scope_settings import NoticeWishes, ScopeSettings
from shared.core.settings.shared_values import SHARED_VALUES
from shared.core.text.language import Language
from shared.errors import NotFound
from shared.usecases.change_delegation import Changer
from shared.usecases.effective_settings import effective_settings
from shared.usecases.identify import groups_of
from shared.usecases.people_about import principals_of
from shared.usecases.reach_message import asker_of
from shared.usecases.reach_settings import MayNotChange


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody by address, with a name where the directory has one."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class ShownProxy:
    """A proxy; ``acts_now``: their time has come and is not over."""

    proxy: Proxy
    name: str
    acts_now: bool


@dataclass(frozen=True, slots=True)
class HowTold:
    """How somebody is told of holds, as it counts. ``decided_above`` are those that their own wishes cannot change."""

    language: Language
    channels: tuple[NoticeChannel, ...]
    reminder_hours: float
    reminders: int
    decided_above: tuple[SharedValue, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A person. ``principals`` are those who have named them as proxy. ``settings_version`` is that of ``wishes``.

    ``may_change``: the reader may name proxies, say absences and set wishes for them.
    """

    address: str
    name: str
    kind: PersonKind
    active: bool
    manager: NamedPerson | None
    groups: tuple[Group, ...]
    proxies: tuple[ShownProxy, ...]
    absences: tuple[Absence, ...]
    is_away: bool
    principals: tuple[NamedPerson, ...]
    told: HowTold
    wishes: NoticeWishes
    settings_version: int
    may_change: bool


@dataclass(frozen=True, slots=True)
class ReachedPerson:
    """Somebody whose profile the principal may see; ``write``: and change, ``own``: it is theirs."""

    address: str
    own: bool
    write: bool


def reach_person(app: App, who: Principal, address: str) -> ReachedPerson:
    """One's own profile, or that of somebody whom one administers. Raises ``NotFound`` for all others."""
    if who.is_person(address):
        return ReachedPerson(who.address, own=True, write=True)
    named = normal_address(address)
    groups = groups_of(app, who.tenant_id, named)
    write = who.reaches(Right.WRITE_SETTINGS, groups)
    if not (write or who.reaches(Right.READ_PEOPLE, groups)):
        raise NotFound("not their profile")
    if domain_of(named) not in DomainSet(app.settings.tenant(who.tenant_id).internal_domains):
        raise NotFound("not an address of the tenant")
    return ReachedPerson(named, own=False, write=write)


def changer_of(who: Principal, reached: ReachedPerson, peer: str) -> Changer:
    """Who changes the delegation of a reached person. Raises ``MayNotChange``."""
    if not reached.write:
        raise MayNotChange("may only look at the profile")
    return Changer(asker_of(who, peer), as_administrator=not reached.own)


def see_profile(app: App, who: Principal, address: str) -> Profile:
    """The profile. Raises ``NotFound``, ``InvalidSettings`` for damaged settings, ``TemporaryError``."""
    reached = reach_person(app, who, address)
    tenant_id, now = who.tenant_id, app.clock.now()
    (delegation,) = app.delegations.of(tenant_id, (reached.address,)).values()
    principals = principals_of(app, tenant_id, reached.address)
    person = app.directory.people(tenant_id, (reached.address,)).get(reached.address.lower())
    known = person or Person(reached.address, who.name if reached.own else "")
    names = _names(app, tenant_id, (known.manager, *principals, *(one.address for one in delegation.proxies)))
    own = app.settings.present(tenant_id, user_scope(reached.address))
    return Profile(
        address=reached.address,
        name=known.display_name,
        kind=known.kind,
        active=known.active,
        manager=_named(known.manager, names) if known.manager else None,
        groups=_groups(app, tenant_id, known.groups),
        proxies=_proxies(delegation, names, app),
        absences=delegation.absences,
        is_away=delegation.is_away(now),
        principals=tuple(_named(one, names) for one in principals),
        told=_told(app, tenant_id, reached.address),
        wishes=own.notices if isinstance(own, ScopeSettings) else NoticeWishes(),
        settings_version=own.version,
        may_change=reached.write,
    )


def _told(app: App, tenant_id: str, address: str) -> HowTold:
    found = effective_settings(app, tenant_id, address)
    notices = found.settings.notices
    above = {one.path for one in values(found) if one.shared and not one.can_be_set_by(Level.USER)}
    return HowTold(
        notices.language,
        notices.channels,
        notices.reminder_hours,
        notices.reminders,
        tuple(path for path in SHARED_VALUES if path in above),
    )


def _proxies(delegation: Delegation, names: dict[str, str], app: App) -> tuple[ShownProxy, ...]:
    now = app.clock.now()
    return tuple(ShownProxy(one, names.get(one.address.lower(), ""), one.counts(now)) for one in delegation.proxies)


def _groups(app: App, tenant_id: str, ids: Sequence[str]) -> tuple[Group, ...]:
    known = app.directory.groups(tenant_id, ids) if ids else {}
    return tuple(known.get(id_.casefold(), Group(id_)) for id_ in ids)


def _names(app: App, tenant_id: str, addresses: Sequence[str]) -> dict[str, str]:
    wanted = [address.lower() for address in dict.fromkeys(addresses) if address]
    found = app.directory.people(tenant_id, wanted) if wanted else {}
    return {address: person.display_name for address, person in found.items()}


def _named(address: str, names: dict[str, str]) -> NamedPerson:
    return NamedPerson(address, names.get(address.lower(), ""))
