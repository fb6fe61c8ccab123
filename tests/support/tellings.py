"""Something to tell, and a world in which somebody is told of it, for the tests of how people are told."""

from __future__ import annotations

from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.message.identity import MessageRef
from shared.core.notice.letter import Letter, new_message
from shared.ports_people import AuditCode
from shared.ports_teams import TeamsUnavailable
from shared.usecases.reader import Addressee, Reader
from shared.usecases.tell_in_teams import Card
from shared.usecases.tell_people import Telling
from shared.usecases.work_off import work_off
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.teams_people import put_in_teams, teams_settings

DOWN = TeamsUnavailable("down")


def telling(*people: str, **changes: object) -> Telling:
    """Something to tell, in every form."""

    def mail(reader: Reader, letter: Letter) -> bytes:
        message = new_message(letter, "News", "auto-generated")
        message.set_content(f"To {reader.person} for {reader.on_behalf_of or 'themselves'} in {reader.language}\n")
        return message.as_bytes()

    values: dict[str, object] = {
        "people": tuple(Addressee(person) for person in people or (SENDER,)),
        "mail": mail,
        "card": lambda reader: Card(b'{"to": "%s"}' % reader.teams_key.encode(), "News"),
        "text": lambda reader: f"News for {reader.person}",
        "showed": 1,
    }
    return Telling(**(values | changes))  # type: ignore[arg-type]  # tests name the fields


def owed(world: World, number: int = 0, kind: OutboxKind = OutboxKind.RECEIPT) -> OutboxEntry:
    return OutboxEntry(kind, number, world.clock.now())


def start(*channels: str, **changes: object) -> tuple[World, MessageRef]:
    """A world with a message to tell of, whose own notice is not looked at."""
    world = World(teams_settings(*channels, **changes))
    put_in_teams(world, SENDER)
    return world, world.receive(OUTSIDE)


def mailed(world: World) -> list[str]:
    """Who was mailed, in order."""
    while (body := world.queue.take("deliver")) is not None:
        work_off(world.app, body)
    return [address for one in world.next_hop.transactions for address in one.recipients]


def replaced(world: World, ref: MessageRef) -> list[dict[str, str]]:
    return [dict(line.args) for line in world.audit.about(ref) if line.code is AuditCode.CHANNEL_REPLACED]
