"""A next hop for tests: the mailbox's own SMTP server in a thread of the test, with faults on demand.

with NextHop(tmp_path) as hop:
    hop.faults.add(Fault("rcpt", "bad@*", "550 5.1.1 no such user"))
    …deliver to 127.0.0.1:hop.port…
    [message] = hop.wait_for(1)
    assert message.raw == sent and message.envelope.recipients == ("b@example.com",)
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from local.mailbox.faults import Faults
from local.mailbox.smtp import SIZE_LIMIT, start_smtp
from local.mailbox.store import MailStore, StoredMessage
from local.server_thread import ServerThread


class NextHop:
    """Listens on 127.0.0.1 on a free port while the ``with`` block lasts. Stored bytes are exactly those sent."""

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        tls_context: ssl.SSLContext | None = None,
        require_starttls: bool = False,
        users: Mapping[str, str] | None = None,
        size_limit: int = SIZE_LIMIT,
    ) -> None:
        self.store = MailStore(directory)
        self.faults = Faults()
        self.port = port
        self._tls_context = tls_context
        self._require_starttls = require_starttls
        self._users = users
        self._size_limit = size_limit
        self._thread = ServerThread("next-hop")

    @property
    def messages(self) -> Sequence[StoredMessage]:
        """All received so far, in order."""
        return self.store.messages()

    def wait_for(self, count: int, *, timeout_seconds: float = 90.0, person: str = "") -> Sequence[StoredMessage]:
        """Block until ``count`` messages (from or to ``person``) are there; raises TimeoutError."""
        return self.store.wait_for(count, timeout_seconds=timeout_seconds, person=person)

    def __enter__(self) -> NextHop:
        starting = start_smtp(
            self.store,
            self.faults,
            port=self.port,
            tls_context=self._tls_context,
            require_starttls=self._require_starttls,
            users=self._users,
            size_limit=self._size_limit,
        )
        self.port = self._thread.start(starting)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.stop()
