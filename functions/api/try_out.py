"""Dry run: one uploaded message, or recent traffic, by the present settings or by drafts. Nothing acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import msgspec

from functions.api.pages import Moment, moment_in
from functions.api.route import Call, Routes
from functions.api.scopes import LARGEST_SETTINGS
from shared.core.access.roles import Right
from shared.core.policy.decision import Decision, DecisionPart, Disposition, Reason
from shared.core.policy.explain_decision import DecisionExplanation
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.scope_settings import ScopeSettings
from shared.core.text.language import Language
from shared.core.text.reasons import reason_title, render
from shared.usecases.apply_decision import Applied
from shared.usecases.judge import printable
from shared.usecases.replay_traffic import Replay
from shared.usecases.try_message import Trial, try_message, try_traffic

routes = Routes("Dry run")

LARGEST_MESSAGE = 10 * 1024 * 1024
MOST_RECIPIENTS = 1000

TriedAddress = Annotated[str, msgspec.Meta(max_length=320, pattern=r"^[^\s<>]*\Z")]


class TryOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message as base64, and by what it is judged.

    ``sender`` and ``recipients`` are read from its header where they are left out. ``draft`` stands in place of the
    tenant's settings, ``scope_draft`` of those of a group or a person; ``at`` is the time of judging, else now.
    """

    message: Annotated[bytes, msgspec.Meta(min_length=1, max_length=LARGEST_MESSAGE)]
    sender: TriedAddress | None = None
    recipients: Annotated[tuple[TriedAddress, ...], msgspec.Meta(max_length=MOST_RECIPIENTS)] | None = None
    draft: TenantSettings | None = None
    scope_draft: ScopeSettings | None = None
    at: Moment | None = None


class TriedReason(msgspec.Struct, frozen=True, kw_only=True):
    """A reason in the reader's language; ``id`` is the rule or policy that it comes from."""

    code: str
    id: str
    name: str
    title: str
    text: str
    description: str


class TriedPart(msgspec.Struct, frozen=True, kw_only=True):
    """What would happen to some recipients, and why."""

    recipients: tuple[str, ...]
    added_recipients: tuple[str, ...]
    disposition: Disposition
    reasons: tuple[TriedReason, ...]
    transforms: tuple[str, ...]


class TriedForm(msgspec.Struct, frozen=True, kw_only=True):
    """One outgoing form: for whom, by which transforms, how large; ``file_name`` is its encrypted archive's.

    ``notes`` are what the transforms tell of themselves. ``problem`` says why it could not be made.
    """

    name: str
    recipients: tuple[str, ...]
    transforms: tuple[str, ...]
    size: int
    file_name: str
    notes: tuple[tuple[str, str, str], ...]
    problem: str


class TryResult(msgspec.Struct, frozen=True, kw_only=True):
    """What would be decided about the message, what it would become, and how every policy and rule was answered."""

    sender: str
    recipients: tuple[str, ...]
    kind: str
    size: int
    disposition: Disposition
    settings_version: int
    parts: tuple[TriedPart, ...]
    forms: tuple[TriedForm, ...]
    approvals: tuple[str, ...]
    delay_minutes: int
    route: str
    reject_text: str
    notes: tuple[TriedReason, ...]
    skipped: tuple[TriedReason, ...]
    explanation: DecisionExplanation | None


class ReplayWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which settings (left out: the present ones), how many days back, and at most how many messages."""

    draft: TenantSettings | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7
    limit: Annotated[int, msgspec.Meta(ge=1, le=20_000)] = 5_000


@routes.add(
    "POST",
    "/try",
    Right.OWN,
    Right.READ_SETTINGS,
    summary="What would become of a message",
    body=TryOut,
    returns=TryResult,
    largest_body=LARGEST_MESSAGE * 4 // 3 + 2 * LARGEST_SETTINGS,
    cost=30,
)
def try_a_message(call: Call) -> Any:
    """Nothing is stored or sent. The sender is the caller, or somebody whose settings they may see."""
    asked: TryOut = call.body
    trial = Trial(asked.message, asked.sender, asked.recipients, asked.draft, asked.scope_draft, moment_in(asked.at))
    tried = try_message(call.app, call.principal, trial)
    decision, language = tried.decision, call.language
    result = TryResult(
        sender=tried.envelope.reverse_path,
        recipients=tried.envelope.recipients,
        kind=tried.kind,
        size=len(asked.message),
        disposition=decision.disposition,
        settings_version=decision.settings_version,
        parts=tuple(_part(part, language) for part in decision.parts),
        forms=tuple(map(_form, tried.forms)),
        approvals=_approvals(decision),
        delay_minutes=decision.delay_minutes,
        route=decision.route,
        reject_text=decision.reject_text,
        notes=_reasons(decision.notes, language),
        skipped=_reasons(decision.skipped, language),
        explanation=tried.explanation,
    )
    return printable(msgspec.to_builtins(result))  # addresses and headers can hold what is no text


@routes.add(
    "POST",
    "/try/replay",
    Right.READ_SETTINGS,
    summary="What would have become of recent messages",
    body=ReplayWish,
    returns=Replay,
    largest_body=LARGEST_SETTINGS,
    cost=60,
)
def replay(call: Call) -> Replay:
    """Judges stored metadata; docs/DRY_RUN.md says what that can tell. ``cut``: there were more than the limit."""
    asked: ReplayWish = call.body
    return try_traffic(call.app, call.principal, asked.draft, timedelta(days=asked.days), asked.limit)


def _part(part: DecisionPart, language: Language) -> TriedPart:
    return TriedPart(
        recipients=part.recipients,
        added_recipients=part.added_recipients,
        disposition=part.disposition,
        reasons=_reasons(part.reasons, language),
        transforms=tuple(call.name for call in part.transforms),
    )


def _form(form: Applied) -> TriedForm:
    return TriedForm(
        name=form.name,
        recipients=form.envelope.recipients,
        transforms=tuple(call.name for call in form.transforms),
        size=len(form.data),
        file_name=form.file_name,
        notes=form.notes,
        problem=form.problem,
    )


def _approvals(decision: Decision) -> tuple[str, ...]:
    return tuple(dict.fromkeys(call.policy_name or call.policy for call in decision.approvals))


def _reasons(reasons: tuple[Reason, ...], language: Language) -> tuple[TriedReason, ...]:
    return tuple(
        TriedReason(
            code=reason.code,
            id=reason.rule_id,
            name=reason.name,
            title=reason_title(reason, language),
            text=render(reason, language),
            description=reason.description,
        )
        for reason in reasons
    )
