"""Name and remove proxies, and say when somebody is away (product.md X1), for oneself or as an administrator for others.

A second run of the same change does nothing. Every change stands in the audit log; its line is written first and names
the version that it leads to, so that no change is without one: a line whose version never came tells of an attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.app import App
from shared.core.hold.actor import Actor, Role
from shared.core.hold.entitlement import People
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.people.delegation import Absence, Delegation, Proxy
from shared.errors import Conflict, PermanentError
from shared.ports_people import AuditCode, AuditEntry
from shared.usecases.decide_hold import TRIES, Asker, NotEntitled
from shared.usecases.note_look import note_refusal
from shared.usecases.people_about import people_of, principals_of

MOST_PROXIES = 20
MOST_ABSENCES = 20
MOST_PRINCIPALS = 100
"""People whose proxy one person may be: a page of their lists reads a shelf for each."""
LONGEST_ABSENCE = timedelta(days=732)


class DelegationRefused(PermanentError):
    """The change is not allowed; ``code`` says why in a word, ``public`` in a sentence."""

    def __init__(self, code: str, public: str) -> None:
        super().__init__(code, public=public)
        self.code = code


@dataclass(frozen=True, slots=True)
class Changer:
    """Who changes a delegation. ``as_administrator``: the caller has made sure that they administer the principal."""

    asker: Asker
    as_administrator: bool = False


def see_delegation(app: App, tenant_id: str, principal: str, by: Changer) -> Delegation:
    """The present one. Raises ``NotEntitled``, ``NotFound``, ``TemporaryError``."""
    _people(app, tenant_id, principal, by)
    return _present(app, tenant_id, principal)


def name_proxy(
    app: App,
    tenant_id: str,
    principal: str,
    address: str,
    by: Changer,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Delegation:
    """Let ``address`` act for ``principal`` from ``since`` up to ``until``; named again, the new dates count.

    Raises ``DelegationRefused``, ``NotEntitled``, ``NotFound``, ``TemporaryError``, and ``Conflict`` after ``TRIES``
    lost races.
    """
    people, now = _people(app, tenant_id, principal, by, address), app.clock.now()
    wanted = normal_address(address)
    _check_dates(since, until, now)
    _check_proxy(app, tenant_id, people, principal, address)
    if by.as_administrator and people.same(by.asker.person, address) and not people.is_shared(principal):
        # A proxy sees passwords and approves in the person's place, which no role lets an administrator do.
        raise DelegationRefused(
            "proxy-yourself", "Administrators cannot name themselves; the person or another administrator can."
        )
    named = Proxy(wanted, since, until, by.asker.person, now, by.as_administrator)

    def change(before: Delegation) -> tuple[Delegation, tuple[tuple[str, str], ...]] | None:
        known = _proxy(before, wanted)
        if known is not None and not by.as_administrator and known.by_administrator:
            raise _fixed()
        if known is not None and replace(known, named_by="", named_at=None) == replace(
            named, named_by="", named_at=None
        ):
            return None
        others = tuple(one for one in before.proxies if one is not known and (one.until is None or one.until > now))
        if len(others) >= MOST_PROXIES:
            raise DelegationRefused("too-many-proxies", f"Nobody may have more than {MOST_PROXIES} proxies.")
        if known is None and len(principals_of(app, tenant_id, wanted)) >= MOST_PRINCIPALS:
            raise DelegationRefused(
                "too-many-principals",
                f"This person is the proxy of {MOST_PRINCIPALS} people already; that is the most.",
            )
        args = (("named", wanted), ("since", _text(since)), ("until", _text(until)))
        return replace(before, proxies=(*others, named)), args

    return _change(app, tenant_id, principal, by, AuditCode.PROXIES_CHANGED, change)


def remove_proxy(app: App, tenant_id: str, principal: str, address: str, by: Changer) -> Delegation:
    """Take a proxy away; from the next request on they can do nothing for ``principal``. Raises as ``name_proxy``."""
    _people(app, tenant_id, principal, by)
    wanted = normal_address(address)

    def change(before: Delegation) -> tuple[Delegation, tuple[tuple[str, str], ...]] | None:
        known = _proxy(before, wanted)
        if known is None:
            return None
        if known.by_administrator and not by.as_administrator:
            raise _fixed()
        left = tuple(one for one in before.proxies if normal_address(one.address) != wanted)
        return replace(before, proxies=left), (("removed", wanted),)

    return _change(app, tenant_id, principal, by, AuditCode.PROXIES_CHANGED, change)


def set_absences(app: App, tenant_id: str, principal: str, absences: Sequence[Absence], by: Changer) -> Delegation:
    """Say when ``principal`` is away, in place of what was said before; with none they are here. Raises as ``name_proxy``."""
    _people(app, tenant_id, principal, by)
    now = app.clock.now()
    if len(absences) > MOST_ABSENCES:
        raise DelegationRefused("too-many-absences", f"No more than {MOST_ABSENCES} absences can be kept.")
    for absence in absences:
        _check_dates(absence.since, absence.until, now)
        if absence.until - absence.since > LONGEST_ABSENCE:
            raise DelegationRefused("bad-dates", f"An absence lasts {LONGEST_ABSENCE.days} days at most.")
    wanted = tuple(sorted(dict.fromkeys(absences), key=lambda absence: (absence.since, absence.until)))

    def change(before: Delegation) -> tuple[Delegation, tuple[tuple[str, str], ...]] | None:
        if before.absences == wanted:
            return None
        spans = ", ".join(f"{_text(absence.since)}/{_text(absence.until)}" for absence in wanted)
        return replace(before, absences=wanted), (("absences", spans),)

    return _change(app, tenant_id, principal, by, AuditCode.ABSENCE_CHANGED, change)


_Changing = Callable[[Delegation], tuple[Delegation, tuple[tuple[str, str], ...]] | None]


def _change(app: App, tenant_id: str, principal: str, by: Changer, code: AuditCode, change: _Changing) -> Delegation:
    role = Role.ADMINISTRATOR if by.as_administrator else Role.SENDER
    name, now = normal_address(principal), app.clock.now()
    for_whom = "" if normal_address(by.asker.person) == name else name
    actor = Actor(role, by.asker.person, by.asker.channel, by.asker.peer, for_whom)
    for _ in range(TRIES):
        before = _present(app, tenant_id, principal)
        changed = change(before)
        if changed is None:
            return before
        after, args = changed
        line = (("principal", name), *args, ("version", str(before.version + 1)))
        app.audit.append(tenant_id, AuditEntry(code, actor, now, None, line))
        try:
            return app.delegations.save(tenant_id, after)
        except Conflict:
            continue
    raise Conflict("the delegation keeps changing")


def _present(app: App, tenant_id: str, principal: str) -> Delegation:
    (found,) = app.delegations.of(tenant_id, (principal,)).values()
    return found


def _people(app: App, tenant_id: str, principal: str, by: Changer, *others: str) -> People:
    """Whom the change is about. Raises ``NotEntitled`` where it is not the asker's business, which is noted."""
    settings = app.settings.tenant(tenant_id)
    people = people_of(app, tenant_id, (principal,), (by.asker.person, *others))
    if people.is_removed(by.asker.person) or not (by.as_administrator or people.same(by.asker.person, principal)):
        note_refusal(app, tenant_id, None, by.asker, "delegation")
        raise NotEntitled("not their own delegation", public="You may not change the proxies of this person.")
    if domain_of(principal) not in DomainSet(settings.internal_domains):
        raise DelegationRefused("principal-foreign", "Proxies can be named for the organisation's own addresses alone.")
    if people.is_removed(principal):
        raise DelegationRefused("principal-removed", "This person has left the directory.")
    return people


