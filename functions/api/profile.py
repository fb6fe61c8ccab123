"""Profiles: one's own and, for administrators, those of the people whom they reach; proxies, absences, notice wishes."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.api.pages import Moment, moment_in
from functions.api.problem import Refusal
from functions.api.route import Answer, Call, Routes
from functions.api.scopes import ME, version_in
from shared.core.access.roles import Right
from shared.core.people.delegation import Absence
from shared.core.settings.scope_settings import NoticeWishes
from shared.core.settings.stale_edit import StaleEdit
from shared.usecases.change_delegation import (
    MOST_ABSENCES,
    DelegationRefused,
    name_proxy,
    remove_proxy,
    set_absences,
)
from shared.usecases.edit_settings import wish_notices
from shared.usecases.see_profile import Profile, changer_of, reach_person, see_profile

routes = Routes("Profile")

_READERS = (Right.OWN, Right.READ_PEOPLE)
_WRITERS = (Right.OWN, Right.WRITE_SETTINGS)


class ProxyDates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when a proxy acts, and up to when; ``null`` is without bound."""

    since: Moment | None = None
    until: Moment | None = None


class AbsenceSpan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Away from ``since`` up to, and not at, ``until``."""

    since: Moment
    until: Moment


class Absences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When somebody is away, in place of what was said before; with none they are here."""

    absences: Annotated[tuple[AbsenceSpan, ...], msgspec.Meta(max_length=MOST_ABSENCES)]


@routes.add("GET", "/profiles/{address}", *_READERS, summary="A person's profile", returns=Profile)
def profile(call: Call) -> Answer:
    """``me`` is the caller. The ETag is the version of the person's own settings, for changes of ``wishes``."""
    return _profile(call)


@routes.add(
    "PUT",
    "/profiles/{address}/notices",
    *_WRITERS,
    summary="How a person wants to be told of holds",
    body=NoticeWishes,
    returns=Profile,
    edits=True,
)
def put_notice_wishes(call: Call) -> Answer:
    """What is left out is decided by the groups and the tenant. Where If-Match is stale, 412 holds the profile."""
    reached = reach_person(call.app, call.principal, _address(call))
    try:
        wish_notices(call.app, call.principal, reached.address, call.body, version_in(call))
    except StaleEdit as error:
        raise Refusal(412, "stale", error.public, current=_profile(call).model) from None
    return _profile(call)


@routes.add(
    "PUT",
    "/profiles/{address}/proxies/{proxy}",
    *_WRITERS,
    summary="Name a proxy",
    body=ProxyDates,
    returns=Profile,
    problems=(409,),
)
def put_proxy(call: Call) -> Answer:
    """Named again, the new dates count. One whom an administrator named can be changed by administrators alone."""
    reached = reach_person(call.app, call.principal, _address(call))
    by = changer_of(call.principal, reached, call.peer)
    since, until = moment_in(call.body.since), moment_in(call.body.until)
    tenant, proxy = call.principal.tenant_id, call.path["proxy"]
    try:
        name_proxy(call.app, tenant, reached.address, proxy, by, since=since, until=until)
    except DelegationRefused as error:
        raise _refused(error) from None
    return _profile(call)


@routes.add(
    "DELETE",
    "/profiles/{address}/proxies/{proxy}",
    *_WRITERS,
    summary="Take a proxy away",
    returns=Profile,
    problems=(409, 422),
)
def delete_proxy(call: Call) -> Answer:
    """From the next request on they can do nothing for the person. Taking away who is none changes nothing."""
    reached = reach_person(call.app, call.principal, _address(call))
    by = changer_of(call.principal, reached, call.peer)
    try:
        remove_proxy(call.app, call.principal.tenant_id, reached.address, call.path["proxy"], by)
    except DelegationRefused as error:
        raise _refused(error) from None
    return _profile(call)


@routes.add(
    "PUT",
    "/profiles/{address}/absences",
    *_WRITERS,
    summary="Say when a person is away",
    body=Absences,
    returns=Profile,
    problems=(409,),
)
def put_absences(call: Call) -> Answer:
    """While somebody is away their notices go to their proxies as well."""
    reached = reach_person(call.app, call.principal, _address(call))
    by = changer_of(call.principal, reached, call.peer)
    spans = []
    for span in call.body.absences:
        since, until = moment_in(span.since), moment_in(span.until)
        if since is not None and until is not None:
            spans.append(Absence(since, until))
    try:
        set_absences(call.app, call.principal.tenant_id, reached.address, spans, by)
    except DelegationRefused as error:
        raise _refused(error) from None
    return _profile(call)


def _address(call: Call) -> str:
    named = call.path["address"]
    return call.principal.address if named == ME else named


def _profile(call: Call) -> Answer:
    seen = see_profile(call.app, call.principal, _address(call))
    return Answer(seen, etag=str(seen.settings_version))


def _refused(error: DelegationRefused) -> Refusal:
    return Refusal(422, "invalid", error.public)
