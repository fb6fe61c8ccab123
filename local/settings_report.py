"""Settings, their history and differences as lines for a terminal. Local tooling; no stage of the mail flow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from shared.core.settings.change_note import VersionEntry
from shared.core.settings.compare import Difference, How
from shared.core.settings.merge import Effective
from shared.core.settings.origins import Origin, values
from shared.core.settings.scope import Level

_LONGEST_VALUE = 100


def effective_lines(effective: Effective, viewer: Level) -> list[str]:
    """A line for each value: what it is, where it came from, what was passed over."""
    lines = []
    for value in values(effective, viewer):
        passed = "".join(f", passes over {_origin(origin)}" for origin in value.passed_over)
        lines.append(f"{value.path} = {_short(value.value)}   [{_origin(value.origin)}{passed}]")
    lines += [
        f"left out: {item.collection}[{item.id}] of {item.scope}: {item.why} ({item.by})" for item in effective.left_out
    ]
    return lines


def history_lines(entries: Sequence[VersionEntry]) -> list[str]:
    """A line for each version: number, time (UTC), who, why."""
    lines = []
    for entry in entries:
        note = entry.note
        at = f"{note.at:%Y-%m-%d %H:%M:%S}" if note.at is not None else "?"
        what = f"brought back version {note.restored}" if note.restored else ""
        why = "; ".join(filter(None, (what, note.comment)))
        lines.append(f"{entry.version:6}  {at}  {note.author or '?'}{'  ' + why if why else ''}")
    return lines


def difference_lines(differences: Sequence[Difference]) -> Iterator[str]:
    """``+`` came, ``-`` went, ``~`` changed, ``^`` moved."""
    for item in differences:
        if item.how is How.ADDED:
            yield f"+ {item.path} = {_short(item.new)}"
        elif item.how is How.REMOVED:
            yield f"- {item.path} = {_short(item.old)}"
        elif item.how is How.MOVED:
            yield f"^ {item.path}: order {_short(item.old)} -> {_short(item.new)}"
        else:
            yield f"~ {item.path}: {_short(item.old)} -> {_short(item.new)}"


def _origin(origin: Origin) -> str:
    return str(origin.scope) if origin.scope.level is Level.DEFAULT else f"{origin.scope} v{origin.version}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} …"
