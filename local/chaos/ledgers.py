"""What is written down during a run, by those who saw it: clients, next hop, Matta's own records and logs, the breaker.

The checker compares these and reads nothing else. Moments are seconds since the epoch. Local tooling; no stage of the
mail flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as planned: ``decision`` is what its sender decides when asked (``release``, ``discard``, ``leave``)."""

    number: int
    sender: str
    recipients: tuple[str, ...]
    digest: str
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A client was told 250 for these recipients of a letter, and which queue entry it is."""

    number: int
    queue_id: str
    recipients: tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Unclear:
    """A client sent a whole letter, was not told 250, and sent it again (RFC 5321 section 4.5.3.2.6).

    ``code`` is the reply 4yz after the final dot; 0 where none came.
    """

    number: int
    at: float
    code: int = 0


@dataclass(frozen=True, slots=True)
class Storing:
    """The next hop stored a message. ``digest`` is of the bytes below Matta's own head.

    ``number`` is the letter's, ``None`` for Matta's own mail; ``queue_id`` stands in the mark that Matta puts on top.
    """

    queue_id: str
    number: int | None
    recipients: tuple[str, ...]
    digest: str
    at: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What Matta's records say about one queue entry in the end.

    ``state`` is one of ``moving``, ``waiting`` (for a decision), ``discarded``, ``ended``. ``fates`` has for each
    recipient ``pending``, ``sent``, ``failed``, ``dropped``; ``texts`` the next hop's last words.
    """

    queue_id: str
    state: str
    fates: Mapping[str, str]
    texts: Mapping[str, str] = field(default_factory=dict)
    shown: str = ""
    """The state by its own name, for findings."""


@dataclass(frozen=True, slots=True)
class Report:
    """A DSN about one recipient of a queue entry reached the sender."""

    queue_id: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the functions' log: a transaction with the next hop ended with an answer for some recipients."""

    queue_id: str
    at: float
    accepted: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of a queue entry's history that ends an attempt: the answers are in the record from then on."""

    queue_id: str
    at: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault that was in force from ``start`` to ``end``, the part's recovery included."""

    part: str
    kind: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Books:
    """All ledgers of a run."""

    letters: Sequence[Letter]
    told: Sequence[Told]
    unclear: Sequence[Unclear]
    stored: Sequence[Storing]
    standings: Sequence[Standing]
    reports: Sequence[Report]
    asked: frozenset[int] = frozenset()
    """Letters whose sender got a hold notice."""
    answers: Sequence[Answer] = ()
    recorded: Sequence[Recorded] = ()
    hits: Sequence[Hit] = ()
