"""Kinds of mail: each shape that passes without a hold, and the ordinary mail that only pretends to be one."""

from __future__ import annotations

import struct
from base64 import b64encode

import pytest

from shared.core.message.facts import MailKind
from tests.support.messages import SENDER, crlf, facts

NONE, DSN, READ, CAL, CAL_REPLY, REPLY, FORWARD = (
    MailKind.ORDINARY, MailKind.DSN, MailKind.READ_RECEIPT, MailKind.CALENDAR, MailKind.CALENDAR_REPLY, MailKind.AUTOMATIC_REPLY, MailKind.AUTOMATIC_FORWARD,
)  # fmt: skip
TEXT = "Content-Type: text/plain\n\nhello"
PDF = "Content-Type: application/pdf; name=a.pdf\n\n%PDF"
STATUS = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; x@y\nAction: failed\nStatus: 5.1.1\n"
DISPOSITION = "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; x@y\nDisposition: manual-action/MDN-sent-manually; displayed\n"
HEADERS = "Content-Type: text/rfc822-headers\n\nSubject: x\n"
MESSAGE = "Content-Type: message/rfc822\n\nSubject: x\n\nsecret"


def multipart(subtype: str, *parts: str, parameters: str = "", headers: str = "") -> str:
    lines = "".join(f"--b\n{part}\n" for part in parts)
    return f"From: <{SENDER}>\n{headers}Content-Type: multipart/{subtype}; boundary=b{parameters}\n\n{lines}--b--\n"


def report(kind: str, *parts: str) -> str:
    return multipart("report", *parts, parameters=f"; report-type={kind}")


def calendar(method: str, stated: str | None = None) -> str:
    return f"Content-Type: text/calendar; method={method}\n\nBEGIN:VCALENDAR\nMETHOD:{stated or method}\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR"


def tnef(message_class: str, files: bool = False) -> str:
    def attribute(level: int, identifier: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, identifier, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    stream = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00078008, message_class.encode() + b"\0")
    stream += attribute(2, 0x00069002, b"\0" * 14) if files else b""
    return f"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{b64encode(stream).decode()}"


def mail(headers: str, sender: str = SENDER) -> str:
    return f"From: <{sender}>\n{headers}\n\nbody\n"


OOF = "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: yamada@example.co.jp"
ANSWER = "\nIn-Reply-To: <q@example.com>"
STRANGER = "buyer@example.org"

