"""Replay recent traffic, as it is stored, by draft settings, and count what would have been different (S5, B5).

Nothing is written and nothing acts: messages, settings and directory are read, and figures come back. The directory
answers as it does today. docs/DRY_RUN.md says what can be told from stored metadata and what cannot.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from shared.app import App
from shared.core.message.envelope import Envelope
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.needs import needs_of
from shared.core.policy.reason_codes import ReasonCode, rule_code
from shared.core.policy.tenant_settings import DECODE_ERRORS, TenantSettings, read_settings
from shared.core.replay.figures import Figures
from shared.core.replay.gap import Gap
from shared.core.replay.judge_again import Draft, Judgement
from shared.core.replay.outcome import Cause
from shared.core.replay.past_message import PastMessage
from shared.core.replay.stored_facts import StoredFacts, stored_facts
from shared.core.replay.tally import Tally
from shared.core.settings.merge import effective
from shared.core.settings.scope import TENANT_SCOPE, Scope
from shared.core.settings.scope_settings import ScopeSettings
from shared.errors import InvalidSettings, NotFound, PermanentError
from shared.ports import Group, Person
from shared.usecases.effective_settings import scopes_of
from shared.usecases.match_context import Known, local_time

MOST_MESSAGES = 1_000_000
"""Messages of one replay where the caller names no other number."""
_PROGRESS_EVERY = 200
_MOST_KEPT = 50_000
"""Directory answers, senders and drafts that are kept in memory; beyond that they are asked for anew."""

Key = TypeVar("Key")
Value = TypeVar("Value")
Progress = Callable[[int, datetime], None]
"""Told from time to time: messages read so far, and the moment that the last one was received."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What was replayed, and the figures. ``cut``: there are more messages than the limit, after ``figures.last``."""

    tenant_id: str
    since: datetime
    until: datetime
    time_zone: str
    present_version: int
    limit: int
    cut: bool
    figures: Figures


def replay_traffic(
    app: App,
    draft: TenantSettings,
    since: datetime,
    until: datetime,
    *,
    limit: int = MOST_MESSAGES,
    examples: int = 5,
    most_rows: int = 20,
    progress: Progress | None = None,
) -> Replay:
    """Judge the tenant's relayed messages of ``[since, until)`` by ``draft``; its groups' and users' settings stay.

    Raises ``NotFound`` for a tenant without settings, ``TemporaryError``.
    """
    present = app.settings.tenant(draft.tenant_id)
    tally = Tally(ZoneInfo(draft.time_zone), examples=examples, most_rows=most_rows)
    judge = _Judge(app, draft)
    cut = False
    for past in app.messages.recent(draft.tenant_id, since, until, limit + 1):
        if tally.read == limit:
            cut = True
            break
        tally.add(past, judge(past))
        if progress is not None and tally.read % _PROGRESS_EVERY == 0:
            progress(tally.read, past.ref.received_at)
    tally.name_settings(_names(draft))
    return Replay(draft.tenant_id, since, until, draft.time_zone, present.version, limit, cut, tally.figures())


def draft_settings(document: bytes, present: TenantSettings) -> TenantSettings:
    """A draft out of a settings document; where it does not name tenant id, domains, routes or time zone, they stay.

    Whatever else is missing has its default, as in any settings document. Raises ``InvalidSettings``.
    """
    text = document.removeprefix(codecs.BOM_UTF8)
    try:
        fields = msgspec.json.decode(text)
    except DECODE_ERRORS as error:
        raise InvalidSettings(str(error), public=f"The settings are not valid: {error}") from error
    if not isinstance(fields, dict):
        return read_settings(text)
    kept = msgspec.to_builtins(present)
    stays = {name: kept[name] for name in ("tenant_id", "domains", "routes", "time_zone")}
    draft = read_settings(msgspec.json.encode(stays | fields))
    if draft.tenant_id != present.tenant_id:
        raise InvalidSettings(
            "a draft of another tenant",
            public=f"The settings are not valid: they are of the tenant {draft.tenant_id}, and the traffic is of "
            f"{present.tenant_id} - at `$.tenant_id`",
        )
    return draft


def _names(draft: TenantSettings) -> dict[Cause, str]:
    named = {Cause(rule_code(rule.rule).value, rule.id): rule.name for rule in draft.rules if rule.name}
    codes = [code.value for code in ReasonCode if code.value.startswith("policy.")]
    return named | {Cause(code, policy.id): policy.name for policy in draft.policies if policy.name for code in codes}


