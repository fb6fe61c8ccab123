"""Messages to test the message core with: those of the own corpus by name, and small made ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shared.core.message.build_facts import build_facts
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MessageFacts
from shared.core.message.parse import parse
from shared.core.message.spans import Tree

OWN_CORPUS = Path(__file__).resolve().parents[1] / "corpus"
SENDER = "yamada@example.co.jp"
INTERNAL = frozenset({"example.co.jp"})


def own(name: str) -> bytes:
    """A message of the own corpus by its name without ending."""
    return (OWN_CORPUS / f"{name}.eml").read_bytes()


def joined(tree: Tree) -> bytes:
    """The pieces of a tree put together again; fails where they overlap, leave a gap, or run backwards."""
    position = 0
    pieces = []
    for span in tree.pieces():
        assert span.start == position, f"gap or overlap at {position}"
        assert span.end > span.start
        position = span.end
        pieces.append(tree.bytes_of(span))
    return b"".join(pieces)


def outline(data: bytes) -> list[str]:
    """The tree of a message in words: ``path type body`` for leaves, ``path type`` for the others."""
    tree = parse(data)
    assert joined(tree) == data
    lines = []
    for part in tree.walk():
        body = tree.bytes_of(part.body)
        shown = f" {body!r}" if part.is_leaf else ""
        lines.append(f"{part.path} {part.content.value}{shown}")
    return lines


def facts(data: bytes, *, sender: str = SENDER, recipients: Iterable[str] = ("sato@example.com",)) -> MessageFacts:
    """Facts under an envelope from ``SENDER`` to one external recipient, unless told otherwise."""
    return build_facts(data, Envelope(sender, tuple(recipients)), internal_domains=INTERNAL)


def crlf(text: str) -> bytes:
    """A message written with ``\\n`` in a test, as it comes over SMTP."""
    return text.replace("\n", "\r\n").encode()
