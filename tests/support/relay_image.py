"""The relay's image without a container: the folder that its Dockerfile puts together, and how it starts there."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from infra.check.dockerfile import instructions
from local.tools import ROOT

DOCKERFILE = (ROOT / "smtp_relay" / "Dockerfile").read_text("utf-8")


def copied() -> list[tuple[Path, str]]:
    """Files of the repository that go to ``/app``, with the folder that each is copied to."""
    found = []
    for one in instructions(DOCKERFILE):
        *sources, target = one.text.split()
        if one.word != "COPY" or one.text.startswith("--from") or target.startswith("/"):
            continue
        for source in sources:
            matches = sorted(ROOT.glob(source))
            assert matches, source
            found += [(match, target) for match in matches]
    return found


def lay_out(folder: Path) -> None:
    """Make ``folder`` what ``/app`` is."""
    for source, target in copied():
        (folder / target).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / target / source.name)


def entry_point(python: Path) -> list[str]:
    """The image's ENTRYPOINT, with another interpreter in place of its own."""
    [one] = [one for one in instructions(DOCKERFILE) if one.word == "ENTRYPOINT"]
    first, *rest = json.loads(one.text)
    assert first == "/venv/bin/python"
    return [str(python), *rest]


def variables() -> dict[str, str]:
    """What the image's ENV sets."""
    [one] = [one for one in instructions(DOCKERFILE) if one.word == "ENV"]
    return dict(re.findall(r"(\w+)=(\S+)", one.text))
