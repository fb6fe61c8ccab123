"""What the templates about an approval may call beside the general wording: who is asked, and what was answered. Stage 6."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from shared.core.notice.approval_letter import who_text
from shared.core.notice.approval_sheet import ApprovalSheet, ShownStep, ShownVote
from shared.core.notice.formats import moment_text
from shared.core.text.approval import APPROVAL
from shared.core.text.catalogue import Value
from shared.core.text.language import Language


def approval_parts(sheet: ApprovalSheet, language: Language, zone: tzinfo) -> dict[str, Any]:
    """For ``approval_parts.html``."""

    def text(key: str, **values: Value) -> str:
        return APPROVAL.fill(key, language, values)

    def vote_text(vote: ShownVote) -> str:
        key = "vote.allow" if vote.allow else "vote.deny"
        return text(key, who=who_text(vote.actor, language), when=moment_text(vote.at, zone, language))

    def seat_note(step: ShownStep, seat: str) -> str:
        """What there is to say of a seat that has not answered."""
        notes = [text("page.seat.open" if sheet.open and seat in step.waiting else "page.seat.closed")]
        if seat in step.escalated:
            notes.append(text("page.escalated"))
        if step.fallback:
            notes.append(text("page.fallback"))
        return " · ".join(notes)

    return {
        "approval": sheet,
        "a": text,
        "who": lambda actor: who_text(actor, language),
        "vote_text": vote_text,
        "seat_note": seat_note,
    }
