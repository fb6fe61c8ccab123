"""A relay for tests: the real server in a thread of the test, with the spool and the rules that the test gives.

with RunningRelay(spool, [rule]) as relay:
    with Dialogue(relay.port) as smtp:
        assert smtp.banner == "220 relay.example ESMTP"
        assert smtp.command("EHLO client.example").startswith("250-")
"""

from __future__ import annotations

import asyncio
import io
import json
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any, TypeVar

from shared.ports_relay import IngressRule, SpoolWriter
from shared.settings import ProcessSettings
from smtp_relay.configuration import RelayConfiguration
from smtp_relay.logs import EventLog
from smtp_relay.relay import Relay
from smtp_relay.server import RelayServer
from smtp_relay.tls import TlsFiles

Result = TypeVar("Result")
HOST = "relay.example"


class FixedRules:
    """An ``IngressSource`` that a test fills."""

    def __init__(self, rules: Sequence[IngressRule]) -> None:
        self.present = tuple(rules)
        self.error: Exception | None = None
        self.asked = 0

    async def rules(self) -> tuple[IngressRule, ...]:
        """See the port."""
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.present


class RunningRelay:
    """Listens on 127.0.0.1 on a free port while the ``with`` block lasts. Keywords are fields of ``RelayConfiguration``."""

    def __init__(
        self,
        writer: SpoolWriter,
        rules: Sequence[IngressRule] = (IngressRule("demo", peers=("127.0.0.0/8",)),),
        *,
        tls: TlsFiles | None = None,
        **configuration: Any,
    ) -> None:
        process = ProcessSettings(storage="unused", host_name=HOST)
        values = {"port": 0, "health_port": 0, "rules_seconds": 0.05, "auth_delay_seconds": 0.01, **configuration}
        self._output = io.StringIO()
        self.source = FixedRules(rules)
        self.relay = Relay(
            RelayConfiguration(process, **values), writer, self.source, tls=tls, log=EventLog(self._output)
        )
        self.server = RelayServer(self.relay)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._stopped = False

    @property
    def port(self) -> int:
        """Where it takes mail."""
        return self.server.port

    @property
    def log(self) -> list[dict[str, Any]]:
        """What it logged so far."""
        return [json.loads(line) for line in self._output.getvalue().splitlines()]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """What it logged of one kind."""
        return [line for line in self.log if line["event"] == event]

    def run(self, work: Coroutine[Any, Any, Result], timeout_seconds: float = 30.0) -> Result:
        """Run something in the relay's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout_seconds)

    def stop(self) -> None:
        """Stop it in order, as SIGTERM does; returns when it has stopped."""
        if not self._stopped:
            self._stopped = True
            self.run(self.server.stop(), 60.0)

    def __enter__(self) -> RunningRelay:
        self._thread.start()
        self.run(self.server.start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class Dialogue:
    """A client that says exactly what a test wants, one connection long. Replies are text without the last CRLF."""

    def __init__(self, port: int, *, timeout_seconds: float = 15.0, source: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout_seconds, source_address=(source, 0))
        self._file = self.socket.makefile("rb")
        self.banner = self.reply()

    def reply(self) -> str:
        """The next reply, all its lines; an empty string where the connection has ended."""
        lines: list[str] = []
        while True:
            try:
                line = self._file.readline()
            except ConnectionResetError:
                line = b""
            if not line:
                assert not lines, "the connection ended inside a reply"
                return ""
            lines.append(line.decode().removesuffix("\r\n"))
            if line[3:4] != b"-":
                return "\n".join(lines)

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.socket.sendall(data)

    def command(self, line: str) -> str:
        """One command and its reply."""
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def hello(self) -> str:
        """EHLO."""
        return self.command("EHLO client.example")

    def begin(self, *recipients: str, sender: str = "hanako@aozora.example") -> str:
        """Everything up to DATA; returns the reply to it."""
        self.hello()
        return self.envelope(*recipients, sender=sender)

    def envelope(self, *recipients: str, sender: str = "hanako@aozora.example") -> str:
        """MAIL, RCPT and DATA in one go; returns the reply to the last, and checks the others."""
        assert self.command(f"MAIL FROM:<{sender}>").startswith("250 ")
        for recipient in recipients or ("taro@partner.example",):
            assert self.command(f"RCPT TO:<{recipient}>").startswith("250 ")
        return self.command("DATA")

    def message(self, data: bytes) -> str:
        """A whole message in a session that said EHLO; ``data`` is sent as it is, dots and all."""
        assert self.envelope().startswith("354 ")
        self.send(data + b"\r\n.\r\n")
        return self.reply()

    def starttls(self, context: ssl.SSLContext) -> None:
        """STARTTLS and the handshake."""
        assert self.command("STARTTLS").startswith("220 ")
        self._file.close()
        self.socket = context.wrap_socket(self.socket, server_hostname=HOST)
        self._file = self.socket.makefile("rb")

    def at_end(self) -> bool:
        """Whether the relay has closed the connection; waits for it."""
        return self.reply() == ""

    def close(self) -> None:
        """Break the connection off."""
        self._file.close()
        self.socket.close()

    def __enter__(self) -> Dialogue:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def wait_until(condition: Callable[[], bool], timeout_seconds: float = 10.0) -> None:
    """Return when ``condition`` holds. Raises ``AssertionError`` when it never does."""
    event = threading.Event()
    for _ in range(int(timeout_seconds / 0.01)):
        if condition():
            return
        event.wait(0.01)
    raise AssertionError("it did not happen in time")
