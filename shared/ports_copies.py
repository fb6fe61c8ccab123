"""The port by which copies of one message find each other (stage 3, product.md M7).

The rules of ``shared/ports.py`` hold: ``TemporaryError`` or ``PermanentError``, nothing decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.core.gathering.copy_group import CopyGroup
from shared.core.message.identity import MessageRef

MOST_COPIES = 100
"""Copies of one message that are looked at together; whoever sends more gets several holds."""


@dataclass(frozen=True, slots=True)
class Met:
    """Copies of one message that were there, by queue id, the asking one not among them; and which of all leads."""

    others: tuple[MessageRef, ...] = ()
    leader: MessageRef | None = None


class Copies(Protocol):
    """Who was seen of each group of copies. Nothing of a message is kept but its queue id.

    Of two copies that meet at the same time at least one sees the other.
    """

    def meet(self, group: CopyGroup, ref: MessageRef, reach: timedelta, now: datetime) -> Met:
        """Leave a sighting of ``ref``, and see whom else of the group was received not further than ``reach`` from it.

        At most ``MOST_COPIES``. A second run finds its own sighting, and does the same.
        """
        ...

    def lead(self, group: CopyGroup, ref: MessageRef, first: MessageRef, instead_of: MessageRef | None) -> MessageRef:
        """Become the leader of the group where there is none, or where ``instead_of`` is it; who leads it then.

        ``first`` is the copy of the group that was received first, which all who claim have to name alike.
        """
        ...

    def forget(self, before: datetime) -> int:
        """Forget whatever was received on days (UTC) before that moment's; how many days that were."""
        ...
