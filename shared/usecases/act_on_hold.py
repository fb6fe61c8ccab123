"""Release or discard a held message by a link (stage 6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shared.app import App
from shared.core.hold.actor import Channel
from shared.usecases.decide_hold import TRIES as TRIES
from shared.usecases.decide_hold import Acted as Acted
from shared.usecases.decide_hold import AlreadyActed as AlreadyActed
from shared.usecases.decide_hold import Asker, Decided, HoldWish, decide_hold
from shared.usecases.decide_hold import NotAcknowledged as NotAcknowledged
from shared.usecases.decide_hold import RecipientsJoined as RecipientsJoined
from shared.usecases.decide_hold import Verb as Verb
from shared.usecases.decide_hold import missing_reasons as missing_reasons
from shared.usecases.open_link import open_link


@dataclass(frozen=True, slots=True)
class Parting:
    """What a release leaves out (addresses, part numbers), and what its sender tells the approvers."""

    recipients: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    comment: str = ""


WHOLE = Parting()
"""Everything to everybody, without a word."""


def act_on_hold(
    app: App,
    token: str,
    verb: Verb,
    acknowledged: Collection[int],
    peer: str,
    parting: Parting = WHOLE,
    shown: str = "",
) -> Decided:
    """Carry out the decision of a link's person. ``peer`` is the network address that asks, for the record; ``shown`` is
    as in ``HoldWish``.

    Raises what ``open_link`` and ``decide_hold`` raise.
    """
    opened = open_link(app, token)
    asker = Asker(opened.claims.person, Channel.LINK, peer)
    wish = HoldWish(verb, frozenset(acknowledged), parting.recipients, parting.attachments, parting.comment, shown)
    return decide_hold(app, opened.claims.ref, asker, wish)
