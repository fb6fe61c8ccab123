"""For every registered transform, arguments to try it with on any message: ``test_every_transform`` runs them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.core.transform.add_header import AddHeader
from shared.core.transform.bcc_conversion import BccConversion
from shared.core.transform.boss_copy import BossCopy
from shared.core.transform.drop_attachments import DropAttachments
from shared.core.transform.drop_recipients import DropRecipients
from shared.core.transform.insert_text import InsertText
from shared.core.transform.remove_header import RemoveHeader
from shared.core.transform.remove_subject_mark import RemoveSubjectMark


@dataclass(frozen=True)
class Sample:
    """``fields`` are the fields of the message's own header that may change, lower case; ``body`` whether more may.

    ``again``: whether it may be done to what it made. Part numbers are those of the message as it came in.
    """

    id: str
    arguments: Any
    fields: frozenset[str] = field(default_factory=frozenset)
    body: bool = False
    again: bool = True


_OF_THE_BODY = frozenset(
    {f"content-{word}" for word in ("type", "transfer-encoding", "disposition", "id", "description", "md5", "location")}
    | {"mime-version"}
)
_ADDRESSED = frozenset({"to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"})
_TO_CC = frozenset({"to", "cc", "bcc", "resent-bcc"})

SAMPLES: Mapping[str, tuple[Sample, ...]] = {
    "add-header": (
        Sample("new", AddHeader("X-Policy", "checked"), frozenset({"x-policy"})),
        Sample("japanese", AddHeader("X-Policy", "社外秘の資料を含みます。" * 12), frozenset({"x-policy"})),
        Sample("once-only", AddHeader("Reply-To", "desk@example.co.jp"), frozenset({"reply-to"})),
    ),
    "bcc-conversion": (
        Sample("all", BccConversion(), _TO_CC),
        Sample("all-sender-to-to", BccConversion((), "yamada@example.co.jp"), _TO_CC),
        Sample("external", BccConversion(("example.com", "franz.ww.tu-berlin.de")), _TO_CC),
        Sample("external-sender-to-to", BccConversion(("example.co.jp",), "yamada@example.co.jp"), _TO_CC),
    ),
    "boss-copy": (
        Sample("cc", BossCopy("cc", ("boss@example.co.jp",), ("boss@example.co.jp",)), frozenset({"cc"})),
        Sample("cc-two", BossCopy("cc", ("boss@example.co.jp", "上司@例え.example"), ()), frozenset({"cc"})),
        Sample("bcc", BossCopy("bcc", ("boss@example.co.jp",), ("boss@example.co.jp",))),
    ),
    "drop-attachments": (
        Sample("text-is-no-file", DropAttachments(("1",)), _OF_THE_BODY | {"content-length"}, True, again=False),
        Sample("nothing", DropAttachments()),
    ),
    "drop-recipients": (
        Sample("nobody", DropRecipients(("nobody@nowhere.example",))),
        Sample("some", DropRecipients(("b@example.com", "yamada@example.co.jp", "info@example.com")), _ADDRESSED),
    ),
    "insert-text": (
        Sample("ascii-top", InsertText("Checked.\nSecond line.", place="top"), _OF_THE_BODY, True),
        Sample("ascii-bottom", InsertText("Checked.\nSecond line."), _OF_THE_BODY, True),
        Sample("kanji-top", InsertText("確認済みです。", "<p>確認済みです。</p>", "top"), _OF_THE_BODY, True),
        Sample("kanji-bottom", InsertText("確認済みです。", "<p>確認済みです。</p>"), _OF_THE_BODY, True),
        Sample("fits-utf-8-alone", InsertText("①😀 é", "<p>①😀 é</p>"), _OF_THE_BODY, True),
    ),
    "remove-header": (
        Sample("absent", RemoveHeader("X-Nobody-Has-This"), frozenset()),
        Sample("x-mailer", RemoveHeader("x-mailer"), frozenset({"x-mailer"})),
        Sample("user-agent", RemoveHeader("User-Agent"), frozenset({"user-agent"})),
    ),
    "remove-subject-mark": (
        Sample("send", RemoveSubjectMark("[[send]]"), frozenset({"subject", "thread-topic"})),
        Sample("letter", RemoveSubjectMark("e"), frozenset({"subject", "thread-topic"})),
        Sample("kanji", RemoveSubjectMark("件"), frozenset({"subject", "thread-topic"})),
    ),
}
