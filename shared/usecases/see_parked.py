"""Work that failed for good, as the operator sees it, and another try (stage 6; product.md N3). No content of any mail."""

from __future__ import annotations

from collections.abc import Sequence

from shared.app import App
from shared.core.access.principal import Principal
from shared.ports_operator import ParkedItem, QueueLength
from shared.ports_people import AuditCode
from shared.usecases.note_change import note_change, operator_of

MOST = 320
"""Items that one request puts back: each costs storage a few calls, and somebody waits for the answer."""


def parked_items(app: App, queue: str) -> tuple[tuple[QueueLength, ...], tuple[ParkedItem, ...]]:
    """How long the queues are, and the first parked items of one. Raises ``NotFound``, ``TemporaryError``."""
    return app.parked.lengths(), app.parked.parked(queue)


def retry_all_parked(app: App, who: Principal, queue: str, peer: str = "") -> int:
    """Put everything that is parked beside a queue back to work, at most ``MOST`` items; how many those were.

    Raises ``NotFound``, ``TemporaryError``.
    """
    done = 0
    while done < MOST:
        items = app.parked.parked(queue)
        found = retry_parked(app, who, queue, [item.id for item in items], peer)
        done += len(found)
        if not found:
            break
    return done


def retry_parked(app: App, who: Principal, queue: str, ids: Sequence[str], peer: str = "") -> tuple[str, ...]:
    """Put items back to work; those that were found, in the order asked for. Noted for the tenants they belong to.

    Raises ``NotFound``, ``TemporaryError``.
    """
    known = {item.id: item for item in app.parked.parked(queue)}
    found = app.parked.retry(queue, frozenset(ids))
    for id_ in dict.fromkeys(ids):
        item = known.get(id_)
        if id_ in found and item is not None and item.ref is not None:
            args = {"kind": item.kind, "queue_id": item.ref.queue_id}
            note_change(app, item.ref.tenant_id, AuditCode.WORK_RETRIED, operator_of(who, peer), **args)
    return tuple(id_ for id_ in dict.fromkeys(ids) if id_ in found)
