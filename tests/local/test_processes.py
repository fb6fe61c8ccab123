"""Child processes: ended in order, ended for good, and ended with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.locks import LockHeldError, exclusive_lock
from local.processes import Child, stop_all
from local.tools import ROOT
from tests.support.waiting import is_alive, wait_for

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
POLITE = "import time; print('up', flush=True); time.sleep(60)"
WITH_GRANDCHILD = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print('up', child.pid, flush=True)\n"
    "time.sleep(60)\n"
)


def start(tmp_path: Path, name: str, program: str) -> Child:
    child = Child(name, [sys.executable, "-c", program], log=tmp_path / f"{name}.log")
    assert wait_for(lambda: "up" in child.log_tail())
    return child


def test_stopping_ends_polite_stubborn_and_grandchild(tmp_path: Path) -> None:
    children = [
        start(tmp_path, name, program)
        for name, program in (("polite", POLITE), ("stubborn", STUBBORN), ("family", WITH_GRANDCHILD))
    ]
    grandchild = int(children[2].log_tail().split()[1])
    stop_all(children, grace_seconds=1)
    # The stubborn one used up the time of all; the polite one, stopped last, still got to end by itself.
    assert [child.exit_code() for child in children] == [-signal.SIGTERM, -signal.SIGKILL, -signal.SIGTERM]
    assert wait_for(lambda: not is_alive(grandchild))


def test_hurry_ends_the_patience(tmp_path: Path) -> None:
    child = start(tmp_path, "stubborn", STUBBORN)
    started = time.monotonic()
    stop_all([child], grace_seconds=60, hurry=lambda: True)
    assert time.monotonic() - started < 30
    assert child.exit_code() == -signal.SIGKILL


def test_stopping_what_has_ended_already_is_fine(tmp_path: Path) -> None:
    child = Child("short", [sys.executable, "-c", "print('last words')"], log=tmp_path / "log")
    child.process.wait(20)
    stop_all([child])
    assert child.exit_code() == 0
    assert child.log_tail() == "last words"


def test_child_ends_when_its_parent_is_killed_hard(tmp_path: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom local.processes import Child\n"
        f"child = Child('child', [sys.executable, '-c', {POLITE!r}], log=Path(sys.argv[1]))\n"
        "print(child.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.kill()
    parent.wait()
    assert wait_for(lambda: not is_alive(pid))


def test_lock_is_refused_with_its_holder_and_free_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom local.locks import exclusive_lock\n"
        "with exclusive_lock(Path(sys.argv[1]), wait=False):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LockHeldError) as refused, exclusive_lock(path, wait=False):
        pass
    assert refused.value.holder == f"pid {holder.pid}"
    holder.kill()
    holder.wait()
    with exclusive_lock(path, wait=False):
        assert path.read_text() == f"pid {os.getpid()}"
