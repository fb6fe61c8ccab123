"""Adaptive Cards as Microsoft's own code reads and draws them (npm ``adaptivecards``, pinned here), in a DOM of happy-dom.

One process serves a whole test session and ends with it.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.tools import node_modules, node_path

_SOURCES = Path(__file__).parent


@dataclass(frozen=True)
class Drawn:
    """A card as drawn: what the renderer complains of, the texts that it took as Markdown, and what stands there."""

    complaints: tuple[str, ...]
    markdown: tuple[str, ...]
    text: str
    links: tuple[str, ...]
    buttons: tuple[str, ...]


def draw(card: bytes) -> Drawn:
    """Parse, check and draw a card."""
    process = _process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(card + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise AssertionError(f"the card renderer ended with {process.wait(10)}")
    answer = json.loads(line)
    return Drawn(
        tuple(answer["complaints"]),
        tuple(answer["markdown"]),
        answer["text"],
        tuple(answer["links"]),
        tuple(answer["buttons"]),
    )


@cache
def _process() -> subprocess.Popen[bytes]:
    command = [str(node_path()), str(_SOURCES / "render.cjs"), str(node_modules(_SOURCES))]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
