"""People of the demo tenant who can be reached in Teams, for the tests of how they are told."""

from __future__ import annotations

import json

from shared.core.people.delegation import Absence, Delegation, Proxy
from shared.core.people.person import Person, PersonKind
from shared.core.policy.tenant_settings import HoldNotices, Teams, TenantSettings
from shared.ports_teams import Conversation
from tests.fakes.teams_messenger import Posted
from tests.support.app import SENDER, World, make_settings

ENTRA = "11111111-2222-3333-4444-555555555555"
SABURO = "saburo@aozora.example"
SHIRO = "shiro@aozora.example"


def teams_settings(*channels: str, **changes: object) -> TenantSettings:
    """A tenant with a bot, whose people are told by ``channels``; ``changes`` are fields of its notices."""
    notices = HoldNotices(channels=channels or ("teams-card",), **changes)  # type: ignore[arg-type]  # tests name them
    return make_settings(notices=notices, teams=Teams(entra_tenant=ENTRA))


def chat_of(address: str) -> str:
    """The id of a person's conversation."""
    return f"chat-{address.partition('@')[0]}"


def put_in_teams(world: World, *addresses: str, language: str = "ja", kind: PersonKind = PersonKind.USER) -> None:
    """Make people known to the directory, with the app installed."""
    for address in addresses:
        id_ = f"id-{address.partition('@')[0]}"
        world.directory.save("demo", [Person(address, language=language, id=id_, kind=kind)])
        world.conversations.save(
            "demo",
            Conversation(ENTRA, id_, chat_of(address), "https://teams.example/", f"29:{id_}", "28:bot"),
        )


def name_proxies(world: World, principal: str, *proxies: str, away: bool = False) -> None:
    """Let ``proxies`` act for ``principal`` without bound."""
    now = world.clock.now()
    absences = (Absence(now, now.replace(year=now.year + 1)),) if away else ()
    before = world.delegations.of("demo", [principal])[principal]
    world.delegations.save(
        "demo", Delegation(principal, tuple(Proxy(one) for one in proxies), absences, version=before.version)
    )


def chat(world: World, address: str = SENDER) -> tuple[Posted, ...]:
    """What a person sees in Teams."""
    return world.teams.chat(chat_of(address))


def verbs(posted: Posted) -> set[str]:
    """The verbs of a card's own buttons."""
    return {str(action["verb"]) for action in json.loads(posted.card).get("actions", []) if "verb" in action}
