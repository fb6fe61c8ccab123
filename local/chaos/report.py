"""A run's figures as a table for people and as JSON. Local tooling; no stage of the mail flow."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from local.chaos.check import ARRIVED, BOUNCED, CHANGED, CRIMES, DISCARDED, HELD, LOST, TWICE, Verdict
from local.chaos.plan import Plan
from local.chaos.run import Outcome

_SHOWN = 20


def figures(plan: Plan, outcome: Outcome, verdict: Verdict, machine: dict[str, Any]) -> dict[str, Any]:
    """All numbers of a run, with the findings."""
    excused = Counter(item.why for item in verdict.excused)
    faults: dict[str, dict[str, int]] = {}
    for hit in outcome.hits:
        kinds = faults.setdefault(hit.part, {})
        kinds[hit.kind] = kinds.get(hit.kind, 0) + 1
    return {
        "run": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "seed": plan.seed,
        "rounds": outcome.rounds,
        "planned_rounds": plan.rounds,
        "seconds": round(outcome.seconds),
        "settle_seconds": round(outcome.settle_seconds),
        "faults": {part: dict(sorted(kinds.items())) for part, kinds in sorted(faults.items())},
        "messages": verdict.accepted,
        "recipients": sum(verdict.fates.values()),
        "tries_without_250": outcome.deferred,
        "refused_by_relay": len(outcome.refused),
        "decided": outcome.decided,
        "fates": {fate: verdict.fates.get(fate, 0) for fate in (ARRIVED, HELD, BOUNCED, DISCARDED, LOST)},
        "crimes": {crime: verdict.count(crime) for crime in CRIMES},
        "duplicates": {
            "inside_the_window": len(verdict.excused),
            "unheard": excused["unheard"],
            "unrecorded": excused["unrecorded"],
            "outside_the_window": verdict.count(TWICE),
        },
        "unanswered_by_relay": verdict.unanswered,
        "deferred_after_the_dot": verdict.deferred,
        "stored_again_for_a_client": verdict.resent,
        "findings": [asdict(finding) for finding in verdict.findings],
        "refusals": list(outcome.refused)[:_SHOWN],
    }


def table(content: dict[str, Any]) -> str:
    """The figures for people."""
    fates, crimes, twice = content["fates"], content["crimes"], content["duplicates"]
    faults = "; ".join(
        f"{part}: {', '.join(f'{kind} {count}' for kind, count in kinds.items())}"
        for part, kinds in content["faults"].items()
    )
    rows = [
        ("seed, rounds", f"{content['seed']}, {content['rounds']} in {content['seconds']} s"),
        ("faults", faults),
        ("messages accepted (250)", f"{content['messages']} for {content['recipients']} recipients"),
        ("  arrived, unchanged", f"{fates[ARRIVED]}"),
        ("  held, undecided", f"{fates[HELD]}"),
        ("  discarded by decision", f"{fates[DISCARDED]}"),
        ("  bounced, reported", f"{fates[BOUNCED]}"),
        (
            "clients' tries without a 250",
            f"{content['tries_without_250']}; after the final dot: no answer {content['unanswered_by_relay']}, "
            f"4yz {content['deferred_after_the_dot']}",
        ),
        ("stored once more for a client without a 250", f"{content['stored_again_for_a_client']}"),
        (
            "copies inside the window",
            f"{twice['inside_the_window']} (answer unheard {twice['unheard']}, unrecorded {twice['unrecorded']})",
        ),
        ("settled after", f"{content['settle_seconds']} s"),
        ("LOST", f"{crimes[LOST]}"),
        ("CHANGED", f"{crimes[CHANGED]}"),
        ("copies OUTSIDE the window", f"{crimes[TWICE]}"),
        ("delivered against a decision", f"{crimes['leaked']}"),
        ("delivered though nobody sent it", f"{crimes['invented']}"),
        ("held and nobody asked", f"{crimes['untold']}"),
        ("refused by the relay for good", f"{content['refused_by_relay']}"),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:{width}}  {text}" for name, text in rows]
    for item in content["findings"][:_SHOWN]:
        lines.append(
            f"! {item['crime']}: letter {item['number']}, {item['queue_id']}, {item['recipient']}: {item['text']}"
        )
    return "\n".join(lines)
