"""Inserting text into every message there is: the parts that it is not about keep every byte, and two parsers agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.core.message.attachments import leaves
from shared.core.message.body import part_text
from shared.core.message.parse import parse
from shared.core.message.spans import Tree
from shared.core.transform.insert_text import InsertText, insert_text
from shared.core.transform.splice import apply
from shared.core.transform.text_places import HTML, Place, text_places
from shared.core.transform.would_break import WouldBreak
from tests.support.corpus import corpus
from tests.support.messages import joined
from tests.support.second_tree import Unparsable, second_tree
from tests.support.text_reading import outline, visible

MARKS = {"ascii": "Matta was here 42", "kanji": "待った確認済み", "utf-8-only": "待った①😀"}
PLACES: tuple[Place, ...] = ("top", "bottom")
LONG = 10_000_000
SAME_LETTERS = str.maketrans("～－", "〜−")
"""What Microsoft and the standard name differently; a part that moves to UTF-8 takes the standard's name."""


def below(tree: Tree, left_out: set[str]) -> list[bytes]:
    """The bytes of every leaf, header and all, but for those of these sections."""
    return [tree.bytes_of(leaf.part.span) for leaf in leaves(tree) if leaf.part.path not in left_out]


def text_of(tree: Tree, path: str) -> str:
    part = tree.part(path)
    assert part is not None
    text = part_text(tree, part, LONG).text.translate(SAME_LETTERS)
    return visible(text) if part.content.value in HTML else text


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", MARKS)
def test_on_every_message(name: str, place: Place) -> None:
    done = compared = 0
    for path in corpus():
        data = path.read_bytes()
        tree = parse(data)
        try:
            edit = insert_text(tree, InsertText(MARKS[name], place=place))
        except WouldBreak:
            continue
        made = b"".join(apply(data, edit.splices))
        after = parse(made)
        assert joined(after) == made
        check(path, tree, after, MARKS[name], place)
        compared += parsed_alike(data, made, added="added-part" in dict(edit.notes))
        again = insert_text(after, InsertText(MARKS[name], place=place))
        assert again.splices == (), path.name
        done += 1
    assert done > len(corpus()) * 2 // 3
    assert compared > done * 3 // 4


def check(path: Path, tree: Tree, after: Tree, mark: str, place: Place) -> None:
    """The text is in each form once, and all else is as it was."""
    takers = {leaf.part.path for leaf in text_places(tree, place)}
    if not takers:
        new = next(part for part in after.walk() if part.is_leaf)
        assert text_of(after, new.path) == f"{mark}\n", path.name
        # A message that a text part was put around: its own fields are in its new header.
        assert [tree.bytes_of(leaf.part.body) for leaf in leaves(tree)] == [
            after.bytes_of(leaf.part.body) for leaf in leaves(after)
        ][1:], path.name
        return
    assert below(after, takers) == below(tree, takers), path.name
    for taker in takers:
        old, new_text = text_of(tree, taker), text_of(after, taker)
        assert new_text.count(mark) == old.count(mark) + 1, (path.name, taker)
        rest = new_text.replace(mark, "", 1).split()
        assert rest == old.split(), (path.name, taker)
        lines = [line for line in new_text.strip().split("\n") if line]
        assert lines[0 if place == "top" else -1].strip().startswith(mark) or lines[-1].endswith(mark), (
            path.name,
            taker,
        )


def parsed_alike(data: bytes, made: bytes, *, added: bool) -> bool:
    """Python's ``email`` and another parser see the tree that was there, with one part more where one was added.

    Whether they could be asked: of some broken messages every parser makes a tree of its own.
    """
    ours = [part.content.value for part in parse(data).walk()]
    before, now = outline(data), outline(made)
    try:
        was = [part.kind for part in second_tree(data).walk()]
        found = [part.kind for part in second_tree(made).walk()]
    except Unparsable:
        return False
    if not len(ours) == len(before) == len(was):
        return False
    assert now == before if not added else len(now) in (len(before) + 1, len(before) + 2)
    assert found == was if not added else len(found) in (len(was) + 1, len(was) + 2)
    return True
