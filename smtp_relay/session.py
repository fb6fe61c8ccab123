"""One SMTP connection: greeting, command loop, clocks, and the end. Stage receive.

aiosmtpd gives protocol glue, STARTTLS and the dialogue of AUTH; the command loop is our own, because the library's
answers errors with their text, waits without limits, and ends commands at a bare LF. The commands are in
``commands.py``.
"""

from __future__ import annotations

import asyncio
import time
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, cast

from aiosmtpd.smtp import SMTP, TLSSetupException

from smtp_relay import replies
from smtp_relay.attribution import parse_address
from smtp_relay.proxy_header import BadProxyHeader, read_proxy_header

if TYPE_CHECKING:
    from smtp_relay.relay import Relay

_LONGEST_COMMAND = 4096
"""RFC 5321 asks for 512 and more with extensions; internationalised addresses and AUTH= take room."""
_LONGEST_AUTH = 12_288
"""RFC 4954 section 4."""
_STREAM_LIMIT = 64 * 1024
_MOST_WAITING_REPLIES = 100
_FOREVER = float("inf")


class NoHooks:
    """aiosmtpd wants a handler object; everything is in the session here."""

    def __dir__(self) -> list[str]:
        """See ``Session.__dir__``."""
        return []


_NO_HOOKS = NoHooks()


@cache
def _commands_of(kind: type) -> list[str]:
    return sorted({name for base in kind.__mro__ for name in vars(base) if name.startswith(("smtp_", "auth_"))})


class Hangup(Exception):
    """The session ends now; its last reply, if any, was given."""


