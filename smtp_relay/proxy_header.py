"""Reads the header by which a proxy names the client it speaks for (PROXY protocol, versions 1 and 2). Stage receive.

The dialogue is aiosmtpd's; what it found is judged here. Which proxies may speak it is the relay's configuration: a
header from anybody else is a command that the relay does not know.
"""

from __future__ import annotations

import asyncio

from aiosmtpd.proxy_protocol import AF, PROTO, V2_CMD, get_proxy

from smtp_relay.attribution import parse_address


class BadProxyHeader(Exception):
    """What the proxy sent is no header, or of a kind that no SMTP client has."""


async def read_proxy_header(reader: asyncio.StreamReader) -> str:
    """The client's address; empty where the proxy speaks for itself (health checks) or does not know the client.

    Raises ``BadProxyHeader``. Reads exactly the header: what the client said after it is left. The length is bounded by
    the protocol (107 bytes, or 64 KiB for version 2); the caller bounds the time.
    """
    try:
        found = await get_proxy(reader)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise BadProxyHeader(str(error)) from error
    if not found.valid:
        raise BadProxyHeader(found.error)
    if found.version == 2 and found.command == V2_CMD.LOCAL:
        return ""
    if found.family == AF.UNSPEC:
        return ""
    if found.family not in {AF.INET, AF.INET6} or found.protocol != PROTO.STREAM:
        raise BadProxyHeader("no TCP client")
    ip = parse_address(str(found.src_addr))
    if ip is None:
        raise BadProxyHeader("no address")
    return str(ip)
