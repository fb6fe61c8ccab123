"""``FakeBotTokens``: the ``BotTokens`` port with one good header for each service URL."""

from __future__ import annotations

from shared.ports_teams import ForgedActivity
from tests.fakes.trouble import Trouble


class FakeBotTokens:
    """``good(service_url)`` is the header that passes. Methods for ``trouble``: ``check``."""

    def __init__(self) -> None:
        self.trouble = Trouble()

    @staticmethod
    def good(service_url: str) -> str:
        """The value of the Authorization header of an honest request."""
        return f"Bearer good for {service_url}"

    def check(self, authorization: str, service_url: str, channel_id: str) -> None:
        """See the port."""
        with self.trouble.around("check"):
            if authorization != self.good(service_url) or channel_id != "msteams":
                raise ForgedActivity("not the good header")
