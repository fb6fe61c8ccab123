"""The groups whose settings count, from the top down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from shared.core.settings.group_chain import MOST_GROUPS, MOST_LEVELS, settings_chain

ABOVE: dict[str, Sequence[str]] = {
    "tokyo": ("Sales",),
    "sales": ("company",),
    "two": ("left", "right"),
    "left": ("company",),
    "right": ("company",),
    "circle": ("round",),
    "round": ("circle",),
    "self": ("self",),
    "uneven": ("sales", "company"),
    "strasse": ("company",),
}


def above(ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    return {name: ABOVE[name] for name in ids if name in ABOVE}


@pytest.mark.parametrize(
    ("primary", "expected"),
    [
        pytest.param("", (), id="nobody"),
        pytest.param("company", ("company",), id="at the top"),
        pytest.param("unknown", ("unknown",), id="a group that the directory does not know"),
        pytest.param("Tokyo", ("company", "sales", "tokyo"), id="nested"),
        pytest.param("two", ("company", "left", "right", "two"), id="two groups above, the first one wins"),
        pytest.param("uneven", ("sales", "company", "uneven"), id="one level counts by its nearest way"),
        pytest.param("circle", ("round", "circle"), id="a circle"),
        pytest.param("self", ("self",), id="in itself"),
        pytest.param("STRAẞE", ("company", "strasse"), id="folded"),
    ],
)
def test_chain(primary: str, expected: tuple[str, ...]) -> None:
    assert settings_chain(primary, above) == expected


def test_directory_is_asked_once_for_each_level() -> None:
    asked: list[tuple[str, ...]] = []

    def counting(ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        asked.append(tuple(ids))
        return above(ids)

    settings_chain("two", counting)
    assert asked == [("two",), ("left", "right"), ("company",)]


def test_endless_chains_and_crowds_are_bounded() -> None:
    endless = settings_chain("0", lambda ids: {name: (str(int(name) + 1),) for name in ids})
    assert endless == tuple(str(number) for number in reversed(range(MOST_LEVELS)))
    crowd = settings_chain("x", lambda ids: {"x": [f"g{number}" for number in range(1000)]})
    assert len(crowd) == MOST_GROUPS
    assert crowd[-1] == "x"
