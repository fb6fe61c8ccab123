"""`./dev send`: send a test message to the running instance's relay, as a mail client would."""

from __future__ import annotations

import argparse
import mimetypes
import smtplib
import sys
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, localtime, make_msgid
from pathlib import Path

from local import endpoints
from local.demo_tenant import CUSTOMER, SENDER
from local.layout import DEFAULT_DIRECTORY, Layout

_BODY = """株式会社ほしぞら
田中様

いつもお世話になっております。
お見積書をお送りします。ご確認ください。

This is a test message of Matta.
"""


def build_message(sender: str, recipients: Sequence[str], subject: str, attachments: Sequence[Path] | None) -> bytes:
    """A message as a mail client writes it. ``attachments`` None means a small one of its own."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Subject"] = subject
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "localhost")
    message.set_content(_BODY)
    if attachments is None:
        message.add_attachment(b"item,price\r\nA,1000\r\n", maintype="text", subtype="csv", filename="見積書.csv")
    for path in attachments or ():
        kind, _, subtype = (mimetypes.guess_type(path.name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(path.read_bytes(), maintype=kind, subtype=subtype, filename=path.name)
    return message.as_bytes()


def read_message(path: Path) -> tuple[bytes, str, list[str]]:
    """An .eml file's bytes, its author, and its To, Cc and Bcc.

    A file with Unix line ends throughout gets the line ends of SMTP; any other is taken byte for byte.
    """
    raw = path.read_bytes()
    if b"\r\n" not in raw:
        raw = raw.replace(b"\n", b"\r\n")
    header = message_from_bytes(raw[: 1024 * 1024])
    authors = [address for _, address in getaddresses(map(str, header.get_all("From", [])))]
    fields = [str(value) for name in ("To", "Cc", "Bcc") for value in header.get_all(name, [])]
    return raw, next(iter(authors), SENDER), [address for _, address in getaddresses(fields) if address]


def send(server: str, sender: str, recipients: Sequence[str], raw: bytes) -> tuple[int, str]:
    """One SMTP transaction with ``host:port``, without smtplib's changes to the bytes; the last reply.

    :raises OSError: no connection, or it broke.
    """
    host, port = server.rsplit(":", 1)

    def is_ascii(*texts: str) -> bool:
        return all(text.isascii() for text in texts)

    with smtplib.SMTP(host, int(port), timeout=120) as client:
        client.ehlo("dev.localhost")
        options = [f"SIZE={len(raw)}"] if client.has_extn("size") else []
        if client.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        if not is_ascii(sender, *recipients):
            options.append("SMTPUTF8")
            client.command_encoding = "utf-8"
        steps = [f"MAIL FROM:<{sender}> {' '.join(options)}".rstrip()]
        steps += [f"RCPT TO:<{recipient}>" for recipient in recipients]
        for command in [*steps, "DATA"]:
            code, text = client.docmd(command)
            if code >= 400:
                return code, f"{text.decode('utf-8', 'replace')} (to {command})"
        stuffed = raw.replace(b"\r\n.", b"\r\n..")
        client.send((b"." if stuffed.startswith(b".") else b"") + stuffed)
        client.send(b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n")
        code, text = client.getreply()
        return code, text.decode("utf-8", "replace")


def main(arguments: Sequence[str]) -> int:
    """Returns 0 when the relay took the message, 1 when not."""
    parser = argparse.ArgumentParser(
        prog="./dev send",
        description="Send a test message to the running instance (./dev up). Without arguments: from a person of the "
        "demo tenant to a customer, with an attachment, so that it is held.",
    )
    parser.add_argument("--from", dest="sender", metavar="A", help=f"envelope and From address (default {SENDER})")
    parser.add_argument("--to", nargs="+", action="extend", metavar="B", help=f"recipients (default {CUSTOMER})")
    parser.add_argument("--subject", default="お見積書の送付", metavar="S")
    parser.add_argument("--attach", type=Path, action="append", metavar="FILE", help="attach a file; may be repeated")
    parser.add_argument("--no-attachment", action="store_true", help="send none, not even the usual small one")
    parser.add_argument("--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's --data")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE.eml", help="send this file's bytes instead")
    options = parser.parse_args(arguments)
    running = endpoints.read(Layout(options.data.absolute()).endpoints)
    if running is None:
        print(f"./dev send: nothing is running in {options.data}; start it with ./dev up", file=sys.stderr)
        return 1
    try:
        if options.file is not None:
            raw, sender, recipients = read_message(options.file)
            sender, recipients = options.sender or sender, options.to or recipients
        else:
            sender, recipients = options.sender or SENDER, options.to or [CUSTOMER]
            attachments = [] if options.no_attachment else options.attach
            raw = build_message(sender, recipients, options.subject, attachments)
        if not recipients:
            print("./dev send: the file names no recipients; give them with --to", file=sys.stderr)
            return 1
        code, text = send(running["smtp"], sender, recipients, raw)
    except OSError as error:
        print(f"./dev send: {error}", file=sys.stderr)
        return 1
    print(f"{code} {text}")
    if code >= 400:
        return 1
    print(f"from {sender} to {', '.join(recipients)}; look into {running['mailbox_web']} and {running['portal']}")
    return 0
