"""How conditions were answered, as people read it in a terminal: one line for each node of a tree. Local tooling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local.terminal_text import one_line, pad
from shared.core.text.judge import JUDGE
from shared.core.text.language import Language

_YES, _NO = "[x]", "[ ]"


def explanation_lines(judgement: Mapping[str, Any], language: Language, width: int) -> list[str]:
    """The lines about policies and rules; none where the judgement has no explanation."""
    explanation = judgement.get("explanation")
    if not explanation:
        return []
    lines = []
    for topic in ("policies", "rules"):
        lines.append("  " + pad(JUDGE.text(topic, language), width) + str(len(explanation[topic])))
        for item in explanation[topic]:
            lines += _item(item, language)
    return lines


def _item(item: Mapping[str, Any], language: Language) -> list[str]:
    notes = []
    if not item["enabled"]:
        notes.append(JUDGE.text("switched-off", language))
    elif not item.get("asked", True):
        notes.append(JUDGE.text("not-asked", language))
    if not item["in_scope"]:
        notes.append(JUDGE.text("out-of-scope", language))
    named = f"{item['id']} {item['name']}".strip() + (f" ({item['rule']})" if "rule" in item else "")
    told = f"    {_box(item['matched'])} {one_line(named)}" + (f"  ({', '.join(notes)})" if notes else "")
    lines = [told]
    for tree in ("when", "unless"):
        if item[tree] is not None:
            lines.append(f"        {tree}")
            lines += _node(item[tree], 10)
    return lines


def _node(node: Mapping[str, Any], indent: int) -> list[str]:
    told = f"{' ' * indent}{_box(node['matched'])} {node['what']}"
    if node["wanted"]:
        told += f" {_values(node['wanted'])}"
    if node["value"] or node["wanted"]:
        told += f" <- {_values(node['value']) or '-'}"
    lines = [told]
    for child in node["children"]:
        lines += _node(child, indent + 2)
    return lines


def _values(values: Sequence[str]) -> str:
    return ", ".join(one_line(value) or '""' for value in values)


def _box(matched: bool) -> str:
    return _YES if matched else _NO
