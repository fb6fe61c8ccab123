"""The docs name everything that people can set, see or call."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from shared.adapters.storage_setup import TABLES
from shared.core.hold.record import EventCode, State
from shared.core.replay.figures import Figures
from shared.core.replay.gap import Gap
from shared.core.replay.outcome import Difference
from shared.ports_metrics import INSTRUMENTS
from shared.ports_people import AuditCode
from shared.settings import ProcessSettings
from smtp_relay.configuration import RelayConfiguration
from tests.architecture.imports import REPOSITORY, ROOMS
from tests.support.registered_functions import registered_functions


def page(name: str) -> str:
    return (REPOSITORY / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [item.name for item in fields(ProcessSettings) if item.name != "storage"])
def test_every_variable_of_the_functions_is_documented(name: str) -> None:
    assert f"`MATTA_{name.upper()}`" in page("OPERATIONS.md")


@pytest.mark.parametrize("name", [item.name for item in fields(RelayConfiguration) if item.name != "process"])
def test_every_variable_of_the_relay_is_documented(name: str) -> None:
    assert f"`MATTA_RELAY_{name.upper()}`" in page("OPERATIONS.md")


def test_every_event_is_in_the_glossary() -> None:
    text = page("GLOSSARY.md")
    assert not [code.value for code in EventCode if f"`{code}`" not in text]


def test_every_code_of_the_audit_log_is_in_the_glossary() -> None:
    text = page("GLOSSARY.md")
    assert not [code.value for code in AuditCode if f"`{code}`" not in text]


def test_every_table_is_in_the_architecture() -> None:
    text = page("ARCHITECTURE.md")
    assert not [name for name in TABLES if f"| table `{name}` |" not in text]


def test_every_metric_is_documented_with_its_kind_and_labels() -> None:
    text = page("OPERATIONS.md")
    for metric, instrument in INSTRUMENTS.items():
        unit, labels = instrument.unit.strip("{}"), ", ".join(instrument.labels) or "–"
        assert f"| `{metric}` | {instrument.kind} | {unit} | {labels} | {instrument.text} |" in text


def test_every_alert_is_documented() -> None:
    text = page("OPERATIONS.md")
    alerts = (REPOSITORY / "infra" / "modules" / "alerts.bicep").read_text("utf-8")
    names = re.findall(r"    name: '([\w-]+)'\n    title:", alerts)
    assert len(names) > 4
    assert not [name for name in names if f"| `{name}` |" not in text]


def test_every_state_is_in_the_picture() -> None:
    assert not [state.value for state in State if state.value not in page("ARCHITECTURE.md").replace("held ──", "held")]


def test_every_route_is_documented() -> None:
    text = page("API.md")
    for function in registered_functions():
        for binding in function.get_bindings():
            if binding.type != "httpTrigger":
                continue
            route = "/" + (binding.get_dict_repr().get("route") or "").lstrip("/")
            assert f"`{route}`" in text, f"{route} is not in docs/API.md"


def test_every_word_of_a_replays_figures_is_documented() -> None:
    text = page("DRY_RUN.md")
    words = [*(item.name for item in fields(Figures)), *Difference, *Gap]
    assert not [str(word) for word in words if f"`{word}`" not in text]


def test_every_timer_is_documented() -> None:
    text = page("OPERATIONS.md")
    timers = [
        function.get_function_name()
        for function in registered_functions()
        if any(binding.type == "timerTrigger" for binding in function.get_bindings())
    ]
    assert timers
    assert not [name for name in timers if f"| `{name}` |" not in text]


def test_every_room_is_in_the_architecture() -> None:
    text = page("ARCHITECTURE.md").partition("## Who may import what")[2]
    rooms = [room.path for room in ROOMS if not room.path.endswith(".py")]  # single files have the rule of their folder
    named_by_its_folder = {"shared/core/message": "`shared/core/*`", "functions/api": "`functions`"}
    assert not [path for path in rooms if named_by_its_folder.get(path, f"`{path}`") not in text]
