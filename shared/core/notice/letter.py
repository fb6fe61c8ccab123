"""``Letter``: the outer form of a mail that Matta writes itself, shared by notices and DSNs (stage 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import EmailPolicy

NOBODY = "undisclosed-recipients:;"
"""What To says where the recipient's address cannot be written as RFC 5322 wants."""
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_PLAIN_LOCAL = re.compile(r"[^\s\x00-\x1f\x7f\"\\]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """From, To, names and time of a mail. ``message_id`` and ``thread_id`` carry their angle brackets.

    ``thread_id`` names the first mail of a series, so that mail clients show the series together.
    """

    sender_name: str
    sender_address: str
    recipient: str
    message_id: str
    date: datetime
    thread_id: str = ""

    @property
    def smtputf8(self) -> bool:
        """Whether an address in it needs SMTPUTF8 (RFC 6531)."""
        return not (self.sender_address.isascii() and self.recipient.isascii())


def letter_policy(letter: Letter) -> EmailPolicy[Any]:
    """How the mail is written: CRLF, encoded words, or raw UTF-8 header fields where an address needs them."""
    from email.policy import SMTP, SMTPUTF8  # its header parser takes 15 ms: only where a mail is really written

    return SMTPUTF8 if letter.smtputf8 else SMTP


def new_message(letter: Letter, subject: str, submitted: str) -> EmailMessage:
    """A message with the header fields of an automatic mail; ``submitted`` is the keyword of RFC 3834 section 5."""
    from email.headerregistry import Address
    from email.message import EmailMessage

    message = EmailMessage(letter_policy(letter))
    message["From"] = Address(letter.sender_name, addr_spec=letter.sender_address)
    message["To"] = mailbox(letter.recipient) or NOBODY
    message["Subject"] = subject
    message["Date"] = format_datetime(letter.date)
    message["Message-ID"] = letter.message_id
    if letter.thread_id and letter.thread_id != letter.message_id:
        message["In-Reply-To"] = letter.thread_id
        message["References"] = letter.thread_id
    message["Auto-Submitted"] = submitted
    # Exchange: no out-of-office reply, receipt or DSN in return ([MS-OXCMAIL] section 2.2.3.2.14).
    message["X-Auto-Response-Suppress"] = "All"
    return message


def safe_message_id(text: str) -> str:
    """A stranger's Message-ID where it is plain enough to be repeated in References, else ``""``."""
    return text if _MESSAGE_ID.fullmatch(text) else ""


def mailbox(address: str, name: str = "") -> Address | None:
    """An address as a header field names it; ``None`` where it cannot be written as RFC 5322 wants."""
    from email.errors import HeaderParseError
    from email.headerregistry import Address

    local, _, domain = address.rpartition("@")
    if not local or not _PLAIN_LOCAL.fullmatch(local) or len(address) > 320:
        return None
    try:
        return Address(name, username=local, domain=domain)
    except (HeaderParseError, ValueError, IndexError):
        return None
