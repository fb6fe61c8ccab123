"""The mailbox's SMTP side: takes any message for anybody and keeps it byte for byte.

It stays on aiosmtpd's own reader for DATA on purpose: the relay has a reader of its own, and a mistake in that one must
not be repeated by the program that checks its results.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from local.mailbox.faults import Fault, Faults, Stage
from local.mailbox.store import MailStore, Transaction

SIZE_LIMIT = 160 * 1024 * 1024
"""Bytes; above the relay's own 150 MiB, so that the mailbox is never what refuses a message."""

_HALF_OPEN_SECONDS = 1.0

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd logs every command at INFO


class _Server(SMTP):
    """aiosmtpd without its line limit, and with the faults that its hooks have no place for."""

    line_length_limit = SIZE_LIMIT
    faults: Faults

    def cut(self) -> None:
        """Close the connection without a reply."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    async def fall_silent(self, fault: Fault) -> bool:
        """Do what a fault says beside answering; whether the connection is of no use any more."""
        if fault.half_close and isinstance(self.transport, asyncio.WriteTransport) and self.transport.can_write_eof():
            self.transport.write_eof()
            await asyncio.sleep(_HALF_OPEN_SECONDS)
        if fault.drop or fault.half_close:
            self.cut()
        return fault.drop or fault.half_close

    async def _handle_client(self) -> None:
        fault = self.faults.strike("connect")
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if await self.fall_silent(fault):
                return
            if fault.answer and self.transport is not None:
                await self.push(fault.answer)
                self.transport.close()
                return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:
        fault = self.faults.strike("data", self.envelope.rcpt_tos if self.envelope else ())
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if await self.fall_silent(fault):
                return
            if fault.answer:
                await self.push(fault.answer)
                return
        await super().smtp_DATA(arg)


class Handler:
    """aiosmtpd's hooks; the names and signatures are aiosmtpd's."""

    def __init__(self, store: MailStore, faults: Faults) -> None:
        self.store = store
        self.faults = faults

    async def _strike(self, stage: Stage, *addresses: str) -> Fault | None:
        fault = self.faults.strike(stage, addresses)
        if fault is not None:
            await asyncio.sleep(fault.delay)
        return fault

    async def _instead(self, server: _Server, fault: Fault | None) -> str:
        """What a fault answers; empty where all is well. Of a connection that it ends nothing is heard any more."""
        if fault is None:
            return ""
        if await server.fall_silent(fault):
            await asyncio.sleep(5)  # aiosmtpd cancels the caller as soon as it notices that the connection is gone
            return "421 4.4.2 connection lost"
        return fault.answer

    async def handle_MAIL(
        self, server: _Server, session: Session, envelope: Envelope, address: str | None, options: list[str]
    ) -> str:
        fault = await self._strike("mail", address or "")
        instead = await self._instead(server, fault)
        if instead:
            return instead
        envelope.mail_from = address or "<>"  # aiosmtpd takes an empty one for a missing MAIL
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: _Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = await self._strike("rcpt", address)
        instead = await self._instead(server, fault)
        if instead:
            return instead
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: _Server, session: Session, envelope: Envelope) -> str:
        fault = await self._strike("content", *envelope.rcpt_tos)
        identifier = ""
        if fault is None or not fault.is_bad or fault.store:
            login: object = session.auth_data
            transaction = Transaction(
                sender="" if envelope.mail_from in (None, "<>") else envelope.mail_from,
                recipients=tuple(envelope.rcpt_tos),
                options=tuple(envelope.mail_options),
                helo=session.host_name or "",
                peer=str(session.peer[0]) if session.peer else "",
                tls=session.ssl is not None,
                user=login.login.decode("utf-8", "replace") if isinstance(login, LoginPassword) else "",
            )
            content = envelope.original_content or b""
            # In a thread: writing 100 MB must not stop the other sessions.
            stored = await asyncio.to_thread(self.store.add, transaction, content)
            identifier = stored.id
        return await self._instead(server, fault) or f"250 2.0.0 OK kept as {identifier}"


async def start_smtp(
    store: MailStore,
    faults: Faults,
    *,
    port: int,
    tls_context: ssl.SSLContext | None = None,
    require_starttls: bool = False,
    users: Mapping[str, str] | None = None,
    size_limit: int = SIZE_LIMIT,
) -> asyncio.Server:
    """Listen on 127.0.0.1; port 0 takes a free one.

    ``users`` (name → password) makes AUTH necessary. STARTTLS is offered when there is a ``tls_context``.

    :raises OSError: the port can't be had.
    """

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        known = users or {}
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        name = data.login.decode("utf-8", "replace")
        fits = known.get(name) == data.password.decode("utf-8", "replace")
        return AuthResult(success=fits, handled=False, auth_data=data)

    handler = Handler(store, faults)
    loop = asyncio.get_running_loop()

    def make() -> SMTP:
        server = _Server(
            handler,
            loop=loop,
            hostname="mailbox.localhost",
            ident="ESMTP",
            data_size_limit=size_limit,
            enable_SMTPUTF8=True,
            tls_context=tls_context,
            require_starttls=require_starttls,
            auth_required=users is not None,
            auth_require_tls=tls_context is not None,
            authenticator=authenticate if users is not None else None,
            timeout=300,
        )
        server.faults = faults
        return server

    return await loop.create_server(make, "127.0.0.1", port, backlog=256)
