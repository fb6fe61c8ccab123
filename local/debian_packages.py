"""Programs from Debian's packages that tests use: which are needed, which are missing, and how to install them.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.tools import TOOLS, run_logged

_SEARCH_ALSO = "/usr/sbin:/sbin:/usr/lib/postfix/sbin"
"""Where Debian puts programs that are not for everybody's PATH."""


@dataclass(frozen=True, slots=True)
class DebianProgram:
    """A program, the package it comes with, and what it is for."""

    program: str
    package: str
    purpose: str


PROGRAMS = {
    item.program: item
    for item in (
        DebianProgram("chromium", "chromium", "browser tests"),
        DebianProgram("postfix", "postfix", "a mail server to compare with, and its clients"),
        DebianProgram("smtp-source", "postfix", "a real SMTP client"),
        DebianProgram("smtp-sink", "postfix", "an SMTP server that only swallows"),
        DebianProgram("7zz", "7zip", "opens encrypted archives"),
        DebianProgram("unzip", "unzip", "opens archives"),
        DebianProgram("zip", "zip", "an archiver to compare with"),
        DebianProgram("bsdtar", "libarchive-tools", "opens encrypted archives"),
        DebianProgram("dkimproxy-verify", "libmail-dkim-perl", "another verifier of DKIM and ARC"),
        DebianProgram("swaks", "swaks", "a real SMTP client"),
    )
}
"""What tests may ask for with ``tests.support.debian.require``."""


def find_program(name: str) -> str | None:
    """Full path of a program, also where only root has it on PATH; None if it is missing."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_SEARCH_ALSO}")


def missing_packages() -> Sequence[str]:
    """The packages whose programs are not there."""
    return sorted({item.package for item in PROGRAMS.values() if find_program(item.program) is None})


def can_install() -> bool:
    """Whether this is root on a system with Debian's package manager."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


@contextmanager
def _no_daemons(policy: Path = Path("/usr/sbin/policy-rc.d")) -> Iterator[None]:
    """While the block runs, packages may not start services: tests run their own on their own ports.

    invoke-rc.d asks this script first; 101 means "forbidden". One that is there already stays in charge.
    """
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def install(packages: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Install packages without questions and without starting what they bring.

    :raises ToolError: apt-get failed.
    """
    quiet = dict(os.environ if environment is None else environment, DEBIAN_FRONTEND="noninteractive")
    log = TOOLS / "apt.log"
    run_logged(["apt-get", "update"], log=log, what="Debian's package lists", environment=quiet)
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    with _no_daemons():
        run_logged(command, log=log, what=f"Debian packages {', '.join(packages)}", environment=quiet)


def is_running_in_ci() -> bool:
    """Whether the environment says so (``CI`` set to anything but nothing, 0 or false)."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
