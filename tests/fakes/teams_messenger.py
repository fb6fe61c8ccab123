"""``FakeTeamsMessenger``: the ``TeamsMessenger`` port in memory, with every chat open to look at."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from shared.ports_teams import Conversation, NotReachable
from tests.fakes.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Posted:
    """What stands in a chat: a card (JSON) or a text."""

    conversation: str
    activity: str
    card: bytes = b""
    text: str = ""
    summary: str = ""
    updates: int = 0


class FakeTeamsMessenger:
    """Methods for ``trouble``: those of the port. Who is in ``blocked`` (conversation ids) cannot be reached."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.blocked: set[str] = set()
        self._lock = threading.Lock()
        self._posted: dict[str, Posted] = {}

    def chat(self, conversation: str) -> tuple[Posted, ...]:
        """What one person sees, oldest first."""
        with self._lock:
            return tuple(item for item in self._posted.values() if item.conversation == conversation)

    def post_card(self, to: Conversation, card: bytes, summary: str) -> str:
        """See the port."""
        with self.trouble.around("post_card"):
            return self._post(to, card=card, summary=summary)

    def update_card(self, to: Conversation, activity: str, card: bytes, summary: str) -> None:
        """See the port."""
        with self.trouble.around("update_card"), self._lock:
            before = self._posted.get(activity)
            if to.id in self.blocked or before is None or before.conversation != to.id:
                raise NotReachable("no such activity")
            self._posted[activity] = Posted(to.id, activity, card, "", summary, before.updates + 1)

    def post_text(self, to: Conversation, text: str) -> str:
        """See the port."""
        with self.trouble.around("post_text"):
            return self._post(to, text=text)

    def _post(self, to: Conversation, *, card: bytes = b"", text: str = "", summary: str = "") -> str:
        with self._lock:
            if to.id in self.blocked:
                raise NotReachable("blocked")
            activity = f"activity-{len(self._posted) + 1}"
            self._posted[activity] = Posted(to.id, activity, card, text, summary)
            return activity
