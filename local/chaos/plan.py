"""What a run of the fault harness does: its letters and its faults, all of it from one seed, and as a file.

The plan holds logical times (round and offset). What happens at the same moment in the programs is up to the machine:
the same plan again strikes the same parts in the same order while the same letters are on their way, but not at the
same instruction. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.demo_tenant import DOMAIN, SALES_DOMAIN

CLIENTS = 6
SENDERS = (f"sato@{DOMAIN}", f"yamamoto@{DOMAIN}", f"ito@{DOMAIN}", f"wilson@{SALES_DOMAIN}")
"""People of the demo tenant. None of them is ever a recipient, so that what they get is notices and reports."""
GONE = f"gone-*@{DOMAIN}"
"""Addresses that the next hop refuses for good."""
ROUND_SECONDS = 2.4
"""How long the letters of one round come in."""

_KINDS = (
    ("pass", 40),
    ("eight-bit", 10),
    ("several", 10),
    ("large", 1),
    ("utf8", 4),
    ("null", 4),
    ("gone", 5),
    ("part-gone", 3),
    ("null-gone", 1),
    ("hold", 17),
    ("hold-several", 5),
)
"""Kinds of letters, and how many of a hundred are of it."""
_DECISIONS = (("release", 7), ("discard", 2), ("leave", 1))
_FAULTS: dict[str, tuple[tuple[str, int], ...]] = {
    "relay": (("kill", 4), ("pause", 2), ("stutter", 1), ("slow", 1), ("cut", 3), ("half-close", 1)),
    "functions": (("kill", 6), ("pause", 3), ("stutter", 2)),
    "storage": (("kill", 2), ("pause", 2), ("slow", 2), ("cut", 3), ("answer", 3), ("garbage", 1), ("half-close", 1)),
    "next-hop": (
        *(("kill", 3), ("pause", 2), ("slow", 1), ("cut", 2), ("refuse", 4), ("garbage", 2), ("half-close", 2)),
        *(("hang-up", 2), ("hang-up-stored", 2)),
    ),
}
"""What can happen to each part, and how often in proportion."""
_SERVICES = ("blob", "queue", "table", "all")
_STORAGE_ANSWERS = (403, 404, 429, 500, 503)
"""Answers without storage's own error code, as gateways and throttling give them. The 404 is a gateway's lie."""
_REFUSALS = (
    *(("connect", "421 4.3.2 chaos: closing"), ("connect", "554 5.3.2 chaos: no service")),
    *(("mail", "451 4.3.0 chaos: later"), ("rcpt", "450 4.2.1 chaos: busy"), ("rcpt", "452 4.5.3 chaos: too many")),
    *(("rcpt", "550 5.1.1 chaos: unknown"), ("data", "451 4.3.0 chaos: later"), ("content", "452 4.3.1 chaos: full")),
    *(("content", "554 5.6.0 chaos: not wanted"),),
)
_STAGES = ("connect", "mail", "rcpt", "data", "content")


@dataclass(frozen=True, slots=True)
class LetterPlan:
    """One message. ``decision`` is what its sender will decide when asked; ``offset`` counts seconds in its round."""

    number: int
    kind: str
    sender: str
    recipients: tuple[str, ...]
    size: int
    decision: str
    client: int
    round: int
    offset: float


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """One fault: ``part`` suffers ``kind`` in a round, from ``offset`` on, for ``seconds``.

    ``detail`` is the storage service, the stage or the reply; ``amount`` bytes or a status, as the kind needs it.
    """

    round: int
    part: str
    kind: str
    offset: float
    seconds: float
    detail: str = ""
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run does."""

    seed: int
    rounds: int
    letters: tuple[LetterPlan, ...]
    faults: tuple[FaultPlan, ...]


def make_plan(seed: int, messages: int, rounds: int) -> Plan:
    """The plan of a seed. The same three numbers always give the same one."""
    draw = random.Random(seed)
    letters = tuple(_letter(draw, number, number * rounds // messages) for number in range(messages))
    faults: list[FaultPlan] = []
    decks: dict[str, list[str]] = {part: [] for part in sorted(_FAULTS)}
    for number in range(rounds):
        for part in draw.sample(list(decks), 2 if draw.random() < 0.15 else 1):
            if not decks[part]:
                # As cards are dealt: chance orders the kinds, and each has its share.
                decks[part] = [kind for kind, share in _FAULTS[part] for _ in range(share)]
                draw.shuffle(decks[part])
            faults.append(_fault(draw, number, part, decks[part].pop()))
    return Plan(seed, rounds, letters, tuple(faults))


def _weighted(draw: random.Random, choices: Sequence[tuple[str, int]]) -> str:
    return draw.choices([name for name, _ in choices], [weight for _, weight in choices])[0]


def _letter(draw: random.Random, number: int, in_round: int) -> LetterPlan:
    kind = _weighted(draw, _KINDS)
    some = draw.randrange(2, 9)
    place = draw.randrange(900)
    inside = tuple(f"reader-{(place + step) % 900:03}@{DOMAIN}" for step in range(some))
    outside = tuple(f"customer-{(place + step) % 900:03}@hoshizora.example" for step in range(some))
    gone = f"gone-{place:03}@{DOMAIN}"
    recipients = {
        "several": inside,
        "utf8": (f"受信者-{place:03}@{DOMAIN}",),
        "gone": (gone,),
        "part-gone": (*inside[:2], gone),
        "null-gone": (gone,),
        "hold": outside[:1],
        "hold-several": outside,
    }.get(kind, inside[:1])
    size = draw.randrange(1_000_000, 5_000_000) if kind == "large" else int(draw.paretovariate(1.2) * 900) % 60_000
    return LetterPlan(
        number=number,
        kind=kind,
        sender="" if kind.startswith("null") else draw.choice(SENDERS),
        recipients=recipients,
        size=size,
        decision=_weighted(draw, _DECISIONS) if kind.startswith("hold") else "",
        client=draw.randrange(CLIENTS),
        round=in_round,
        offset=round(draw.uniform(0.0, ROUND_SECONDS), 3),
    )


def _fault(draw: random.Random, number: int, part: str, kind: str) -> FaultPlan:
    detail, amount = "", 0
    if part == "storage" and kind != "kill":
        detail = draw.choice(_SERVICES)
    if kind == "cut":
        amount = draw.randrange(50, 20_000)
    elif kind == "slow":
        amount = draw.randrange(2_000, 60_000)
    elif kind == "answer":
        amount = draw.choice(_STORAGE_ANSWERS)
    elif kind == "refuse":
        detail = "|".join(draw.choice(_REFUSALS))
    elif part == "next-hop" and kind in ("garbage", "half-close"):
        detail = draw.choice(_STAGES)
    return FaultPlan(
        round=number,
        part=part,
        kind=kind,
        offset=round(draw.uniform(0.1, 1.0), 3),
        seconds=round(draw.uniform(0.3, 1.0 if kind == "kill" else 3.0), 3),
        detail=detail,
        amount=amount,
    )


def write_plan(plan: Plan, path: Path) -> None:
    """Keep it as JSON."""
    path.write_text(json.dumps(asdict(plan), ensure_ascii=False, indent=1) + "\n", "utf-8")


def read_plan(path: Path) -> Plan:
    """The plan of a file that ``write_plan`` wrote.

    :raises ValueError: it is none.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        letters = (LetterPlan(**item | {"recipients": tuple(item["recipients"])}) for item in content["letters"])
        faults = (FaultPlan(**item) for item in content["faults"])
        return Plan(content["seed"], content["rounds"], tuple(letters), tuple(faults))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is no plan: {error}") from error
