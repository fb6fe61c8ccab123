"""Groups within groups and chains of managers: order, circles, bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from shared.core.policy.group_tree import MOST_GROUPS, MOST_LEVELS, MOST_MANAGERS, groups_with_above, manager_chain

TREE = {"tokyo": ("Sales", "japan"), "sales": ("company",), "japan": ("asia",), "a": ("b",), "b": ("A",)}


def above(ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    return {id_: TREE[id_] for id_ in ids if id_ in TREE}


@pytest.mark.parametrize(
    ("start", "found"),
    [
        pytest.param([], (), id="none"),
        pytest.param(["Unknown"], ("unknown",), id="unknown to the directory"),
        pytest.param(["Tokyo"], ("tokyo", "sales", "japan", "company", "asia"), id="nearest first"),
        pytest.param(["sales", "tokyo"], ("sales", "tokyo", "company", "japan", "asia"), id="each once"),
        pytest.param(["a"], ("a", "b"), id="circle"),
    ],
)
def test_groups_with_those_above(start: list[str], found: tuple[str, ...]) -> None:
    assert groups_with_above(start, above) == found


def test_directory_is_asked_once_for_each_level() -> None:
    asked: list[Sequence[str]] = []

    def counting(ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        asked.append(tuple(ids))
        return above(ids)

    groups_with_above(["tokyo"], counting)
    assert asked == [("tokyo",), ("sales", "japan"), ("company", "asia")]


def test_directory_is_not_asked_again_about_a_group_of_a_circle() -> None:
    asked: list[str] = []

    def counting(ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        asked.extend(ids)
        return above(ids)

    groups_with_above(["a"], counting)
    assert asked == ["a", "b"]


def test_endless_ladder_ends() -> None:
    found = groups_with_above(["0"], lambda ids: {id_: (str(int(id_) + 1),) for id_ in ids})
    assert len(found) == MOST_LEVELS + 1


def test_very_wide_tree_is_cut() -> None:
    found = groups_with_above(["0"], lambda ids: {id_: [f"{id_}{number}" for number in range(700)] for id_ in ids})
    assert len(found) == MOST_GROUPS


@pytest.mark.parametrize(
    ("managers", "chain"),
    [
        pytest.param({"a@x": "b@x", "b@x": ""}, ("a@x", "b@x"), id="up to the top"),
        pytest.param({}, ("a@x",), id="manager who is unknown"),
        pytest.param({"a@x": "A@X"}, ("a@x",), id="one's own manager"),
        pytest.param({"a@x": "b@x", "b@x": "a@x"}, ("a@x", "b@x"), id="circle"),
    ],
)
def test_chain_of_managers(managers: dict[str, str], chain: tuple[str, ...]) -> None:
    assert manager_chain("a@x", lambda address: managers.get(address, "")) == chain


def test_no_manager_is_no_chain_and_a_ladder_ends() -> None:
    assert manager_chain("", lambda address: "b@x") == ()
    assert len(manager_chain("0", lambda address: str(int(address) + 1))) == MOST_MANAGERS


def test_nobody_is_looked_up_beyond_what_is_wanted() -> None:
    def nobody(address: str) -> str:
        raise AssertionError("asked for more")

    assert manager_chain("a@x", nobody, 1) == ("a@x",)
