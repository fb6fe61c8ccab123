"""What a process takes of the machine, by /proc (proc(5)). Linux only. Local tooling; no stage of the mail flow."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """``resident`` memory in bytes, ``files`` open descriptors, ``threads``."""

    resident: int
    files: int
    threads: int


def usage(pid: int) -> Usage:
    """Of this moment.

    :raises OSError: there is no such process, or no /proc.
    """
    status = Path(f"/proc/{pid}/status").read_text()
    values = dict(re.findall(r"^(VmRSS|Threads):\s+(\d+)", status, re.MULTILINE))
    return Usage(int(values.get("VmRSS", 0)) * 1024, len(os.listdir(f"/proc/{pid}/fd")), int(values.get("Threads", 0)))
