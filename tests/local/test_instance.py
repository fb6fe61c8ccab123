"""Parts of an instance: one that was started again keeps its place in the order of stopping."""

from __future__ import annotations

import sys
from pathlib import Path

from local.instance import Instance, Part
from local.layout import Layout, Ports

NAMES = ("first", "second", "third")
PROGRAM = """
import pathlib, signal, sys, time
name, ready, ended = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
def end(number, frame):
    with open(ended, "a") as file:
        file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
ready.touch()
time.sleep(60)
"""


class SmallInstance(Instance):
    """Three parts that do nothing but write down that they were told to stop."""

    def _parts(self) -> list[Part]:
        return [self._part(name) for name in NAMES]

    def _part(self, name: str) -> Part:
        ready = self.layout.directory / name
        command = [sys.executable, "-c", PROGRAM, name, str(ready), str(self.layout.directory / "ended")]
        return Part(name, name, command, ready.exists)


def test_a_part_that_was_started_again_stops_in_its_old_place(tmp_path: Path) -> None:
    with SmallInstance(Layout(tmp_path), Ports.free()) as instance:
        before = instance.children["first"].pid
        (tmp_path / "first").unlink()
        instance.restart("first")
        assert instance.children["first"].pid != before
    ended = (tmp_path / "ended").read_text("utf-8").split()
    assert ended == ["first", "third", "second", "first"]
