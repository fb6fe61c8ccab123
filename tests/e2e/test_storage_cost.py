"""What a message costs in requests to storage, as docs/SCALING.md says: the document's table is checked line by line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from local.tools import ROOT
from shared.core.hold.record import State
from tests.support.storage_costs import INSIDE, OUTSIDE, Installation, installation

_LINE = re.compile(r"^\| ([a-z][a-z ,]+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def documented() -> dict[str, Counter[str]]:
    """The table of requests by message: blob, table, queue."""
    text = (ROOT / "docs" / "SCALING.md").read_text("utf-8")
    return {
        found[1]: Counter(blob=int(found[2]), table=int(found[3]), queue=int(found[4]))
        for found in _LINE.finditer(text)
    }


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Counter[str]]]:
    with installation(tmp_path_factory.mktemp("costs")) as there:
        for number in range(2):  # caches, and the day's table of copies
            there.judge(there.send(INSIDE, letter(number, INSIDE)))
            there.judge(there.send(OUTSIDE, letter(10 + number, OUTSIDE)))
        there.work()
        there.counted.take()
        yield {"passes": passing(there), **held(there)}


def passing(there: Installation) -> Counter[str]:
    ref = there.send(INSIDE, letter(20, INSIDE))
    there.judge(ref)
    found = there.counted.take()
    assert there.state(ref) is State.DELIVERED
    there.counted.take()
    return found


def held(there: Installation) -> dict[str, Counter[str]]:
    ref = there.send(OUTSIDE, letter(30, OUTSIDE))
    there.judge(ref)
    there.work()
    first = there.counted.take()
    assert there.state(ref) is State.HELD
    there.counted.take()
    there.release(ref)
    there.work()
    second = there.counted.take()
    assert there.state(ref) is State.DELIVERED
    return {"is held, with a notice by mail": first, "is released and delivered": second}


def letter(number: int, to: str) -> bytes:
    return (
        f"Message-ID: <{number}@aozora.example>\r\nFrom: sato@aozora.example\r\nTo: {to}\r\nSubject: x\r\n\r\nHello.\r\n"
    ).encode()


@pytest.mark.parametrize("what", ["passes", "is held, with a notice by mail", "is released and delivered"])
def test_the_document_says_what_storage_is_asked(measured: dict[str, Counter[str]], what: str) -> None:
    assert documented()[what] == measured[what]