KINDS: dict[str, tuple[str, str, MailKind]] = {
    "ordinary": (SENDER, mail("Subject: x"), NONE),
    "dsn": ("", report("delivery-status", TEXT, STATUS, MESSAGE), DSN),
    "dsn with a sender": (SENDER, report("delivery-status", TEXT, STATUS), NONE),
    "null sender alone": ("", mail("Subject: x"), NONE),
    "dsn without status": ("", report("delivery-status", TEXT, PDF), NONE),
    "dsn with empty status": ("", report("delivery-status", TEXT, "Content-Type: message/delivery-status\n\nnothing\n"), NONE),
    "dsn with a fourth part": ("", report("delivery-status", TEXT, STATUS, HEADERS, PDF), NONE),
    "read receipt": (SENDER, report("disposition-notification", TEXT, DISPOSITION), READ),
    "read receipt with headers": (SENDER, report("disposition-notification", TEXT, DISPOSITION, HEADERS), READ),
    "read receipt with the message, null sender": ("", report("disposition-notification", TEXT, DISPOSITION, MESSAGE), READ),
    "read receipt that carries a message out": (SENDER, report("disposition-notification", TEXT, DISPOSITION, MESSAGE), NONE),
    "read receipt with a file": (SENDER, report("disposition-notification", TEXT, DISPOSITION, PDF), NONE),
    "read receipt whose text is a file": (SENDER, report("disposition-notification", PDF, DISPOSITION), NONE),
    "read receipt without disposition": (SENDER, report("disposition-notification", TEXT, "Content-Type: message/disposition-notification\n\nx: y\n"), NONE),
    "read receipt by report type alone": (SENDER, multipart("mixed", TEXT, parameters="; report-type=disposition-notification"), NONE),
    "TNEF read receipt": (SENDER, multipart("mixed", TEXT, tnef("IPM.Microsoft Mail.Read Receipt")), READ),
    "TNEF read receipt by report class": (SENDER, multipart("mixed", TEXT, tnef("REPORT.IPM.Note.IPNRN")), READ),
    "TNEF read receipt with a file inside": (SENDER, multipart("mixed", TEXT, tnef("REPORT.IPM.Note.IPNRN", files=True)), NONE),
    "TNEF read receipt with a file beside": (SENDER, multipart("mixed", TEXT, tnef("REPORT.IPM.Note.IPNRN"), PDF), NONE),
    "TNEF note": (SENDER, multipart("mixed", TEXT, tnef("IPM.Microsoft Mail.Note")), NONE),
    "TNEF meeting response": (SENDER, multipart("mixed", TEXT, tnef("IPM.Microsoft Schedule.MtgRespP")), CAL_REPLY),
    "TNEF meeting request": (SENDER, multipart("mixed", TEXT, tnef("IPM.Microsoft Schedule.MtgReq")), CAL),
    "invitation": (SENDER, multipart("alternative", TEXT, calendar("REQUEST")), CAL),
    "cancellation": (SENDER, multipart("alternative", TEXT, calendar("CANCEL")), CAL),
    "calendar reply": (SENDER, multipart("alternative", TEXT, calendar("REPLY")), CAL_REPLY),
    "calendar reply as the whole message": (SENDER, f"From: <{SENDER}>\n{calendar('reply')}\n", CAL_REPLY),
    "counter proposal": (SENDER, multipart("alternative", TEXT, calendar("COUNTER")), CAL_REPLY),
    "calendar reply with a file": (SENDER, multipart("mixed", TEXT, calendar("REPLY"), PDF), CAL),
    "calendar reply in the parameter only": (SENDER, multipart("alternative", TEXT, calendar("REPLY", "REQUEST")), NONE),
    "calendar reply type on something else": (SENDER, multipart("alternative", TEXT, "Content-Type: text/calendar; method=REPLY\n\nsecret"), NONE),
    "unknown calendar method": (SENDER, multipart("alternative", TEXT, calendar("EXFILTRATE")), NONE),
    "Exchange out-of-office": ("", mail(OOF), REPLY),
    "Exchange out-of-office with a sender and an answer": (SENDER, mail(OOF + ANSWER), REPLY),
    "Exchange out-of-office with a sender and no answer": (SENDER, mail(OOF), FORWARD),
    "RFC 3834": (SENDER, mail("Auto-Submitted: auto-replied" + ANSWER), REPLY),
    "RFC 3834 with parameters": ("", mail("Auto-Submitted: Auto-Replied; owner-email=x"), REPLY),
    "automatic reply that answers nothing": (SENDER, mail("Auto-Submitted: auto-replied"), NONE),
    "suppress header alone": (SENDER, mail("X-Auto-Response-Suppress: All" + ANSWER), NONE),
    "generated mail": (SENDER, mail("Auto-Submitted: auto-generated" + ANSWER), NONE),
    "automatic reply with a file": (SENDER, multipart("mixed", TEXT, PDF, headers="Auto-Submitted: auto-replied\nIn-Reply-To: <q>\n"), NONE),
    "redirected by rule": (SENDER, mail("X-MS-Exchange-Inbox-Rules-Loop: yamada@example.co.jp", STRANGER), FORWARD),
    "redirected by the mailbox's forwarding address": (SENDER, mail("X-MS-Exchange-ForwardingLoop: yamada@example.co.jp", STRANGER), FORWARD),
    "redirected with Resent-From": (SENDER, mail(f"Resent-From: <{SENDER}>", STRANGER), FORWARD),
    "redirected under a rewritten sender": ("yamada+SRS=abc=DE=example.org=buyer@example.co.jp", mail(f"Resent-From: <{SENDER}>", STRANGER), FORWARD),
    "a program's report under an unknown subdomain": (SENDER, mail("Auto-Submitted: auto-generated", STRANGER), NONE),
    "stranger's From without a mark": (SENDER, mail("Subject: x", STRANGER), NONE),
    "forwarded by rule": (SENDER, mail("X-MS-Exchange-Inbox-Rules-Loop: y\nX-MS-Exchange-Organization-AutoForwarded: true"), FORWARD),
    "Resent-From on a colleague's mail": (SENDER, mail(f"Resent-From: <{SENDER}>", "suzuki@example.co.jp"), NONE),
    "AutoForwarded header alone": (SENDER, mail("X-MS-Exchange-Organization-AutoForwarded: true"), NONE),
    "Autoforwarded of RFC 2156 alone": (SENDER, mail("Autoforwarded: true"), NONE),
    "rules loop header alone": (SENDER, mail("X-MS-Exchange-Inbox-Rules-Loop: y"), NONE),
    "sender outside the tenant's domains sends himself": (STRANGER, mail(f"Resent-From: <{STRANGER}>", STRANGER), NONE),
}  # fmt: skip


@pytest.mark.parametrize(("sender", "message", "expected"), KINDS.values(), ids=KINDS.keys())
def test_kind(sender: str, message: str, expected: MailKind) -> None:
    assert facts(crlf(message), sender=sender).kind is expected


def test_an_automatic_reply_goes_to_one_person() -> None:
    data = crlf(mail("Auto-Submitted: auto-replied" + ANSWER))
    assert facts(data, recipients=["a@example.com", "b@example.com"]).kind is MailKind.ORDINARY
