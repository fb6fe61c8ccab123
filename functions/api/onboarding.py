"""Onboarding: how each step of taking the tenant on stands, a test for each, files to take along, and the canary."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from functions.api.problem import Refusal
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.core.onboarding.addin_manifest import BadManifest
from shared.core.onboarding.canary import CanaryWay
from shared.core.onboarding.dns_check import RecordToSet
from shared.core.onboarding.exchange_script import NotReady
from shared.core.onboarding.finding import Step
from shared.core.teams.app_package import ICONS, MANIFEST, BadAppPackage
from shared.core.text.language import LANGUAGES
from shared.errors import PermanentError
from shared.settings import VERSION
from shared.usecases.fly_canary import CanaryView, see_canary, start_canary
from shared.usecases.onboarding_checks import OnboardingView, StepView, check_step, choose_department, see_onboarding
from shared.usecases.onboarding_domains import wanted_records
from shared.usecases.onboarding_files import BadValue, MadeFile, add_in, exchange_script, teams_app
from shared.usecases.reach_onboarding import Onboarder, operators_onboarding, own_onboarding

routes = Routes("Onboarding")

CHECK_COST = 30
"""A check can keep a thread for half a minute: eight at once, and then two in three seconds."""
_TEAMS_APP = Path(__file__).resolve().parents[2] / "teams_app"
AddressOrNone = Annotated[str, msgspec.Meta(max_length=320, pattern=r"^([^\s@<>,;]+@[^\s@<>,;]+)?\Z")]
_OPERATORS = "/operator/tenants/{tenant_id}/onboarding"


class StepToCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which step to check now."""

    step: Step


