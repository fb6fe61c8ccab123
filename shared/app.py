"""``App``: the ports that use cases get, bound together once by ``shared/wiring.py``."""

from __future__ import annotations

from dataclasses import dataclass

from shared.ports import (
    Clock,
    Directory,
    MessageStore,
    Random,
    Schedule,
    Secrets,
    SettingsStore,
    Spool,
    WorkQueue,
)
from shared.ports_copies import Copies
from shared.ports_dns import Dns
from shared.ports_lists import MessageLists
from shared.ports_metrics import Metrics
from shared.ports_next_hop import NextHop
from shared.ports_onboarding import OnboardingLog
from shared.ports_operator import ParkedWork, StuckNotes
from shared.ports_people import AuditLog, Delegations, NoticeLedger
from shared.ports_relay import BacklogBoard
from shared.ports_reports import Counters
from shared.ports_retention import Deletions, Remains
from shared.ports_sign_on import SignOnTokens
from shared.ports_teams import BotTokens, Conversations, TeamsMessenger
from shared.settings import ProcessSettings


@dataclass(frozen=True, slots=True)
class App:
    """One port for each thing that use cases need from the world."""

    process: ProcessSettings
    clock: Clock
    random: Random
    secrets: Secrets
    spool: Spool
    messages: MessageStore
    schedule: Schedule
    queue: WorkQueue
    settings: SettingsStore
    directory: Directory
    next_hop: NextHop
    delegations: Delegations
    ledger: NoticeLedger
    audit: AuditLog
    lists: MessageLists
    conversations: Conversations
    teams: TeamsMessenger
    bot_tokens: BotTokens
    sign_on: SignOnTokens
    counters: Counters
    parked: ParkedWork
    stuck: StuckNotes
    metrics: Metrics
    backlog: BacklogBoard
    dns: Dns
    copies: Copies
    onboarding: OnboardingLog
    remains: Remains
    deletions: Deletions
