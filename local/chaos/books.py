"""Collects the ledgers of a run: the next hop's files, Matta's records and events, the functions' log.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from local.chaos.ledgers import Answer, Books, Hit, Letter, Recorded, Report, Standing, Storing, Told, Unclear
from local.chaos.letters import digest, number_in
from local.chaos.plan import SENDERS
from local.mailbox.store import MailStore, StoredMessage
from shared.adapters.storage_clients import container_client
from shared.app import App
from shared.core.hold.record import EventCode, MessageRecord, State
from shared.core.message.identity import MessageRef, ref_from_blob_name
from shared.ports import Stored

_OWN_FIELDS = re.compile(rb"(?:(?:Received|X-Matta-[A-Za-z-]+):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*")
_QUEUE_ID = re.compile(rb"^X-Matta-Trace: v1; id=(\w{26});", re.MULTILINE)
_REPORTED = re.compile(r"^<dsn-\d+\.([0-9a-z]{26})@")
_ENDS_AN_ATTEMPT = frozenset([EventCode.DEFERRED, EventCode.DELIVERED, EventCode.PARTLY_DELIVERED, EventCode.BOUNCED])
_THREADS = 4


def spooled(app: App, since: datetime) -> Sequence[MessageRef]:
    """Every message that the relay has committed since a moment."""
    until = datetime.now(UTC) + timedelta(seconds=2)
    return sorted(entry.ref for entry in app.spool.committed_since(since, until))


def own_mail(app: App, since: datetime) -> Sequence[MessageRef]:
    """Every notice and report that Matta has written since a moment: they go the way of all mail."""
    found = []
    for blob in container_client(app.process, "outgoing").list_blobs():
        with contextlib.suppress(ValueError):  # forms of messages lie there, too
            if blob.last_modified >= since:
                found.append(ref_from_blob_name(blob.name))
    return found


def load_all(app: App, refs: Iterable[MessageRef]) -> dict[MessageRef, Stored]:
    """What stands about these messages; those that were never judged are missing."""
    with ThreadPoolExecutor(_THREADS) as threads:
        return {stored.record.ref: stored for stored in threads.map(app.messages.load, refs) if stored is not None}


def standing(record: MessageRecord) -> Standing:
    """A record in the checker's words."""
    if record.state in (State.HELD, State.DELAYED, State.AWAITING_APPROVAL):
        kind = "waiting"
    elif record.state in (State.DISCARDED, State.EXPIRED, State.DENIED):
        kind = "discarded"
    else:
        kind = "ended" if record.state.is_final else "moving"
    fates = {result.address: result.fate.value for result in record.recipients}
    texts = {result.address: result.text for result in record.recipients}
    return Standing(record.ref.queue_id, kind, fates, texts, record.state.value)


def storings(messages: Iterable[StoredMessage], seed: int) -> tuple[list[Storing], list[Report]]:
    """What the next hop has stored, and the DSNs among it."""
    stored: list[Storing] = []
    reports: list[Report] = []
    for message in messages:
        raw = message.raw
        mark = _QUEUE_ID.search(raw)
        head = _OWN_FIELDS.match(raw)
        queue_id = mark[1].decode() if mark else ""
        body = raw[head.end() :] if head else raw
        is_own = bool(message.envelope.recipients) and message.envelope.recipients[0] in SENDERS
        number = None if is_own else number_in(raw, seed)
        stored.append(Storing(queue_id, number, message.envelope.recipients, digest(body), message.received))
        if is_own:
            reports += dsn_reports(raw)
    return stored, reports


def dsn_reports(raw: bytes) -> Iterator[Report]:
    """The failed recipients that a DSN of Matta names, with the queue entry that it is about."""
    mail = message_from_bytes(raw, policy=policy.default)
    about = _REPORTED.match(str(mail["Message-ID"] or ""))
    if about is None:
        return
    for part in mail.walk():
        if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        text = part.as_bytes().decode("utf-8", "replace")
        for group in re.split(r"\r?\n\r?\n", text):
            address = re.search(r"^Final-Recipient: *[a-z0-9-]+; *(\S+)", group, re.IGNORECASE | re.MULTILINE)
            if address and re.search(r"^Action: *failed", group, re.IGNORECASE | re.MULTILINE):
                yield Report(about[1], _unescape(address[1]))


def _unescape(address: str) -> str:
    """RFC 6533 section 3: what is not ASCII may be written as ``\\x{…}``."""
    return re.sub(r"\\x\{([0-9A-Fa-f]+)\}", lambda found: chr(int(found[1], 16)), address)


def answers(log: Path) -> Iterator[Answer]:
    """The ends of transactions with the next hop, from the functions' log."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if '"stage": "deliver"' not in line:
                continue
            try:
                content = json.loads(line)
                at = datetime.fromisoformat(content["time"]).timestamp()
                yield Answer(content["queue_id"], at, int(content["accepted"]))
            except (ValueError, KeyError):
                continue  # a line that a kill cut off, or one about an error


def recorded(app: App, tenant: str, queue_ids: Iterable[str]) -> Iterator[Recorded]:
    """When attempts of these queue entries ended in the records."""
    for queue_id in queue_ids:
        for event in app.messages.events(MessageRef(tenant, queue_id)):
            if event.code in _ENDS_AN_ATTEMPT:
                yield Recorded(queue_id, event.at.timestamp())


def collect(
    app: App,
    tenant: str,
    *,
    letters: Sequence[Letter],
    told: Sequence[Told],
    unclear: Sequence[Unclear],
    mailbox: Path,
    log: Path,
    asked: frozenset[int],
    hits: Sequence[Hit],
    seed: int,
    since: datetime,
    say: Callable[[str], None],
) -> Books:
    """All ledgers, at rest."""
    say("reading what the next hop has stored")
    stored, reports = storings(MailStore(mailbox).messages(), seed)
    say("reading Matta's records")
    standings = [standing(stored.record) for stored in load_all(app, spooled(app, since)).values()]
    seen: set[tuple[str, str]] = set()
    twice: set[str] = set()
    for copy in stored:
        for recipient in copy.recipients:
            (twice.add(copy.queue_id) if (copy.queue_id, recipient) in seen else seen.add((copy.queue_id, recipient)))
    twice.discard("")
    return Books(
        letters=letters,
        told=told,
        unclear=unclear,
        stored=stored,
        standings=standings,
        reports=reports,
        asked=asked,
        answers=list(answers(log)),
        recorded=list(recorded(app, tenant, sorted(twice))),
        hits=hits,
    )
