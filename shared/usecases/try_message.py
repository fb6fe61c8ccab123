"""Dry run for somebody who is signed on (product.md S5): one uploaded message, or recent traffic, by draft settings.

Nothing acts: nothing is stored, sent or told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.message.envelope import Envelope
from shared.core.message.header_envelope import header_author, header_envelope
from shared.core.message.identity import MessageRef
from shared.core.policy.decision import Decision
from shared.core.policy.explain_decision import DecisionExplanation, explain_decision
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.hidden import with_passwords_of
from shared.core.settings.merge import effective
from shared.core.settings.scope import TENANT_SCOPE
from shared.core.settings.scope_settings import Document, ScopeSettings, scope_of
from shared.errors import NotFound
from shared.usecases.apply_decision import Applied, apply_decision
from shared.usecases.change_settings import check_edit
from shared.usecases.effective_settings import scopes_of
from shared.usecases.identify import groups_of
from shared.usecases.judge import content_queue_id
from shared.usecases.judge_message import judge_message
from shared.usecases.reach_settings import reach_settings, reach_to_change
from shared.usecases.replay_traffic import Replay, replay_traffic

LONGEST_REPLAY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Trial:
    """A message and by what it is judged. ``sender`` and ``recipients`` are ``None`` where the header is to tell them.

    ``draft`` stands in place of the tenant's settings, ``scope_draft`` of those of a group or person; ``at`` is the time
    of judging, ``None`` for now.
    """

    data: bytes
    sender: str | None = None
    recipients: tuple[str, ...] | None = None
    draft: TenantSettings | None = None
    scope_draft: ScopeSettings | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What would be decided and why, and every outgoing form. ``explanation`` is ``None`` for what cannot be read."""

    envelope: Envelope
    kind: str
    decision: Decision
    explanation: DecisionExplanation | None
    forms: tuple[Applied, ...]


def try_message(app: App, who: Principal, trial: Trial) -> Tried:
    """Judge the message as its sender's. Raises ``NotFound`` where the principal may not see how that sender's mail is
    judged, ``MayNotChange`` for a draft of what they may not change, ``InvalidSettings`` for a draft that could not be
    saved, ``TemporaryError``.
    """
    found = header_envelope(trial.data)
    sender = found.reverse_path if trial.sender is None else trial.sender
    recipients = found.recipients if trial.recipients is None else trial.recipients
    ascii_only = all(address.isascii() for address in (sender, *recipients))
    envelope = Envelope(sender, recipients, smtputf8=not ascii_only, body=found.body)
    person = sender or header_author(trial.data)
    _check_reach(app, who, person)
    settings = _settings(app, who, person, trial)
    now = trial.at or app.clock.now()
    ref = MessageRef(who.tenant_id, content_queue_id(trial.data))
    judged = judge_message(trial.data, envelope, settings, ref, now=now, directory=app.directory)
    decision, forms = apply_decision(trial.data, envelope, settings, now, app.random.token, app.directory)
    explanation = None if judged.context is None else explain_decision(settings, judged.context)
    return Tried(envelope, judged.facts.kind, decision, explanation, forms)


def try_traffic(app: App, who: Principal, draft: TenantSettings | None, span: timedelta, limit: int) -> Replay:
    """Judge the tenant's recent messages by a draft, or by the present settings. Raises as ``try_message``."""
    if not (who.reaches_all(Right.READ_SETTINGS) and who.reaches_all(Right.READ_MESSAGES)):
        raise NotFound("not their traffic")
    now = app.clock.now()
    wanted = app.settings.tenant(who.tenant_id) if draft is None else _draft(app, who, draft)
    if not isinstance(wanted, TenantSettings):
        raise NotFound("no settings of the tenant")
    return replay_traffic(app, wanted, now - min(span, LONGEST_REPLAY), now, limit=limit)


def _check_reach(app: App, who: Principal, person: str) -> None:
    if who.is_person(person) or who.reaches_all(Right.READ_SETTINGS):
        return
    if not (person and who.reaches(Right.READ_SETTINGS, groups_of(app, who.tenant_id, person))):
        raise NotFound("not their mail")


def _settings(app: App, who: Principal, person: str, trial: Trial) -> TenantSettings:
    """The effective settings of the sender, with the drafts in place of what is stored."""
    tenant_id = who.tenant_id
    tenant = app.settings.tenant(tenant_id) if trial.draft is None else _draft(app, who, trial.draft)
    drafted = None if trial.scope_draft is None else _draft(app, who, trial.scope_draft)
    among = dict(app.settings.scopes(tenant_id))
    if drafted is not None:
        among.setdefault(scope_of(drafted), 0)
    layers: list[ScopeSettings] = []
    for scope in scopes_of(app, tenant_id, person, among) if person else ():
        is_drafted = drafted is not None and scope == scope_of(drafted)
        layer = drafted if is_drafted else app.settings.version(tenant_id, scope, among[scope])
        if isinstance(layer, ScopeSettings):
            layers.append(layer)
    if not isinstance(tenant, TenantSettings):
        raise NotFound("no settings of the tenant")
    groups = [layer for layer in layers if layer.level == "group"]
    return effective(tenant, groups, next((layer for layer in layers if layer.level == "user"), None)).settings


def _draft(app: App, who: Principal, draft: Document) -> Document:
    """The draft as it would be saved."""
    scope = scope_of(draft)
    if scope == TENANT_SCOPE:
        reach_settings(app, who, scope)  # who sees all settings may ask what others would do
    else:
        reach_to_change(app, who, scope)
    present = app.settings.present(who.tenant_id, scope)
    if draft.tenant_id != who.tenant_id:
        raise NotFound("a draft of another tenant")
    whole = with_passwords_of(draft, present)
    check_edit(app, whole)
    return whole
