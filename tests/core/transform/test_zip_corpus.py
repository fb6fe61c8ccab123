"""Attachments encrypted in every message of the corpus: what stays is untouched, what was taken is in the archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.core.message.parse import parse
from shared.core.message.protection import find_protections
from shared.core.transform.would_break import WouldBreak
from tests.support.corpus import corpus
from tests.support.zip_checks import check_zipped


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.stem)
def test_what_stays_is_untouched_and_what_was_taken_is_in_the_archive(path: Path) -> None:
    data = path.read_bytes()
    refused, out = "", data
    try:
        out, _ = check_zipped(data)
    except WouldBreak as refusal:
        refused = refusal.what
    protections = {protection.value for protection in find_protections(parse(data))}
    assert out == data or not protections
    hints = {word for word in ("calendar", "report", "partial") if word.encode() in data.lower()}
    assert refused in protections | hints | {""}


def test_other_parsers_confirm_most_of_it() -> None:
    """The check above counts a parser only where it understood the message before; this guards against counting none."""
    confirmed = []
    for path in corpus():
        try:
            confirmed.append(check_zipped(path.read_bytes())[1])
        except WouldBreak:
            continue
    zipped = sum(count > 0 for count in confirmed)
    assert sum(confirmed) > zipped * 1.5
    assert zipped >= 10
