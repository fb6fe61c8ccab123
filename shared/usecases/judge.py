"""Judge a message without acting: the facts, the decision, and why, as a document ready for JSON (stages parse, decide).

It goes the way that relayed mail goes (``facts_and_decision``), so what it says is what would happen. Pure: it reads
nothing but its arguments. The document's fields are stable and described in docs/POLICY.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.core.message.build_facts import build_facts
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MessageFacts
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.core.message.keys import SigningKey
from shared.core.message.source import Buffer
from shared.core.policy.decision import Argument, Decision, DecisionPart, Reason
from shared.core.policy.evaluate import decide, hold_for_error
from shared.core.policy.tenant_settings import NextHopServer, Route, TenantSettings, read_settings
from shared.core.text.language import Language
from shared.core.text.reasons import reason_title, render
from shared.errors import InvalidSettings, TemporaryError

NO_DOMAIN = "invalid"
"""The tenant's domain where not even the sender has one: a name that can never exist (RFC 2606)."""
TENANT = "judge"
"""Tenant id where the settings name none."""


def facts_and_decision(
    data: Buffer,
    envelope: Envelope,
    settings: TenantSettings,
    *,
    ref: MessageRef,
    list_members: Mapping[str, int],
    trace_keys: Sequence[SigningKey],
    on_error: Callable[[str, Exception], None] | None = None,
) -> tuple[MessageFacts, Decision]:
    """What is known about a message and what happens to it. An error on the way is a hold (architecture.md 4).

    ``on_error`` is told of each error with the id of the rule it happened in (``""`` outside rules), for the log.
    Raises ``TemporaryError`` only.
    """
    try:
        facts = build_facts(
            data,
            envelope,
            internal_domains=settings.internal_domains,
            list_members=list_members,
            trace_keys=trace_keys,
            ref=ref,
        )
    except TemporaryError:
        raise
    except Exception as error:  # whatever it is: never a delivery, never a loss
        if on_error is not None:
            on_error("", error)
        facts = MessageFacts(envelope=envelope, recipients=(), size=len(data), unreadable="internal-error")
        return facts, hold_for_error(envelope, settings.version)
    return facts, decide(facts, settings, on_error=on_error)


def judge(
    data: Buffer, envelope: Envelope, settings: TenantSettings, *, language: Language, queue_id: str = ""
) -> dict[str, Any]:
    """The judgement of one message as plain dictionaries, lists, strings and numbers.

    Without a ``queue_id`` one is made from the content, so that the same message always has the same. No directory and
    no keys are at hand: lists count as one recipient, and Matta's own marks cannot be verified.
    """
    ref = MessageRef(settings.tenant_id, queue_id or content_queue_id(data))
    facts, decision = facts_and_decision(data, envelope, settings, ref=ref, list_members={}, trace_keys=())
    document = {
        "queue_id": ref.queue_id,
        "settings_version": decision.settings_version,
        "kind": facts.kind,
        "disposition": decision.disposition,
        "facts": facts,
        "parts": [_part(part, language) for part in decision.parts],
    }
    plain: dict[str, Any] = _printable(msgspec.to_builtins(document, order="deterministic"))
    return plain


def content_queue_id(data: Buffer) -> str:
    """A queue id that only the content decides; its time is the beginning of 1970, which no received message has."""
    return new_queue_id(datetime(1970, 1, 1, tzinfo=UTC), hashlib.sha256(data).digest()[:RANDOM_BYTES])


def default_settings(envelope: Envelope) -> TenantSettings:
    """A new tenant whose one domain is the sender's, with the rules that a new tenant has."""
    return TenantSettings(
        tenant_id=TENANT,
        domains=(_sender_domain(envelope),),
        routes=(Route(servers=(NextHopServer(host="localhost"),)),),
    )


def settings_for(document: bytes, envelope: Envelope) -> TenantSettings:
    """A settings document, where what judging does not need may be missing: tenant id, routes, domains (the sender's).

    Raises ``InvalidSettings``.
    """
    try:
        fields = msgspec.json.decode(document)
    except msgspec.DecodeError as error:
        raise InvalidSettings(str(error), public=f"The settings are not valid: {error}") from error
    if not isinstance(fields, dict):
        return read_settings(document)
    least = msgspec.to_builtins(default_settings(envelope))
    required = {name: least[name] for name in ("tenant_id", "domains", "routes")}
    return read_settings(msgspec.json.encode(required | fields))


def _sender_domain(envelope: Envelope) -> str:
    domain = envelope.reverse_path.rpartition("@")[2].lower() if "@" in envelope.reverse_path else ""
    usable = domain and not any(character.isspace() or character in "/\\?#" for character in domain)
    return domain[:255] if usable else NO_DOMAIN


def _part(part: DecisionPart, language: Language) -> dict[str, Any]:
    return {
        "recipients": part.recipients,
        "disposition": part.disposition,
        "reasons": [_reason(reason, language) for reason in part.reasons],
        "transforms": [
            {"name": call.name, "arguments": msgspec.json.decode(call.arguments)} for call in part.transforms
        ],
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


def _printable(value: Any) -> Any:
    """The same document with every string writable as UTF-8: half of a surrogate pair becomes a replacement mark."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
