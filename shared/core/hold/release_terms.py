"""``ReleaseTerms``: on what terms a message is released (stage 6)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.hold.approval import ApprovalStep


@dataclass(frozen=True, slots=True)
class ReleaseTerms:
    """On what terms a message is released: without some recipients or attachments, with whose approval, and a comment."""

    drop_recipients: tuple[str, ...] = ()
    drop_attachments: tuple[str, ...] = ()
    comment: str = ""
    steps: tuple[ApprovalStep, ...] = ()


AS_IT_IS = ReleaseTerms()
"""Everything to everybody."""