class Department(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address of a group in Exchange Online (distribution list or mail-enabled security group); empty: everybody."""

    group: AddressOrNone


class CanaryWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``inside``: Matta sends a message to ``recipient`` (left out: the caller). ``outside``: a token for a subject."""

    way: CanaryWay
    recipient: AddressOrNone = ""


class ScriptQuery(msgspec.Struct, frozen=True, kw_only=True):
    """``install`` leads mail through Matta, ``remove`` past it again."""

    part: Literal["install", "remove"] = "install"


class RecordsToSet(msgspec.Struct, frozen=True, kw_only=True):
    """DNS records for copying."""

    records: tuple[RecordToSet, ...]


@routes.add("GET", "/onboarding", Right.READ_SETTINGS, summary="How onboarding stands", returns=OnboardingView)
def onboarding(call: Call) -> OnboardingView:
    """As it was found last; nothing is checked."""
    return see_onboarding(call.app, own_onboarding(call.app, call.principal, Right.READ_SETTINGS))


@routes.add(
    "POST",
    "/onboarding/check",
    Right.WRITE_SETTINGS,
    summary="Check a step of onboarding",
    body=StepToCheck,
    returns=StepView,
    cost=CHECK_COST,
)
def check_onboarding(call: Call) -> StepView:
    """Asks DNS, next hops or the directory, and keeps what was found. It may take half a minute."""
    asked: StepToCheck = call.body
    return check_step(call.app, _own(call), asked.step)


@routes.add(
    "GET",
    "/onboarding/dns-records",
    Right.WRITE_SETTINGS,
    summary="DNS records to set",
    returns=RecordsToSet,
    cost=CHECK_COST,
)
def dns_records(call: Call) -> RecordsToSet:
    """Ownership, SPF, DKIM and DMARC of each domain, whether they are there already or not."""
    return RecordsToSet(records=wanted_records(call.app, _own(call).settings))


@routes.add(
    "POST",
    "/onboarding/department",
    Right.WRITE_SETTINGS,
    summary="Choose whose mail goes through Matta first",
    body=Department,
    returns=StepView,
    cost=2,
)
def put_department(call: Call) -> StepView:
    """Changes the script alone: it is to be run again."""
    asked: Department = call.body
    return choose_department(call.app, _own(call), asked.group)


@routes.add(
    "GET",
    "/onboarding/exchange-script",
    Right.WRITE_SETTINGS,
    summary="The script for Exchange Online",
    query=ScriptQuery,
    returns=bytes,
    problems=(409,),
    cost=5,
)
def own_exchange_script(call: Call) -> Answer:
    """PowerShell, made for the tenant. 409 where something is missing that it needs."""
    return _script(call, _own(call))


@routes.add(
    "GET",
    "/onboarding/teams-app",
    Right.WRITE_SETTINGS,
    summary="The Teams app",
    returns=bytes,
    problems=(409,),
    cost=5,
)
def teams_app_package(call: Call) -> Answer:
    """A ZIP for the Teams admin center. 409 where this installation has no bot."""
    own = _own(call)
    try:
        return _file(teams_app(call.app, own, _teams_app_files(), VERSION))
    except (NotReady, BadAppPackage) as error:
        raise _not_ready(error) from None


@routes.add(
    "GET",
    "/onboarding/add-in-manifest",
    Right.WRITE_SETTINGS,
    summary="The Outlook add-in's manifest",
    returns=bytes,
    problems=(409,),
    cost=5,
)
def add_in_file(call: Call) -> Answer:
    """XML for the Microsoft 365 admin center. 409 where this installation has no add-in."""
    own = _own(call)
    try:
        return _file(add_in(call.app, own, VERSION))
    except (NotReady, BadManifest) as error:
        raise _not_ready(error) from None


@routes.add(
    "POST",
    "/onboarding/canaries",
    Right.WRITE_SETTINGS,
    summary="Start a canary",
    body=CanaryWish,
    returns=CanaryView,
    status=201,
    cost=20,
)
def new_canary(call: Call) -> Answer:
    """A marked message that goes the ordinary way, or the token for one."""
    asked: CanaryWish = call.body
    return Answer(start_canary(call.app, _own(call), asked.way, asked.recipient), 201)


@routes.add(
    "GET",
    "/onboarding/canaries/{canary_id}",
    Right.WRITE_SETTINGS,
    summary="How far a canary has come",
    returns=CanaryView,
)
def canary(call: Call) -> CanaryView:
    """Each place on its way with its time. To be asked again every few seconds until it has an end."""
    return see_canary(call.app, _own(call), call.path["canary_id"])


@routes.add("GET", _OPERATORS, Right.OPERATE, summary="How a tenant's onboarding stands", returns=OnboardingView)
def tenant_onboarding(call: Call) -> OnboardingView:
    """The same for the operator; nothing of a canary, which is the tenant's mail."""
    return see_onboarding(call.app, _operators(call))


@routes.add(
    "POST",
    f"{_OPERATORS}/check",
    Right.OPERATE,
    summary="Check a step of a tenant's onboarding",
    body=StepToCheck,
    returns=StepView,
    cost=CHECK_COST,
)
def check_tenant_onboarding(call: Call) -> StepView:
    """Keeps what was found, with the operator's address beside it."""
    asked: StepToCheck = call.body
    return check_step(call.app, _operators(call), asked.step)


@routes.add(
    "GET",
    f"{_OPERATORS}/exchange-script",
    Right.OPERATE,
    summary="The script for a tenant's Exchange Online",
    query=ScriptQuery,
    returns=bytes,
    problems=(409,),
    cost=5,
)
def tenant_exchange_script(call: Call) -> Answer:
    """What the tenant's administrator would get. 409 where something is missing that it needs."""
    return _script(call, _operators(call))


def _own(call: Call) -> Onboarder:
    return own_onboarding(call.app, call.principal, Right.WRITE_SETTINGS, call.peer)


def _operators(call: Call) -> Onboarder:
    return operators_onboarding(call.app, call.principal, call.path["tenant_id"], call.peer)


def _script(call: Call, onboarder: Onboarder) -> Answer:
    asked: ScriptQuery = call.query
    try:
        return _file(exchange_script(call.app, onboarder, remove=asked.part == "remove"))
    except (NotReady, BadValue) as error:
        raise _not_ready(error) from None


def _file(made: MadeFile) -> Answer:
    return Answer(file=made.data, file_name=made.name, media_type=made.media_type)


def _not_ready(error: PermanentError) -> Refusal:
    return Refusal(409, "not-ready", error.public)


@cache
def _teams_app_files() -> Mapping[str, bytes]:
    """What the app's package is made of; part of what is deployed."""
    names = (MANIFEST, *ICONS, *(f"{language}.json" for language in LANGUAGES))
    return {name: (_TEAMS_APP / name).read_bytes() for name in names}
