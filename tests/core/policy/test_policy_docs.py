"""docs/POLICY.md names every rule, reason, argument, setting with its default, and fact; and nothing that there is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from shared.core.message.envelope import Envelope
from shared.core.message.facts import (
    AttachmentFacts,
    Mailbox,
    MailKind,
    MessageFacts,
    Protection,
    RecipientFacts,
    RecipientField,
)
from shared.core.policy.reason_codes import ARGUMENTS, COUNTED_FIELDS, ReasonCode
from shared.core.policy.tenant_settings import Model, RuleKind, TenantSettings, read_settings
from shared.core.text.reasons import REASONS

PAGE = (Path(__file__).parents[3] / "docs" / "POLICY.md").read_text("utf-8")


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the first table under a heading, by the first code word of their first cell."""
    section = PAGE.partition(f"\n{heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table, f"no table under {heading}"
    found = {}
    for line in table.group().splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found[re.findall(r"`([^`]+)`", cells[0])[0]] = cells
    return found


def test_every_rule_is_described_and_no_other() -> None:
    assert set(rows("## Rules")) == set(get_args(RuleKind))


def test_every_reason_is_described_with_its_arguments() -> None:
    table = rows("## Reasons")
    assert set(table) == {code.value for code in ReasonCode}
    for code, names in ARGUMENTS.items():
        told = set(re.findall(r"`([^`]+)`", table[code][3])) - set(COUNTED_FIELDS)
        assert told == names, code


def test_every_obstacle_that_has_a_text_is_described() -> None:
    words = {key.removeprefix("why.") for key in sorted(REASONS.keys()) if key.startswith("why.")} - {"other"}
    assert not [word for word in words if f"`{word}`" not in PAGE]


def settings_of(model: type[Model], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting with its default, ``required`` where there is none; lists of models with their inner settings."""
    for field in msgspec.structs.fields(model):
        path = f"{prefix}{field.name}"
        default = field.default if field.default is not msgspec.NODEFAULT else "required"
        inner = re.search(r"(\w+)\b(?=, \.\.\.\]|'>$)", str(field.type))
        nested = next((kind for kind in Model.__subclasses__() if inner and kind.__name__ == inner.group(1)), None)
        if isinstance(default, Model):
            yield from settings_of(type(default), f"{path}.")
            continue
        if field.default_factory is not msgspec.NODEFAULT:
            default = None
        yield path, default
        if nested is not None:
            yield from settings_of(nested, f"{path}[].")


def test_every_setting_is_described_with_its_default() -> None:
    table = rows("## Settings")
    found = dict(settings_of(TenantSettings))
    assert set(table) == set(found)
    for path, default in found.items():
        told = table[path][1]
        if path == "rules":
            assert told == "one `recipient-external`"
        elif default == "required":
            assert told == "required", path
        else:
            assert told == f"`{json.dumps(msgspec.to_builtins(default))}`", path


def test_document_that_is_called_enough_is_enough() -> None:
    example = re.search(r"```json\n(.+?)```", PAGE, re.DOTALL)
    assert example
    assert read_settings(example.group(1).encode()).tenant_id == "acme"


@pytest.mark.parametrize("name", [field.name for field in fields(MessageFacts)])
def test_every_fact_is_described(name: str) -> None:
    assert re.search(rf"^\| [^|]*`{name}`", PAGE.partition("\n### Facts\n")[2], re.MULTILINE)


@pytest.mark.parametrize("model", [Envelope, RecipientFacts, Mailbox, AttachmentFacts])
def test_every_part_of_a_fact_is_described(model: type) -> None:
    facts = PAGE.partition("\n### Facts\n")[2]
    assert not [field.name for field in fields(model) if f"`{field.name}`" not in facts]


@pytest.mark.parametrize("value", [*MailKind, *Protection, *RecipientField])
def test_every_word_that_a_fact_can_be_is_described(value: str) -> None:
    assert f"`{value}`" in PAGE.partition("\n### Facts\n")[2]
