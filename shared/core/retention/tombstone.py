"""The change of state by which a message loses its content. Pure; committed before the first byte is deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.core.hold.change import make_change
from shared.core.hold.password_notice import NoticeState, PasswordNotice
from shared.core.hold.record import SYSTEM, Change, EventCode, MessageRecord
from shared.core.retention.standing import ended_at

_STILL_POSSIBLE = frozenset({NoticeState.PAUSED, NoticeState.MANUAL, NoticeState.WAITING})


def lose_content(record: MessageRecord, days: int, now: datetime) -> Change:
    """The record without sealed passwords and signatures, saying that and when its content went.

    Raises ``ValueError`` for a message without an end, or one that has lost its content already.
    """
    if ended_at(record) is None or record.body_deleted_at is not None:
        raise ValueError("only a message that has come to its end can lose its content, once")
    bare = replace(
        record,
        ended_at=ended_at(record),
        body_deleted_at=now,
        variants=tuple(replace(variant, password=b"", signature=b"") for variant in record.variants),
        passwords=tuple(_closed(notice, now) for notice in record.passwords),
    )
    return make_change(bare, EventCode.BODY_DELETED, SYSTEM, now, (("days", str(days)),))


def _closed(notice: PasswordNotice, now: datetime) -> PasswordNotice:
    """Nobody can send a password that is gone."""
    if notice.state not in _STILL_POSSIBLE:
        return notice
    return replace(notice, state=NoticeState.DELETED, due_at=None, left_seconds=0, changed_at=now)
