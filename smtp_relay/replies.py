"""Every reply that the relay gives: SMTP code, enhanced status code (RFC 3463), and a text that gives nothing away.

Stage receive.
"""

from __future__ import annotations

OK = "250 2.0.0 OK"
BYE = "221 2.0.0 bye"
GO_AHEAD = "354 end data with <CR><LF>.<CR><LF>"
SENDER_OK = "250 2.1.0 sender OK"
RECIPIENT_OK = "250 2.1.5 recipient OK"
NO_VERIFY = "252 2.0.0 cannot verify; send mail and it will be tried"
HELP = "214 2.0.0 see RFC 5321"
AUTHENTICATED = "235 2.7.0 authenticated"

TEMPORARY = "451 4.3.0 temporary failure, please try again later"
BEHIND = "451 4.3.1 too busy, please try again later"
SUSPENDED = "451 4.7.1 mail of this organisation is suspended, please try again later"
NO_ROOM = "452 4.3.1 no room for the message now, please try again later"
TOO_MANY_RECIPIENTS = "452 4.5.3 too many recipients"
AUTH_BUSY = "454 4.7.0 temporary authentication failure"

SHUTTING_DOWN = "421 4.3.2 service is stopping, please try again later"
TOO_MANY_CONNECTIONS = "421 4.3.2 too many connections, please try again later"
FAILED = "421 4.3.0 temporary failure, please try again later"
TIMED_OUT = "421 4.4.2 timed out"
TOO_MANY_MISTAKES = "421 4.7.0 too many errors"

UNKNOWN_COMMAND = "500 5.5.1 command not recognized"
BAD_LINE = "500 5.5.2 a command is one line of text that ends with <CR><LF>"
LINE_TOO_LONG = "500 5.5.6 line too long"
BAD_ARGUMENT = "501 5.5.4 syntax error in parameters"
BAD_ADDRESS = "501 5.1.3 bad address syntax"
BAD_SENDER = "501 5.1.7 bad sender address syntax"
NOT_IMPLEMENTED = "502 5.5.1 command not implemented"
BAD_SEQUENCE = "503 5.5.1 bad sequence of commands"
NOTHING_AFTER_STARTTLS = "503 5.5.1 nothing may follow STARTTLS before its reply"
UNKNOWN_MECHANISM = "504 5.5.4 unrecognized authentication type"
AUTH_REQUIRED = "530 5.7.0 authentication required"
BAD_CREDENTIALS = "535 5.7.8 authentication failed"
NOBODYS = "550 5.7.1 access denied"
AMBIGUOUS_LINES = "550 5.6.11 message has ambiguous line endings"
TOO_LARGE = "552 5.3.4 message is too large"
NEEDS_SMTPUTF8 = "553 5.6.7 an address with non-ASCII characters needs SMTPUTF8"
STRANGER = "554 5.7.1 access denied"
BAD_PARAMETER = "555 5.5.4 parameter not supported"


def queued(queue_id: str) -> str:
    """The reply that promises: the message is stored, durably."""
    return f"250 2.0.0 queued as {queue_id}"


_GENERAL = {
    "500": "5.5.1",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "504": "5.5.4",
    "530": "5.7.0",
    "535": "5.7.8",
}


def with_status(reply: str) -> str:
    """``reply`` with an enhanced status code where it lacks one (the protocol library's own replies do)."""
    general = _GENERAL.get(reply[:3])
    if general is None or reply[4:6] in {"5.", "4."}:
        return reply
    return f"{reply[:3]} {general} {reply[4:]}"