def _check_proxy(app: App, tenant_id: str, people: People, principal: str, address: str) -> None:
    local, at, _ = address.strip().rpartition("@")
    if not at or not local or any(character.isspace() for character in address.strip()):
        raise DelegationRefused("proxy-no-address", "This is no mail address.")
    if domain_of(address) not in DomainSet(app.settings.tenant(tenant_id).internal_domains):
        raise DelegationRefused("proxy-foreign", "Only people of the organisation can be proxies.")
    if people.same(address, principal):
        raise DelegationRefused("proxy-oneself", "Nobody can be their own proxy.")
    if people.is_removed(address):
        raise DelegationRefused("proxy-removed", "This person has left the directory.")
    person = people.known.get(address.lower()) or people.known.get(normal_address(address))
    if person is not None and (person.members > 1 or people.is_shared(person.address)):
        raise DelegationRefused("proxy-no-person", "A shared mailbox or a distribution list cannot be a proxy.")


def _check_dates(since: datetime | None, until: datetime | None, now: datetime) -> None:
    if any(moment is not None and moment.tzinfo is None for moment in (since, until)):
        raise DelegationRefused("bad-dates", "The dates need a time zone.")
    if until is not None and until <= now:
        raise DelegationRefused("bad-dates", "The end lies in the past.")
    if since is not None and until is not None and until <= since:
        raise DelegationRefused("bad-dates", "The end must come after the beginning.")


def _proxy(delegation: Delegation, address: str) -> Proxy | None:
    return next((one for one in delegation.proxies if normal_address(one.address) == address), None)


def _fixed() -> DelegationRefused:
    return DelegationRefused(
        "named-by-administrator", "An administrator has named this proxy; only an administrator can change that."
    )


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
