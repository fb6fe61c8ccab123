"""Programs from Debian's packages that tests use: which are needed, which are missing, and how to install them.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.locks import exclusive_lock
from local.tools import TOOLS, run_logged

UNPACKED = TOOLS / "debian"
"""Where packages lie that are unpacked only; each in a folder of its name."""
_SEARCH_ALSO = "/usr/sbin:/sbin:/usr/lib/postfix/sbin"
"""Where Debian puts programs that are not for everybody's PATH."""


@dataclass(frozen=True, slots=True)
class DebianProgram:
    """A program, the package it comes with, and what it is for.

    ``unpacked_at``: the package conflicts with another one that is needed, so it is not installed; its files are unpacked
    below ``UNPACKED``, and this is the program's place there. ``libraries`` are packages that must be there, too, ``user``
    is the system's user that its own installation would have made.
    """

    program: str
    package: str
    purpose: str
    unpacked_at: str = ""
    libraries: tuple[str, ...] = ()
    user: str = ""


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
        DebianProgram("swaks", "swaks", "a real SMTP client", libraries=("libnet-ssleay-perl",)),
        DebianProgram(
            "exim4",
            "exim4-daemon-light",
            "a second mail server",
            unpacked_at="usr/sbin/exim4",
            libraries=("libdb5.3", "libgnutls-dane0", "libidn12", "libidn2-0", "libnsl2", "libpcre2-8-0"),
            user="Debian-exim",
        ),
    )
}
"""What tests may ask for with ``tests.support.debian.require``."""


def find_program(name: str) -> str | None:
    """Full path of a program, also where only root has it on PATH, or it is unpacked only; None if it is missing."""
    item = PROGRAMS.get(name)
    if item is not None and item.unpacked_at:
        path = UNPACKED / item.package / item.unpacked_at
        return str(path) if path.exists() and (not item.user or _has_user(item.user)) else None
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
    """Install packages without questions and without starting what they bring; unpack those that conflict.

    :raises ToolError: apt-get failed.
    """
    quiet = dict(os.environ if environment is None else environment, DEBIAN_FRONTEND="noninteractive")
    log = TOOLS / "apt.log"
    known = [item for item in PROGRAMS.values() if item.package in packages]
    apart = [item for item in known if item.unpacked_at]
    names = {item.package for item in apart}
    wanted = [name for name in packages if name not in names] + [name for item in known for name in item.libraries]
    run_logged(["apt-get", "update"], log=log, what="Debian's package lists", environment=quiet)
    command = ["apt-get", "install", "-y", "--no-install-recommends", *wanted]
    with _no_daemons():
        run_logged(command, log=log, what=f"Debian packages {', '.join(wanted)}", environment=quiet)
    for item in apart:
        _unpack(item, log, quiet)


def _unpack(item: DebianProgram, log: Path, environment: dict[str, str]) -> None:
    """Fetch a package and lay its files out below ``UNPACKED``; in place only when they are all there."""
    target = UNPACKED / item.package
    with exclusive_lock(TOOLS / "install.lock", wait=True), tempfile.TemporaryDirectory() as folder:
        # apt fetches as a user of its own, who must be able to write here.
        Path(folder).chmod(0o777)
        what = f"Debian package {item.package}"
        fetch = ["apt-get", "download", item.package]
        run_logged(fetch, log=log, what=what, environment=environment, directory=Path(folder))
        [archive] = Path(folder).glob("*.deb")
        part = target.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        run_logged(["dpkg-deb", "-x", str(archive), str(part)], log=log, what=what, environment=environment)
        if item.user and not _has_user(item.user):
            home = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
            run_logged(["useradd", "--system", *home, item.user], log=log, what=what, environment=environment)
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)


def _has_user(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def is_running_in_ci() -> bool:
    """Whether the environment says so (``CI`` set to anything but nothing, 0 or false)."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