class _Judge:
    """Judges one message after the other; what the directory and settings say is asked for once."""

    def __init__(self, app: App, draft: TenantSettings) -> None:
        self._app = app
        self._draft = draft
        self._tenant_id = draft.tenant_id
        self._directory = _Remembered(app)
        self._versions = app.settings.scopes(self._tenant_id)
        self._layers: dict[Scope, ScopeSettings] = {}
        self._of_sender: dict[str, Draft | None] = {}
        self._drafts: dict[int, Draft] = {}
        self._domains: dict[int, frozenset[str] | None] = {}

    def __call__(self, past: PastMessage) -> Judgement:
        """Raises ``TemporaryError``."""
        draft = self._draft_for(past.envelope.reverse_path)
        if draft is None:
            return Judgement((), frozenset({Gap.SETTINGS}))
        settings = draft.settings
        known = Known(self._directory, self._tenant_id, past.envelope, needs_of(settings))
        stored = stored_facts(
            past,
            settings.internal_domains,
            self._domains_then(past.decision.settings_version),
            known.list_members(),
        )
        return draft.judge(stored, self._context(past.envelope, stored, known, past.judged_at))

    def _context(self, envelope: Envelope, stored: StoredFacts, known: Known, judged_at: datetime) -> MatchContext:
        return MatchContext(
            stored.facts,
            local_time=local_time(judged_at, self._draft.time_zone),
            sender_groups=known.sender_groups(),
            managers=known.managers(),
            recipient_groups=known.recipient_groups(),
        )

    def _draft_for(self, sender: str) -> Draft | None:
        """The draft with what the sender's groups and the sender have set; ``None`` where that cannot be read."""
        key = sender.lower() if self._versions else ""
        if key not in self._of_sender:
            _make_room(self._of_sender)
            try:
                self._of_sender[key] = self._merged(sender)
            except PermanentError:
                self._of_sender[key] = None
        return self._of_sender[key]

    def _merged(self, sender: str) -> Draft:
        layers: list[ScopeSettings] = []
        if self._versions and sender:
            for scope in scopes_of(self._app, self._tenant_id, sender, self._versions):
                layers.append(self._layer(scope))
        groups = [layer for layer in layers if layer.level == "group"]
        merged = effective(self._draft, groups, next((layer for layer in layers if layer.level == "user"), None))
        found = self._drafts.get(id(merged.settings))
        if found is None:
            _make_room(self._drafts)
            # The draft holds its settings, so that no other object can get their id while it is kept.
            found = self._drafts[id(merged.settings)] = Draft(merged.settings)
        return found

    def _layer(self, scope: Scope) -> ScopeSettings:
        found = self._layers.get(scope)
        if found is None:
            read = self._app.settings.version(self._tenant_id, scope, self._versions[scope])
            if not isinstance(read, ScopeSettings):
                raise NotFound("settings of a group or user are a tenant's")
            found = self._layers[scope] = read
        return found

    def _domains_then(self, version: int) -> frozenset[str] | None:
        """The internal domains of a version of the tenant's settings; ``None`` where it is not kept."""
        if version not in self._domains:
            try:
                found = self._app.settings.version(self._tenant_id, TENANT_SCOPE, version)
                self._domains[version] = found.internal_domains if isinstance(found, TenantSettings) else None
            except PermanentError:
                self._domains[version] = None
        return self._domains[version]


class _Remembered:
    """The directory with a memory for the time of one replay; only reading is asked of it."""

    def __init__(self, app: App) -> None:
        self._directory = app.directory
        self._people: dict[str, Person | None] = {}
        self._groups: dict[str, Group | None] = {}

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        """See the port."""
        wanted = dict.fromkeys(address.lower() for address in addresses)
        _make_room(self._people)
        if missing := [address for address in wanted if address not in self._people]:
            found = self._directory.people(tenant_id, missing)
            self._people.update({address: found.get(address) for address in missing})
        return {address: person for address in wanted if (person := self._people.get(address)) is not None}

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        """See the port."""
        wanted = dict.fromkeys(id_.casefold() for id_ in ids)
        _make_room(self._groups)
        if missing := [id_ for id_ in wanted if id_ not in self._groups]:
            found = self._directory.groups(tenant_id, missing)
            self._groups.update({id_: found.get(id_) for id_ in missing})
        return {id_: group for id_ in wanted if (group := self._groups.get(id_)) is not None}


def _make_room(kept: MutableMapping[Key, Value]) -> None:
    if len(kept) >= _MOST_KEPT:
        kept.clear()
