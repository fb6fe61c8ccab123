"""What retention would delete of a tenant now: looked at message by message, nothing is stored or deleted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from shared.app import App
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.retention.rule import What, days_of, rule
from shared.core.retention.standing import standing_of
from shared.core.settings.scope import TENANT_SCOPE
from shared.errors import NotFound
from shared.usecases.purge_batch import blobs_of

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """Of one kind: how many messages are due, their blobs and bytes, and how many stay, by reason and legal hold."""

    what: What
    due: int
    blobs: int
    size: int
    kept: tuple[tuple[str, int], ...]
    holds: tuple[tuple[str, int], ...]


def preview_purge(app: App, tenant_id: str) -> tuple[Preview, ...]:
    """Content and records. Reads every message of the tenant once. Raises ``NotFound``, ``TemporaryError``."""
    settings = app.settings.present(tenant_id, TENANT_SCOPE)
    if not isinstance(settings, TenantSettings):
        raise NotFound("no such tenant")
    retention, now = settings.retention, app.clock.now()
    due, blobs, size = Counter[What](), Counter[What](), Counter[What]()
    kept = {what: Counter[str]() for what in (What.CONTENT, What.RECORD)}
    holds = {what: Counter[str]() for what in (What.CONTENT, What.RECORD)}
    after = ""
    while refs := app.remains.states(tenant_id, after, "{", _AT_ONCE):
        after = refs[-1].queue_id
        going = []
        for ref in refs:
            stored = app.messages.load(ref)
            if stored is None:
                continue
            standing = standing_of(stored.record, bool(stored.outbox))
            for what in kept:
                if what is What.CONTENT and stored.record.body_deleted_at is not None:
                    continue
                ruling = rule(what, standing, retention, now)
                if ruling.kept is not None:
                    kept[what][ruling.kept] += 1
                    holds[what].update(ruling.holds)
                    continue
                due[what] += 1
                if what is What.CONTENT:
                    going.append(ref)
        for blob in blobs_of(app, going):
            blobs[What.CONTENT] += 1
            size[What.CONTENT] += blob.size
    return tuple(
        Preview(
            what,
            due[what],
            blobs[what],
            size[what],
            tuple(sorted(kept[what].items())),
            tuple(sorted(holds[what].items())),
        )
        for what in kept
        if days_of(what, retention) is not None or kept[what]
    )