class Session(SMTP):
    """Everything of a connection but its commands."""

    line_length_limit = _STREAM_LIMIT
    AuthLoginUsernameChallenge = "Username:"
    AuthLoginPasswordChallenge = "Password:"

    def __init__(self, relay: Relay) -> None:
        super().__init__(
            _NO_HOOKS,
            data_size_limit=relay.configuration.size,
            enable_SMTPUTF8=True,
            hostname=relay.configuration.process.host_name,
            tls_context=relay.tls,
            timeout=relay.configuration.command_seconds,
            loop=asyncio.get_running_loop(),
        )
        self.relay = relay
        self.id = relay.new_session_id()
        self.peer = ""
        self.tenant_id: str | None = None
        self.attributed_by = ""
        self.shared = ""
        """How it was known to be one of Exchange Online's shared servers (``peer``, ``certificate``), or empty."""
        self.peer_hidden = False
        """Whether ``peer`` is a proxy's address and not the client's."""
        self.limit_key = ""
        """For what the relay counts this connection among those of one peer."""
        self.tenant_key = ""
        """For whom it counts this connection among those of one tenant."""
        self.book = relay.book
        self.outcome = "lost"
        self.messages = 0
        self.in_data = False
        self._mistakes = 0
        self._in_handshake = False
        self.started = time.monotonic()
        self._deadline = _FOREVER
        self._replies: list[bytes] = []

    def __dir__(self) -> list[str]:
        """Only the commands and AUTH mechanisms, which aiosmtpd looks for by ``dir`` at the start of every connection.

        Listing and sorting everything that a protocol inherits takes longer than a whole small message.
        """
        return _commands_of(type(self))  # type: ignore[arg-type]  # a class is hashable

    # --- connection ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there; or, the second time, its TLS is."""
        first = self.transport is None
        if first:
            peername = transport.get_extra_info("peername")
            ip = parse_address(peername[0]) if peername else None
            self.peer = "" if ip is None else str(ip)
            self.relay.sessions.add(self)
        super().connection_made(transport)
        self.reset_transaction()
        if not first:
            self._in_handshake = False
            self.look_at_certificate()

    def eof_received(self) -> bool | None:
        """The client will send no more; what it has sent is still answered, where its connection can be open halfway."""
        kept_open = asyncio.StreamReaderProtocol.eof_received(self)
        return kept_open if self._tls_protocol is None else False

    def reset_transaction(self) -> None:
        """Forget sender and recipients. ``commands.py`` has them."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open. ``commands.py`` knows."""
        return False

    def look_at_certificate(self) -> None:
        """TLS has begun. ``commands.py`` knows what a certificate means."""

    @property
    def is_known(self) -> bool:
        """Whether mail is taken from it: its tenant is known, or will be known by each message."""
        return bool(self.tenant_id or self.shared)

    # --- clocks ---

    def _reset_timeout(self, duration: float | None = None) -> None:
        # One timer for the whole life of the session looks at the deadline now and then; moving the deadline is free.
        if self._timeout_handle is None:
            self._timeout_handle = self.loop.call_later(self._next_look(), self._timeout_cb)

    def _next_look(self) -> float:
        return max(min(self._deadline - time.monotonic(), self.relay.clock_seconds), 0.01)

    def _timeout_cb(self) -> None:
        now = time.monotonic()
        over = now - self.started > self.relay.configuration.session_seconds and not self.in_data
        if now < self._deadline and not over:
            self._timeout_handle = self.loop.call_later(self._next_look(), self._timeout_cb)
            return
        self.outcome = "timeout"
        self.hang_up(replies.TIMED_OUT)

    def longest_wait(self) -> float:
        """Seconds that a client may think before its next command."""
        configuration = self.relay.configuration
        return configuration.command_seconds if self.is_known else configuration.stranger_seconds

    def wait_at_most(self, seconds: float | None) -> None:
        """The client must do something within ``seconds``; ``None`` while it is our turn."""
        self._deadline = _FOREVER if seconds is None else time.monotonic() + seconds

    def hang_up(self, reply: str) -> None:
        """Say ``reply`` as a last word, from outside the command loop, and close; soon also on a client that won't."""
        if self.transport is not None:
            if not self._in_handshake:
                self._replies.append(reply.encode() + b"\r\n")
                self._flush()
            self.transport.close()
            if self._timeout_handle is not None:
                self._timeout_handle.cancel()
            # Time for the last reply to get through before the connection is cut.
            self._timeout_handle = self.loop.call_later(self.relay.clock_seconds, self._abort)

    def _abort(self) -> None:
        for transport in (self.transport, self._original_transport):
            if transport is not None:
                cast(asyncio.WriteTransport, transport).abort()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    async def take_up_tls(self) -> None:
        """Say that TLS may begin, and go through its handshake. Raises ``Hangup`` where it fails."""
        self.wait_at_most(self.longest_wait())
        self._in_handshake = True
        await super().smtp_STARTTLS(None)
        if self._in_handshake:  # the connection broke: the library takes that for a success
            raise Hangup
        self.wait_at_most(None)

    def stop(self) -> None:
        """The relay stops: a client that is not in the middle of a message is sent away."""
        if not self.in_data:
            self.outcome = "stopped"
            self.hang_up(replies.SHUTTING_DOWN)

    # --- replies ---

    def say(self, reply: str) -> None:
        """Give a reply. It leaves when the relay next waits: those to pipelined commands together (RFC 2920)."""
        self._replies.append(reply.encode() + b"\r\n")

    async def push(self, status: str | bytes) -> None:
        """Give a reply of the library's own, which may go on to read without asking us: so it leaves at once."""
        self._replies.append((status if isinstance(status, bytes) else replies.with_status(status).encode()) + b"\r\n")
        await self.flush()

    async def flush(self) -> None:
        """Send the replies that wait, and wait while the client does not take them."""
        self._flush()
        if self._paused:  # type: ignore[attr-defined]  # asyncio's mark for a client that does not read its replies
            self.wait_at_most(self.longest_wait())
            await self._writer.drain()

    def _flush(self) -> None:
        if self._replies and self.transport is not None:
            self._writer.write(b"".join(self._replies) if len(self._replies) > 1 else self._replies[0])
        self._replies.clear()

    def last_word(self, reply: str, outcome: str) -> NoReturn:
        """Give the last reply of the session. Raises ``Hangup``, and the reply leaves."""
        self.outcome = outcome
        self.say(reply)
        raise Hangup

    def mistake(self, reply: str) -> None:
        """Refuse a command that no proper client sends; too many of them end the session."""
        self._mistakes += 1
        if self._mistakes > self.relay.configuration.bad_commands:
            self.last_word(replies.TOO_MANY_MISTAKES, "mistakes")
        self.say(reply)

    # --- command loop ---

    @property
    def _buffered(self) -> bytearray:
        # What has arrived and is not read yet. asyncio has no public way to look; aiosmtpd uses the same attribute.
        buffer: bytearray = self._reader._buffer  # type: ignore[attr-defined]  # see above
        return buffer

    def give_back(self, data: bytes) -> None:
        """Put what was read too much in front of what arrives next; nothing may have arrived in between."""
        self._buffered.extend(data)

    async def _handle_client(self) -> None:
        try:
            await self._greet()
            while not self.relay.stopping:
                await self._obey(await self._next_line())
            self.last_word(replies.SHUTTING_DOWN, "stopped")
        except (Hangup, TLSSetupException):
            pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client is gone without QUIT
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # Where the error came from is unknown, so is what the client will send next: not to be taken for commands.
            self.outcome = "error"
            self.relay.log.write("error", session=self.id, kind=type(error).__name__, cause=str(error))
            self.hang_up(replies.FAILED)
        finally:
            self.wait_at_most(None)
            self.relay.ended(self, round((time.monotonic() - self.started) * 1000))
            if self.transport is not None:
                if self._in_handshake:
                    self._abort()
                self._flush()
                self.transport.close()

    async def _greet(self) -> None:
        if self.peer in self.relay.proxies:
            await self._look_behind_proxy()
        refusal = self.relay.admit(self)
        if refusal:
            self.last_word(refusal, "refused")
        self.say(f"220 {self.hostname} ESMTP")

    async def _look_behind_proxy(self) -> None:
        """Learn the client's address from the proxy, or that it stays hidden. Raises ``Hangup``."""
        self.peer_hidden = True
        if not self.relay.configuration.proxy_protocol:
            return
        self.wait_at_most(self.relay.configuration.proxy_seconds)
        try:
            client = await read_proxy_header(self._reader)
        except BadProxyHeader:
            self.outcome = "no proxy header"
            raise Hangup from None
        finally:
            self.wait_at_most(None)
        if client:
            self.peer, self.peer_hidden = client, False

    async def _next_line(self) -> bytes:
        buffered = self._buffered
        end = buffered.find(b"\n")
        if 0 <= end < _STREAM_LIMIT:
            if len(self._replies) >= _MOST_WAITING_REPLIES:
                await self.flush()
                await asyncio.sleep(0)  # the next client's turn
            line = bytes(buffered[: end + 1])
            del buffered[: end + 1]
            return line
        await self.flush()
        self.wait_at_most(self.longest_wait())
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            self.last_word(replies.LINE_TOO_LONG, "mistakes")
        self.wait_at_most(None)
        return line

    async def _obey(self, line: bytes) -> None:
        if self.relay.stopping:
            self.last_word(replies.SHUTTING_DOWN, "stopped")
        if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
            self.mistake(replies.BAD_LINE)
            return
        verb, _, argument = line[:-2].partition(b" ")
        name = verb.upper().decode("ascii", "replace")
        if len(line) > (_LONGEST_AUTH if name == "AUTH" else _LONGEST_COMMAND):
            self.mistake(replies.LINE_TOO_LONG)
            return
        method: Any = self._smtp_methods.get(name)
        if method is None:
            self.mistake(replies.UNKNOWN_COMMAND)
            return
        try:
            text = argument.strip(b" \t").decode("utf-8")
        except UnicodeDecodeError:
            self.mistake(replies.BAD_LINE)
            return
        await method(text)
