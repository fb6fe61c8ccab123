"""Every transform on every message: only what it names changes, twice is as once, and nothing unforeseen is raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.core.message.parse import parse
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.registry import TRANSFORMS
from shared.core.transform.splice import apply
from shared.core.transform.would_break import WouldBreak
from shared.errors import Unreadable
from tests.support.corpus import corpus
from tests.support.messages import joined
from tests.support.transform_samples import SAMPLES, Sample
from tests.support.transforms import edit_of, fields_of, from_separator_on

REFUSALS = (WouldBreak, BadArgument, Unreadable)
CASES = [pytest.param(sample, id=f"{name}:{sample.id}") for name, samples in SAMPLES.items() for sample in samples]
MESSAGES = corpus()


def test_every_registered_transform_has_samples() -> None:
    assert sorted(TRANSFORMS) == sorted(name for name, samples in SAMPLES.items() if samples)


@pytest.mark.parametrize("sample", CASES)
def test_on_every_message(sample: Sample) -> None:
    done = 0
    for path in MESSAGES:
        done += _one(sample, path)
    # A transform that refuses everything would pass all that is asked of single messages.
    assert done > len(MESSAGES) // 3


def _ended(fields: list[bytes]) -> list[bytes]:
    """The fields, the last one without its line end: a message may end in its header, and go on there afterwards."""
    return [*fields[:-1], *(field.rstrip(b"\r\n") for field in fields[-1:])]


def _one(sample: Sample, path: Path) -> bool:
    """Try one message; whether the transform took it."""
    data = path.read_bytes()
    before = parse(data)
    try:
        edit = edit_of(data, sample.arguments)
    except REFUSALS:
        return False
    made = b"".join(apply(data, edit.splices))
    after = parse(made)
    where = f"{sample.id} on {path.name}"
    assert joined(after) == made, where
    assert not after.unreadable, where
    assert _ended(fields_of(after, sample.fields)) == _ended(fields_of(before, sample.fields)), where
    if not sample.body:
        assert from_separator_on(after)[-len(from_separator_on(before)) or len(made) :] == from_separator_on(before), (
            where
        )
        if before.root.fields:
            assert from_separator_on(after) == from_separator_on(before), where
    if not sample.again:
        return True
    try:
        again = edit_of(made, sample.arguments)
    except REFUSALS:
        return True
    assert b"".join(apply(made, again.splices)) == made, f"{where}, a second time"
    return True
