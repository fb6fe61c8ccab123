"""SMTP AUTH (RFC 4954) with PLAIN, LOGIN and XOAUTH2. Part of stage 4b (deliver).

That a server refuses who Matta is concerns the administrator, not the sender: temporary, whatever the code. What the
server says about it is not repeated, since it may hold what it was sent.
"""

from __future__ import annotations

import base64

from shared.adapters.smtp_next_hop_connection import Connection, ConnectionFailed
from shared.adapters.smtp_next_hop_reply import Reply
from shared.adapters.smtp_next_hop_token import OAuthTokens
from shared.core.policy.delivery_settings import NextHopServer

_REFUSED = "the server refuses the user name and password"


def proves_by_token(server: NextHopServer) -> bool:
    """Whether the server's secret is an application's, to be sent to its authority and never to the server."""
    return server.auth == "xoauth2" or (server.auth == "auto" and server.oauth is not None)


def authenticate(
    connection: Connection, offered: str, server: NextHopServer, password: str, tokens: OAuthTokens
) -> None:
    """Authenticate by the mechanism that the settings name, or else by the best that is offered.

    ``offered`` is what followed AUTH in the answer to EHLO. Raises ``ConnectionFailed``.
    """
    mechanisms = offered.upper().split()
    if proves_by_token(server):
        if server.oauth is None:
            raise ConnectionFailed("the settings name no application for XOAUTH2", "4.7.8")
        _check_offer("XOAUTH2", mechanisms)
        _by_token(connection, server, password, tokens)
        return
    mechanism = server.auth.upper()
    if server.auth == "auto":
        mechanism = next((one for one in ("PLAIN", "LOGIN") if one in mechanisms), "")
        if not mechanism:
            raise ConnectionFailed("the server offers neither AUTH PLAIN nor LOGIN", "4.7.8")
    _check_offer(mechanism, mechanisms)
    if mechanism == "PLAIN":  # RFC 4616
        reply = connection.command(b"AUTH PLAIN " + _base64(f"\0{server.username}\0{password}"))
    else:
        reply = connection.command(b"AUTH LOGIN")
        for answer in (server.username, password):
            _expect(reply, 334, _REFUSED)
            reply = connection.command(_base64(answer))
    _expect(reply, 235, _REFUSED)


def _by_token(connection: Connection, server: NextHopServer, secret: str, tokens: OAuthTokens) -> None:
    """Once more with a new token where one is refused: it may have been withdrawn before its end."""
    assert server.oauth is not None
    token = tokens.token(server.oauth, secret)
    reply = _show(connection, server.username, token)
    if reply.code == 535:
        fresh = tokens.token(server.oauth, secret, but=token)
        if fresh != token:
            reply = _show(connection, server.username, fresh)
    _expect(reply, 235, "the server refuses the access token")


def _show(connection: Connection, username: str, token: str) -> Reply:
    """Source: "SASL XOAUTH2" in Google's and Microsoft's documentation of SMTP with OAuth."""
    reply = connection.command(b"AUTH XOAUTH2 " + _base64(f"user={username}\x01auth=Bearer {token}\x01\x01"))
    # A refusal comes as a challenge that tells why; only the empty answer to it brings the code.
    return connection.command(b"") if reply.code == 334 else reply


def _check_offer(mechanism: str, mechanisms: list[str]) -> None:
    if mechanism not in mechanisms:
        raise ConnectionFailed(f"the server offers no AUTH {mechanism}", "4.7.8")


def _expect(reply: Reply, code: int, otherwise: str) -> None:
    if reply.code != code:
        raise ConnectionFailed(f"{otherwise}: {reply.code}", "4.7.8")


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())
