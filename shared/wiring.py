"""The one composition root: which adapter fulfils which port. Heavy packages load when the first function runs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from shared.settings import ProcessSettings, read_process_settings

if TYPE_CHECKING:
    from shared.app import App


@cache
def build() -> App:
    """The application of this process, made once. Raises ``MisconfiguredProcess`` naming the variable that is wrong."""
    return connect(read_process_settings())


def connect(process: ProcessSettings) -> App:
    """An application on what ``process`` names. No connection is made before the first use of a port."""
    from shared.adapters.audit_log_table import TableAuditLog
    from shared.adapters.backlog_blob_writer import BlobBacklogBoard
    from shared.adapters.bot_tokens_jwt import JwtBotTokens
    from shared.adapters.conversations_table import TableConversations
    from shared.adapters.copies_table import TableCopies
    from shared.adapters.counters_table import TableCounters
    from shared.adapters.delegations_table import TableDelegations
    from shared.adapters.deletions_table import TableDeletions
    from shared.adapters.directory_table import TableDirectory
    from shared.adapters.dns_resolver import DnsResolver
    from shared.adapters.message_lists_table import TableMessageLists
    from shared.adapters.message_store_table import TableMessageStore
    from shared.adapters.metrics_book import metrics_of
    from shared.adapters.notice_ledger_table import TableNoticeLedger
    from shared.adapters.onboarding_table import TableOnboardingLog
    from shared.adapters.parked_work_storage import StorageParkedWork
    from shared.adapters.reachable_networks import ReachableNetworks
    from shared.adapters.remains_storage import StorageRemains
    from shared.adapters.schedule_table import TableSchedule
    from shared.adapters.secrets_source import secrets_of
    from shared.adapters.settings_blob import BlobSettingsStore
    from shared.adapters.sign_on_jwt import JwtSignOnTokens
    from shared.adapters.smtp_next_hop import IDLE_SECONDS, SmtpNextHop
    from shared.adapters.smtp_next_hop_egress import EgressProxy
    from shared.adapters.spool_blob import BlobSpool
    from shared.adapters.stuck_table import TableStuckNotes
    from shared.adapters.system import SystemClock, SystemRandom
    from shared.adapters.teams_connector import ConnectorTeamsMessenger
    from shared.adapters.work_queue_storage import StorageWorkQueue
    from shared.app import App

    clock = SystemClock()
    secrets = secrets_of(process)
    return App(
        process=process,
        clock=clock,
        random=SystemRandom(),
        secrets=secrets,
        spool=BlobSpool(process),
        messages=TableMessageStore(process),
        schedule=TableSchedule(process),
        queue=StorageWorkQueue(process, clock),
        settings=BlobSettingsStore(process),
        directory=TableDirectory(process),
        next_hop=SmtpNextHop(
            process.host_name,
            secrets,
            longest_seconds=0.8 * process.lease_seconds,
            reachable=ReachableNetworks(process.next_hop_networks),
            egress=EgressProxy(process.egress_proxy, process.egress_ca, secrets),
            idle_seconds=IDLE_SECONDS,
        ),
        delegations=TableDelegations(process),
        ledger=TableNoticeLedger(process),
        audit=TableAuditLog(process),
        lists=TableMessageLists(process),
        conversations=TableConversations(process),
        teams=ConnectorTeamsMessenger(process, secrets),
        bot_tokens=JwtBotTokens(process),
        sign_on=JwtSignOnTokens(process),
        copies=TableCopies(process),
        counters=TableCounters(process),
        parked=StorageParkedWork(process),
        stuck=TableStuckNotes(process),
        metrics=metrics_of(process, "matta-functions"),
        backlog=BlobBacklogBoard(process),
        dns=DnsResolver(process.dns_servers),
        remains=StorageRemains(process),
        deletions=TableDeletions(process),
        onboarding=TableOnboardingLog(process),
    )
