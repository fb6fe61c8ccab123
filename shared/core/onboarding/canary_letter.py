"""The mail of an inside canary: as small as mail can be, from an administrator's own address. Part of onboarding."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from shared.core.message.domains import normal_domain

TEXT = (
    "This is a test message of Matta. It proves that mail is judged and delivered, and asks for nothing.\r\n"
    "Mattaのテストメールです。判定と配送の動作を確認するためのもので、対応の必要はありません。\r\n"
)
SUBJECT = "Matta test message"


def canary_letter(sender: str, recipient: str, token: str, id_: str, host: str, date: datetime) -> bytes:
    """The message, UTF-8 and CRLF. Addresses are plain ones, without quotes; their domains are written as A-labels."""
    return (
        f"From: <{_header_address(sender)}>\r\n"
        f"To: <{_header_address(recipient)}>\r\n"
        f"Subject: {SUBJECT} {token}\r\n"
        f"Date: {format_datetime(date)}\r\n"
        f"Message-ID: <canary.{id_}@{host}>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
        "\r\n"
        f"{TEXT}"
    ).encode()


def _header_address(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{normal_domain(domain)}"
