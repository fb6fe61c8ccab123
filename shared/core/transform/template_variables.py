"""What a template for inserted text may name (docs/transforms/insert-text.md). Stage 4b, for ``render_template``.

Values are plain text: cleaned, bounded, and escaped where they go into HTML. A template sees nothing else of a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from shared.core.message.decode import clean

LONGEST_VALUE = 2_000
"""Characters of one value; what is longer is cut."""
MOST_FILES = 2_000
"""Attachments that a template sees, in the order of the message."""
_WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """One attachment: its name, and its size in decoded bytes. Written out by itself it is its name."""

    name: str
    size: int = 0

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class TemplateVariables:
    """The values for one message. ``now`` is in the tenant's time zone; ``attachments`` are those that the sender attached.

    ``file_name`` is the name of the encrypted ZIP, empty where there is none; ``policy_name`` that of the policy that
    inserts the text; ``language`` the sender's. ``password`` is that of the ZIP, and empty in everything but a password
    notice.
    """

    now: datetime
    sender_address: str = ""
    sender_name: str = ""
    subject: str = ""
    recipient_count: int = 0
    external_count: int = 0
    attachments: tuple[TemplateFile, ...] = ()
    file_name: str = ""
    tenant_name: str = ""
    policy_name: str = ""
    language: Literal["ja", "en"] = "ja"
    password: str = field(default="", repr=False)


SAMPLE = TemplateVariables(
    now=datetime(2024, 3, 13, 9, 30, tzinfo=UTC),
    sender_address="yamada@example.co.jp",
    sender_name="山田 太郎",
    subject="お見積書の件",
    recipient_count=3,
    external_count=2,
    attachments=(TemplateFile("見積書.xlsx", 24_576), TemplateFile("図面.pdf", 1_310_720)),
    file_name="enc_20240313093000.zip",
    tenant_name="サンプル株式会社",
    policy_name="添付ファイル暗号化",
    password="Tanuki-4972",  # noqa: S106  # a sample, nobody's
)
"""Values for previews in the settings editor, and for the trial that a template is put to when it is checked."""

BARE = TemplateVariables(now=SAMPLE.now)
"""The least that a message may have: no attachment, no subject, no name. A template has to bear that too."""


def context(variables: TemplateVariables) -> dict[str, Any]:
    """The names that a template may use, with their values."""
    now = variables.now
    return {
        "sender_address": _text(variables.sender_address),
        "sender_name": _text(variables.sender_name),
        "subject": _text(variables.subject),
        "recipient_count": variables.recipient_count,
        "external_count": variables.external_count,
        "attachments": tuple(TemplateFile(_text(file.name), file.size) for file in variables.attachments[:MOST_FILES]),
        "file_name": _text(variables.file_name),
        "tenant_name": _text(variables.tenant_name),
        "policy_name": _text(variables.policy_name),
        "language": variables.language,
        "password": _text(variables.password),
        "date": _date(now, variables.language),
        "time": f"{now:%H:%M}",
        "year": now.year,
        "month": now.month,
        "day": now.day,
        "weekday": _WEEKDAYS[variables.language][now.weekday()],
    }


def _text(value: str) -> str:
    return clean(value)[:LONGEST_VALUE]


def _date(now: datetime, language: str) -> str:
    return f"{now.year}年{now.month}月{now.day}日" if language == "ja" else f"{now:%Y-%m-%d}"


NAMES: Mapping[str, type] = {name: type(value) for name, value in context(SAMPLE).items()}
"""The names, with the type of their values."""
FILE_FIELDS = frozenset({"name", "size"})
"""What may be asked of one attachment."""
