"""What is asked for about reports, as parameters of MAIL and RCPT (RFC 3461 section 4). Part of stage 4b (deliver).

A parameter that is not spelled as the RFC says is left out: it came from a client, and whatever stands in a command line
after a space would be read as another parameter.
"""

from __future__ import annotations

import re

from shared.core.message.envelope import DsnWish, Envelope

_XTEXT = r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})"
_ENVID = re.compile(rf"{_XTEXT}{{1,100}}")
_ORIGINAL = re.compile(rf"[A-Za-z0-9-]{{1,50}};{_XTEXT}{{1,449}}")
_NOTIFY = ("SUCCESS", "FAILURE", "DELAY")


def mail_parameters(envelope: Envelope) -> str:
    """RET and ENVID, each with a space before it."""
    parameters = ""
    if envelope.ret in ("FULL", "HDRS"):
        parameters += f" RET={envelope.ret}"
    if _ENVID.fullmatch(envelope.envid):
        parameters += f" ENVID={envelope.envid}"
    return parameters


def recipient_parameters(wish: DsnWish) -> str:
    """NOTIFY and ORCPT, each with a space before it."""
    named = [word for word in _NOTIFY if word in wish.notify]
    if "NEVER" in wish.notify:
        named = ["NEVER"]
    parameters = f" NOTIFY={','.join(named)}" if named else ""
    if _ORIGINAL.fullmatch(wish.original):
        parameters += f" ORCPT={wish.original}"
    return parameters
