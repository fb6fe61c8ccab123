"""docs/POLICY.md names every rule, reason, argument, setting with its default, and fact; and nothing that there is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

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
from shared.core.policy.actions import Action, BccConversion, Zip
from shared.core.policy.conditions.check import check_tree
from shared.core.policy.conditions.model import Comparison, Condition, ListOperator, TextOperator
from shared.core.policy.decision import Decision
from shared.core.policy.model import Model
from shared.core.policy.policies import SubjectMark
from shared.core.policy.protections import broken_by
from shared.core.policy.reason_codes import ARGUMENTS, COUNTED_FIELDS, ReasonCode
from shared.core.policy.tenant_settings import RuleKind, TenantSettings, read_settings
from shared.core.policy.transform_calls import ORDER
from shared.core.text.reasons import REASONS
from tests.support.message_facts import message_facts
from tests.support.policy_conflicts import CONFLICTS

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
        inner = re.search(r"(\w+)\b(?=, \.\.\.\]|'>$| \| None$)", str(field.type))
        nested = next((kind for kind in Model.__subclasses__() if inner and kind.__name__ == inner.group(1)), None)
        if nested is not None and nested.__struct_config__.tag is not None:
            nested = None  # conditions and actions have tables of their own
        if isinstance(default, Model) and default.__struct_config__.tag is None:
            yield from settings_of(type(default), f"{path}.")
            continue
        if field.default_factory is not msgspec.NODEFAULT:
            default = None
        yield path, default
        if nested is not None:
            yield from settings_of(nested, f"{path}." if str(field.type).endswith("| None") else f"{path}[].")


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
    example = re.search(r"```json\n(.+?)```", PAGE.partition("\n## Settings\n")[2], re.DOTALL)
    assert example
    assert read_settings(example.group(1).encode()).tenant_id == "acme"


def test_example_of_a_condition_tree_is_one() -> None:
    example = re.search(r"```json\n(.+?)```", PAGE.partition("\n## Conditions\n")[2], re.DOTALL)
    assert example
    tree = msgspec.json.decode(example.group(1).encode(), type=Condition)
    check_tree(tree, "$", frozenset({"partners"}))


def kinds_of(union: Any) -> dict[str, type[Model]]:
    return {str(kind.__struct_config__.tag): kind for kind in get_args(union)}


def told_fields(cell: str) -> dict[str, str]:
    """Fields of a cell such as ```values` (`[]`), `number```: their defaults, ``required`` where none is told."""
    return {name: default or "required" for name, default in re.findall(r"`([a-z_]+)`(?: \(`([^`]*)`[^)]*\))?", cell)}


def real_fields(model: type[Model]) -> dict[str, str]:
    found = {}
    for field in msgspec.structs.fields(model):
        default = "required" if field.default is msgspec.NODEFAULT else msgspec.to_builtins(field.default)
        found[field.name] = default if isinstance(default, str) and default else json.dumps(default)
    return found


@pytest.mark.parametrize(("heading", "union"), [("## Conditions", Condition), ("## Policies", Action)])
def test_every_condition_and_action_is_described_with_its_fields_and_their_defaults(heading: str, union: Any) -> None:
    table = rows(heading)
    assert set(table) == set(kinds_of(union))
    for tag, model in kinds_of(union).items():
        cell = table[tag][1]
        # The operators of bodies and labels stand beside the field in place of a default.
        told = {
            name: "required"
            if (name == "operator" and "contains" in cell) or (tag == "label" and name == "operator")
            else default
            for name, default in told_fields(cell).items()
        }
        assert told == real_fields(model), tag


def words_of(kind: Any) -> set[str]:
    """Every string that a type of settings can be."""
    if get_origin(kind) is Literal:
        return {str(value) for value in get_args(kind)}
    return {word for argument in get_args(kind) for word in words_of(argument)}


@pytest.mark.parametrize(
    ("heading", "union"), [("## Conditions", Condition), ("## Policies", Action), ("## Policies", SubjectMark)]
)
def test_every_word_that_a_condition_or_action_can_hold_is_described(heading: str, union: Any) -> None:
    section = PAGE.partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    models = [union] if isinstance(union, type) else list(get_args(union))
    words = {
        word
        for model in models
        for kind in get_type_hints(model, include_extras=True).values()
        for word in words_of(kind)
    }
    assert not {word for word in words if f"`{word}`" not in section}


def test_operators_are_described_and_no_other() -> None:
    section = PAGE.partition("\n| operator | fits |\n")[2].partition("\n\n")[0]
    told = {word for line in section.splitlines()[1:] for word in re.findall(r"`([^`]+)`", line.split("|")[1])}
    extra = {"is-internal", "is-external", "is-blank", "is-not-blank", "exists", "does-not-exist"}
    assert told == words_of(TextOperator) | words_of(ListOperator) | words_of(Comparison) | extra


def test_transforms_are_told_in_the_order_in_which_they_are_carried_out() -> None:
    section = PAGE.partition("\n### What is done in which order\n")[2].partition("\n### ")[0]
    told = re.findall(r"^\| \d+ \| `([^`]+)`", section, re.MULTILINE)
    assert told == [call.NAME for call in ORDER]


def test_protections_that_actions_break_are_described() -> None:
    table = rows("### Protected mail")
    for tag, action in (("zip", Zip()), ("bcc-conversion", BccConversion())):
        row = next(cells for cells in table.values() if f"`{tag}`" in cells[0])
        for protection in Protection:
            facts = replace(message_facts(), protections=frozenset({protection}))
            assert bool(broken_by(action, facts)) == (f"`{protection}`" in row[1]), (tag, protection)
        assert broken_by(action, message_facts(kind=MailKind.CALENDAR))
        assert "calendar" in row[1]


def test_every_conflict_that_is_described_is_tested() -> None:
    assert set(rows("### Conflicts")) == {case.id for case in CONFLICTS}


@pytest.mark.parametrize("name", [field.name for field in fields(Decision) if field.name != "parts"])
def test_every_field_of_a_decision_is_described(name: str) -> None:
    assert re.search(rf"^\| [^|]*`{name}[`\[]", PAGE.partition("\n## The judgement as JSON\n")[2], re.MULTILINE)


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
