"""Judge a message without acting: the facts, the decision, and why, as a document ready for JSON (stages parse, decide).

It takes the steps that relayed mail takes, so what it says is what would happen. Pure: it reads nothing but its
arguments. The document's fields are stable and described in docs/POLICY.md.
"""

from __future__ import annotations

import codecs
import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.core.message.envelope import Envelope
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.core.message.source import Buffer
from shared.core.policy.decision import Argument, DecisionPart, Reason
from shared.core.policy.explain_decision import explain_decision
from shared.core.policy.tenant_settings import DECODE_ERRORS, NextHopServer, Route, TenantSettings, read_settings
from shared.core.text.language import Language
from shared.core.text.reasons import reason_title, render
from shared.errors import InvalidSettings
from shared.usecases.check_outgoing import check_outgoing
from shared.usecases.judge_message import judge_message
from shared.usecases.match_context import WhoIsWho

NO_DOMAIN = "invalid"
"""The tenant's domain where not even the sender has one: a name that can never exist (RFC 2606)."""
_LONGEST_DOMAIN = 255
TENANT = "judge"
"""Tenant id where the settings name none."""


def judge(
    data: Buffer,
    envelope: Envelope,
    settings: TenantSettings,
    *,
    language: Language,
    queue_id: str = "",
    now: datetime | None = None,
    directory: WhoIsWho | None = None,
    explain: bool = False,
) -> dict[str, Any]:
    """The judgement of one message as plain dictionaries, lists, strings and numbers.

    Without a ``queue_id`` one is made from the content, so that the same message always has the same. No keys are at
    hand: Matta's own marks cannot be verified. Without ``directory`` nobody's groups and manager are known and lists count
    as one recipient; without ``now`` no condition on time matches. ``explain`` adds how every condition was answered.
    """
    ref = MessageRef(settings.tenant_id, queue_id or content_queue_id(data))
    judged = judge_message(data, envelope, settings, ref, now=now, directory=directory)
    facts, decision = judged.facts, judged.decision
    document: dict[str, Any] = {
        "queue_id": ref.queue_id,
        "settings_version": decision.settings_version,
        "kind": facts.kind,
        "disposition": decision.disposition,
        "facts": facts,
        "parts": [_part(part, language) for part in decision.parts],
        "delay_minutes": decision.delay_minutes,
        "route": decision.route,
        "notify_sender": decision.notify_sender,
        "reject_text": decision.reject_text,
        "approvals": decision.approvals,
        "notes": [_reason(reason, language) for reason in decision.notes],
        "skipped": [_reason(reason, language) for reason in decision.skipped],
    }
    if explain:
        document["explanation"] = None if judged.context is None else explain_decision(settings, judged.context)
    plain: dict[str, Any] = printable(msgspec.to_builtins(document))
    plain["facts"]["protections"].sort()
    return plain


def content_queue_id(data: Buffer) -> str:
    """A queue id that only the content decides; its time is the beginning of 1970, which no received message has."""
    return new_queue_id(datetime(1970, 1, 1, tzinfo=UTC), hashlib.sha256(data).digest()[:RANDOM_BYTES])


def default_settings(domain: str) -> TenantSettings:
    """A new tenant whose one domain is ``domain``, with the rules that a new tenant has."""
    usable = domain and not any(character.isspace() or character in "@/\\?#" for character in domain)
    return TenantSettings(
        tenant_id=TENANT,
        domains=(domain[:_LONGEST_DOMAIN] if usable else NO_DOMAIN,),
        routes=(Route(servers=(NextHopServer(host="localhost"),)),),
    )


def settings_for(document: bytes, domain: str) -> TenantSettings:
    """A settings document, where what judging does not need may be missing: tenant id, routes, domains (``domain``).

    Raises ``InvalidSettings``.
    """
    text = document.removeprefix(codecs.BOM_UTF8)
    try:
        fields = msgspec.json.decode(text)
    except DECODE_ERRORS as error:
        raise InvalidSettings(str(error), public=f"The settings are not valid: {error}") from error
    if not isinstance(fields, dict):
        return _checked(text)
    least = msgspec.to_builtins(default_settings(domain))
    required = {name: least[name] for name in ("tenant_id", "domains", "routes")}
    return _checked(msgspec.json.encode(required | fields))


def _checked(document: bytes) -> TenantSettings:
    settings = read_settings(document)
    check_outgoing(settings)
    return settings


def _part(part: DecisionPart, language: Language) -> dict[str, Any]:
    return {
        "recipients": part.recipients,
        "disposition": part.disposition,
        "reasons": [_reason(reason, language) for reason in part.reasons],
        "transforms": [
            {"name": call.name, "arguments": msgspec.json.decode(call.arguments)} for call in part.transforms
        ],
        "added_recipients": part.added_recipients,
    }


def _reason(reason: Reason, language: Language) -> dict[str, Any]:
    args: dict[str, Argument] = dict(reason.args)
    return {
        "code": reason.code,
        "args": args,
        "text": render(reason, language),
        "title": reason_title(reason, language),
        "anchors": reason.anchors,
        "rule_id": reason.rule_id,
        "name": reason.name,
        "description": reason.description,
    }


def printable(value: Any) -> Any:
    """The same plain document with every string writable as UTF-8: half of a surrogate pair becomes a replacement mark."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value
