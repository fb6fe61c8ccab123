"""`./dev send`: send a test message to the running instance's relay, as a mail client would."""

from __future__ import annotations

import argparse
import mimetypes
import smtplib
import sys
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from pathlib import Path

from local import endpoints
from local.demo_tenant import CUSTOMER, SENDER
from local.layout import DEFAULT_DIRECTORY, Layout
from local.message_files import bare_address, envelope_for, read_file, sort_out

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


def read_message(file: str) -> bytes:
    """An .eml file's bytes. One with Unix line ends throughout gets those of SMTP; any other is as it is.

    :raises OSError: the file can't be read.
    """
    raw = read_file(file)
    return raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")


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
    parser.add_argument("--from", dest="sender", metavar="A", help=f"sender (default {SENDER}, or the file's)")
    parser.add_argument(
        "--to", nargs="+", action="extend", metavar="B", help=f"recipients (default {CUSTOMER}, or the file's)"
    )
    parser.add_argument("--subject", default="お見積書の送付", metavar="S", help="subject (default %(default)s)")
    parser.add_argument("--attach", type=Path, action="append", metavar="FILE", help="attach a file; may be repeated")
    parser.add_argument("--no-attachment", action="store_true", help="send none, not even the usual small one")
    parser.add_argument("--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's --data")
    parser.add_argument(
        "file", nargs="?", metavar="FILE.eml", help="send this file's bytes instead; - is standard input"
    )
    options = parser.parse_args(arguments)
    files, to = sort_out([options.file] if options.file else [], options.to)
    if len(files) > 1:
        parser.error(f"one FILE.eml at a time, and recipients with an @: {', '.join(files)}")
    chosen = None if options.sender is None else bare_address(options.sender)
    running = endpoints.read(Layout(options.data.absolute()).endpoints)
    if running is None:
        print(f"./dev send: nothing is running in {options.data}; start it with ./dev up", file=sys.stderr)
        return 1
    try:
        if files:
            raw = read_message(files[0])
            envelope = envelope_for(raw, chosen, to)
            sender, recipients = envelope.reverse_path, envelope.recipients
        else:
            sender, recipients = SENDER if chosen is None else chosen, to or (CUSTOMER,)
            attachments = [] if options.no_attachment else options.attach
            raw = build_message(sender, recipients, options.subject, attachments)
        if not recipients:
            print("./dev send: the file names no recipients; give them with --to", file=sys.stderr)
            return 1
        code, text = send(running["smtp"], sender, recipients, raw)
    except OSError as error:
        what = f"cannot read {error.filename}" if error.filename else f"no answer from the relay at {running['smtp']}"
        print(f"./dev send: {what}: {error.strerror or error}", file=sys.stderr)
        return 1
    print(f"{code} {text}")
    if code >= 400:
        return 1
    print(
        f"from {sender or '<>'} to {', '.join(recipients)}; look into {running['mailbox_web']} and {running['portal']}"
    )
    return 0
