"""What the host remembers between starts: which blobs are done, and when timers last ran."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS receipts (
    function TEXT NOT NULL, container TEXT NOT NULL, name TEXT NOT NULL, etag TEXT NOT NULL,
    tries INTEGER NOT NULL, done INTEGER NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (function, container, name, etag)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS timers (
    function TEXT PRIMARY KEY, schedule TEXT NOT NULL, last TEXT, next TEXT NOT NULL, updated TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Receipt:
    """How far a blob trigger came with one version of a blob."""

    tries: int
    """Failed tries so far."""
    done: bool
    """Handled, or given up and told to the poison queue: never to be fired again."""


@dataclass(frozen=True)
class TimerStatus:
    """When a timer ran, and when it is to run next."""

    schedule: str
    last: datetime | None
    next: datetime
    updated: datetime


class HostState:
    """A small SQLite database. A write is safe from kill -9 when the call returns.

    (It is not safe from a power cut, after which a blob can fire once more: the trigger promises at least once.)
    """

    def __init__(self, path: Path) -> None:
        """Open or create the database; its folder is made if need be. Raises sqlite3.Error for a damaged file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def receipt(self, function: str, container: str, name: str, etag: str) -> Receipt | None:
        """What is known of one version of a blob; None: it has not been tried."""
        row = self._database.execute(
            "SELECT tries, done FROM receipts WHERE function=? AND container=? AND name=? AND etag=?",
            (function, container, name, etag),
        ).fetchone()
        return None if row is None else Receipt(row[0], bool(row[1]))

    def write_receipt(self, function: str, container: str, name: str, etag: str, receipt: Receipt, at: float) -> None:
        """Remember how far a blob came; `at` is the time in seconds since 1970."""
        self._database.execute(
            "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?)",
            (function, container, name, etag, receipt.tries, receipt.done, at),
        )

    def receipt_names(self, function: str, container: str, before: float) -> list[tuple[str, str]]:
        """(name, etag) of all receipts written before a time."""
        return self._database.execute(
            "SELECT name, etag FROM receipts WHERE function=? AND container=? AND at<?", (function, container, before)
        ).fetchall()

    def forget_receipts(self, function: str, container: str, names: Iterable[tuple[str, str]]) -> None:
        """Drop receipts of blobs that are gone."""
        self._database.execute("BEGIN")
        self._database.executemany(
            "DELETE FROM receipts WHERE function=? AND container=? AND name=? AND etag=?",
            [(function, container, name, etag) for name, etag in names],
        )
        self._database.execute("COMMIT")

    def timer(self, function: str) -> TimerStatus | None:
        """When a timer function ran; None: it is new here."""
        row = self._database.execute(
            "SELECT schedule, last, next, updated FROM timers WHERE function=?", (function,)
        ).fetchone()
        if row is None:
            return None
        last = datetime.fromisoformat(row[1]) if row[1] else None
        return TimerStatus(row[0], last, datetime.fromisoformat(row[2]), datetime.fromisoformat(row[3]))

    def write_timer(self, function: str, status: TimerStatus) -> None:
        """Remember when a timer function ran."""
        last = status.last.isoformat() if status.last else None
        self._database.execute(
            "INSERT OR REPLACE INTO timers VALUES (?, ?, ?, ?, ?)",
            (function, status.schedule, last, status.next.isoformat(), status.updated.isoformat()),
        )
