"""The after-queue filter of the baseline: what a plain Python content filter behind Postfix does with a message.

`python -m bench.python_filter PORT REENTRY_PORT`: takes a message from Postfix over SMTP, parses it with the `email`
package, asks what Matta's rules R1 to R6 ask (attachments, external recipients, blank subject), and gives it back to
Postfix at REENTRY_PORT. Everything passes. Nothing is stored here: Postfix keeps the message until it is given back.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import smtplib
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session

INTERNAL_DOMAINS = frozenset(("aozora.example", "aozora-sales.example"))


def reasons(content: bytes, recipients: list[str]) -> list[str]:
    """The names of the rules that match."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    external = {domain for r in recipients if (domain := r.rpartition("@")[2].lower()) not in INTERNAL_DOMAINS}
    matches = {
        "has-attachments": any(part.get_filename() for part in message.walk()),
        "recipient-external": bool(external),
        "several-external-domains": len(external) > 1,
        "recipient-count": len(recipients) >= 20,
        "subject-blank": not str(message["Subject"] or "").strip(),
    }
    return [name for name, matched in matches.items() if matched]


class Filter:
    """aiosmtpd's hook for the end of data."""

    def __init__(self, reentry_port: int) -> None:
        self._reentry_port = reentry_port

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Judge, and hand back before the answer, so that Postfix keeps the message if that fails."""
        content = envelope.original_content or b""
        matched = reasons(content, envelope.rcpt_tos)
        await asyncio.to_thread(self._hand_back, envelope.mail_from or "", envelope.rcpt_tos, content)
        return f"250 2.0.0 passed, {len(matched)} rules matched"

    def _hand_back(self, sender: str, recipients: list[str], content: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self._reentry_port, local_hostname="filter.localhost") as connection:
            connection.sendmail(sender, recipients, content)


async def serve(port: int, reentry_port: int) -> None:
    """Listen on 127.0.0.1 until cancelled."""
    loop = asyncio.get_running_loop()
    handler = Filter(reentry_port)
    server = await loop.create_server(
        lambda: SMTP(handler, loop=loop, hostname="filter.localhost"), "127.0.0.1", port, backlog=256
    )
    await server.serve_forever()


if __name__ == "__main__":
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
