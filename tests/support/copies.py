"""One message that comes by several transactions, as Exchange splits it, for tests of how copies are gathered."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.hold.actor import Channel
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.usecases.decide_hold import Asker, Decided, HoldWish, Verb, decide_hold, missing_reasons
from shared.usecases.evaluate_message import evaluate_blob
from tests.support.app import SENDER, World

A, B, C = "taro@partner.example", "eva@client.example", "max@supplier.example"


def copy_of(
    *named: str, cc: Sequence[str] = (), received: str = "edge-1", body: str = "Hello.", subject: str = "Estimate"
) -> bytes:
    """The bytes of one copy; copies of one message differ in ``received`` alone."""
    more = f"Cc: {', '.join(cc)}\r\n" if cc else ""
    return (
        f"Received: from {received}.example by relay.example; Sat, 21 Nov 2026 09:00:00 +0000\r\n"
        f"From: Hanako <{SENDER}>\r\nTo: {', '.join(named)}\r\n{more}Subject: {subject}\r\n"
        "Message-ID: <one@aozora.example>\r\nDate: Sat, 21 Nov 2026 18:00:00 +0900\r\n"
        f"MIME-Version: 1.0\r\n\r\n{body}\r\n"
    ).encode()


def arrive(world: World, data: bytes, *recipients: str, reverse_path: str = SENDER) -> MessageRef:
    """A transaction, and its blob event."""
    ref = world.receive(*recipients, data=data, reverse_path=reverse_path)
    evaluate_blob(world.app, ref.blob_name)
    return ref


def arrive_split(world: World, *recipients: str) -> list[MessageRef]:
    """One message to these recipients, by a transaction for each, within a second."""
    refs = []
    for number, recipient in enumerate(recipients):
        refs.append(arrive(world, copy_of(*recipients, received=f"edge-{number}"), recipient))
        world.clock.advance(seconds=0.2)
    return refs


def settle(world: World, seconds: float = 10) -> None:
    """Let the window end, and work off what there is."""
    world.work()
    world.clock.advance(seconds=seconds)
    world.work()


def state_of(world: World, ref: MessageRef) -> State | None:
    """The state of a message, ``None`` where it has none."""
    stored = world.messages.load(ref)
    return stored.record.state if stored is not None else None


def decide(world: World, ref: MessageRef, verb: Verb = Verb.RELEASE, **wish: object) -> Decided:
    """Decide as the sender, with every box ticked."""
    stored = world.messages.load(ref)
    assert stored is not None
    ticked = frozenset(missing_reasons(stored.record, ()))
    asked = HoldWish(verb, ticked, **wish)  # type: ignore[arg-type]  # tests name the fields
    return decide_hold(world.app, ref, Asker(SENDER, Channel.PORTAL), asked)


def delivered(world: World) -> list[str]:
    """Every recipient outside whom a server accepted a message for, once for each time."""
    return sorted(
        recipient
        for transaction in world.next_hop.transactions
        for recipient in transaction.recipients
        if recipient != SENDER
    )
