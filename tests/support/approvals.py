"""A tenant whose mail needs approval, and the people in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.core.hold.actor import Channel
from shared.core.message.identity import MessageRef
from shared.core.people.delegation import Delegation, Proxy
from shared.core.people.person import Person, PersonKind
from shared.core.policy.actions import Approval
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import HoldNotices
from shared.usecases.decide_hold import Acted, Asker, HoldWish, Verb, decide_hold, missing_reasons
from tests.support.app import OUTSIDE, SENDER, World, make_settings

BOSS = "boss@aozora.example"
CHIEF = "chief@aozora.example"
LEGAL = "legal@aozora.example"
AUDIT = "audit@aozora.example"
DEPUTY = "deputy@aozora.example"
ADMIN = "admin@aozora.example"
ALIAS = "h.aoi@aozora.example"
"""Another address of the sender."""
SHARED = "sales@aozora.example"

PEOPLE = (
    Person(SENDER, "青空 花子", manager=BOSS, id="id-hanako"),
    Person(ALIAS, "青空 花子", id="id-hanako"),
    Person(BOSS, "部長", manager=CHIEF, id="id-boss", language="en"),
    Person(CHIEF, "社長", id="id-chief"),
    Person(LEGAL, "法務", groups=("checkers",), id="id-legal", manager=CHIEF),
    Person(AUDIT, "監査", groups=("Checkers",), id="id-audit"),
    Person(DEPUTY, "次長", id="id-deputy"),
    Person(ADMIN, "管理者", id="id-admin"),
    Person(SHARED, "営業", kind=PersonKind.SHARED, id="id-sales"),
)


def approval(*addresses: str, **more: Any) -> Approval:
    """An approval by these addresses."""
    return Approval(approvers="addresses", addresses=addresses, **more)


def approval_world(*actions: Approval, notices: HoldNotices | None = None, **more: Any) -> World:
    """A world with these approvals, one policy each, and everybody in its directory."""
    policies = tuple(
        Policy(id=f"p{number}", name=f"承認{number}", actions=(action,)) for number, action in enumerate(actions, 1)
    )
    told = notices or HoldNotices(administrator_address=ADMIN)
    world = World(make_settings(policies=policies, notices=told, **more))
    world.directory.save("demo", PEOPLE)
    return world


def by(person: str, channel: Channel = Channel.LINK) -> Asker:
    """Somebody who asks."""
    return Asker(person, channel, "192.0.2.7")


def name_proxy(world: World, principal: str, *proxies: str, **dates: Any) -> None:
    """``principal`` names proxies, in place of those named before."""
    kept = world.delegations.of("demo", (principal,))[principal]
    found = tuple(Proxy(proxy, **dates) for proxy in proxies)
    world.delegations.save("demo", Delegation(principal, found, kept.absences, kept.version))


def release(world: World, ref: MessageRef, person: str = SENDER, comment: str = "") -> None:
    """The sender's release, everything ticked."""
    numbers = frozenset(missing_reasons(world.record(ref), ()))
    done = decide_hold(world.app, ref, by(person), HoldWish(Verb.RELEASE, numbers, comment=comment))
    assert isinstance(done, Acted), done


def requested(world: World, *recipients: str, comment: str = "", sender: str = SENDER, by: str = "") -> MessageRef:
    """A message that awaits approval, with everybody told."""
    ref = world.judge(*(recipients or (OUTSIDE,)), reverse_path=sender)
    release(world, ref, by or sender, comment)
    world.work()
    return ref


HOUR = timedelta(hours=1)
