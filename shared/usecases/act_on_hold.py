"""Release or discard a held message by a link (stage 6)."""

from __future__ import annotations

from collections.abc import Collection

from shared.app import App
from shared.core.hold.actor import Channel
from shared.usecases.decide_hold import TRIES as TRIES
from shared.usecases.decide_hold import Acted as Acted
from shared.usecases.decide_hold import AlreadyActed as AlreadyActed
from shared.usecases.decide_hold import Asker, HoldWish, decide_hold
from shared.usecases.decide_hold import NotAcknowledged as NotAcknowledged
from shared.usecases.decide_hold import Verb as Verb
from shared.usecases.decide_hold import missing_reasons as missing_reasons
from shared.usecases.open_link import open_link


def act_on_hold(
    app: App, token: str, verb: Verb, acknowledged: Collection[int], peer: str
) -> Acted | AlreadyActed | NotAcknowledged:
    """Carry out the decision of a link's person. ``peer`` is the network address that asks, for the record.

    Raises what ``open_link`` and ``decide_hold`` raise.
    """
    opened = open_link(app, token)
    asker = Asker(opened.claims.person, Channel.LINK, peer)
    return decide_hold(app, opened.claims.ref, asker, HoldWish(verb, frozenset(acknowledged)))
