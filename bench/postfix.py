"""A Postfix of our own for benchmarks: own configuration, queue and ports, beside whatever the system has.

The daemons run in the foreground below this process and end with it; the system's Postfix, its configuration and its
service are not touched. Settings: postconf(5), master(5); the content filter is Postfix's "advanced content filter"
(https://www.postfix.org/FILTER_README.html#advanced_filter).
"""

from __future__ import annotations

import grp
import os
import pwd
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from local.debian_packages import can_install, find_program
from local.debian_packages import install as install_packages
from local.probes import listens, wait_until
from local.processes import Child, stop_all

_DAEMONS = """\
pickup    unix  n - n 60  1 pickup
cleanup   unix  n - n -   0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n -   - trivial-rewrite
bounce    unix  - - n -   0 bounce
defer     unix  - - n -   0 bounce
trace     unix  - - n -   0 bounce
verify    unix  - - n -   1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -   - proxymap
proxywrite unix - - n -   1 proxymap
smtp      unix  - - n -   - smtp
relay     unix  - - n -   - smtp
error     unix  - - n -   - error
retry     unix  - - n -   - error
discard   unix  - - n -   - discard
tlsmgr    unix  - - n 1000? 1 tlsmgr
anvil     unix  - - n -   1 anvil
scache    unix  - - n -   1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def why_not() -> str:
    """Why Postfix can't be run here, for a benchmark's note; empty where it can."""
    if find_program("postfix") is None:
        return "Postfix is not installed (Debian package postfix)"
    if os.geteuid() != 0:
        return "Postfix starts as root only"
    return ""


def install() -> str:
    """Install Debian's Postfix where that is possible and needed; returns ``why_not()`` afterwards.

    Nothing is left running: no package may start a service while it is installed.

    :raises ToolError: the installation failed.
    """
    if find_program("postfix") is None and can_install():
        install_packages(["postfix"])
    return why_not()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postfix:
    """One running Postfix that relays everything to ``next_hop_port``; use it in a ``with`` block.

    ``filter_port``: mail goes to the SMTP filter there first, which gives it back at ``reentry_port``. ``discard``: take
    mail and drop it after queueing, for accept rates.
    """

    def __init__(
        self,
        directory: Path,
        *,
        next_hop_port: int = 0,
        filter_port: int = 0,
        discard: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self._settings = dict(settings or {})
        self.port = free_port()
        self.reentry_port = free_port()
        self._next_hop_port = next_hop_port
        self._filter_port = filter_port
        self._discard = discard
        self._child: Child | None = None

    def _write_configuration(self) -> None:
        configuration, queue, data = (self.directory / name for name in ("conf", "queue", "data"))
        for path in (configuration, queue, data):
            path.mkdir(parents=True)
        # Postfix's own daemons give up root and must reach their files through every directory above.
        for path in (self.directory, *self.directory.parents):
            if path.stat().st_uid == os.geteuid() and not path.stat().st_mode & 0o001:
                path.chmod(path.stat().st_mode | 0o011)
        owner = pwd.getpwnam("postfix")
        os.chown(data, owner.pw_uid, owner.pw_gid)
        data.chmod(0o700)
        transport = "discard:" if self._discard else f"smtp:[127.0.0.1]:{self._next_hop_port}"
        main = {
            "compatibility_level": "3.6",
            "queue_directory": queue,
            "data_directory": data,
            "mail_owner": "postfix",
            "setgid_group": grp.getgrnam("postdrop").gr_name,
            "myhostname": "bench.localhost",
            "mydestination": "",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "default_transport": transport,
            "relay_transport": transport,
            "disable_dns_lookups": "yes",
            "smtp_dns_support_level": "disabled",
            "alias_maps": "",
            "alias_database": "",
            "local_recipient_maps": "",
            "message_size_limit": "0",
            "mailbox_size_limit": "0",
            "smtpd_client_connection_count_limit": "0",
            "smtpd_client_connection_rate_limit": "0",
            "maillog_file": self.directory / "maillog",
            "maillog_file_prefixes": self.directory,
            **self._settings,
        }
        text = "".join(f"{name} = {value}\n" for name, value in main.items())
        (configuration / "main.cf").write_text(text)
        through = f" -o content_filter=smtp:[127.0.0.1]:{self._filter_port}" if self._filter_port else ""
        back = "-o content_filter= -o receive_override_options=no_unknown_recipient_checks,no_header_body_checks"
        (configuration / "master.cf").write_text(
            f"127.0.0.1:{self.port} inet n - n - - smtpd{through}\n"
            f"127.0.0.1:{self.reentry_port} inet n - n - - smtpd {back}\n" + _DAEMONS
        )

    def __enter__(self) -> Self:
        """Raises ``RuntimeError`` with the log's end when it does not start."""
        self._write_configuration()
        command = ["/usr/sbin/postfix", "-c", str(self.directory / "conf"), "start-fg"]
        child = Child("postfix", command, log=self.directory / "postfix.log")
        self._child = child
        gone = lambda: child.exit_code() is not None  # noqa: E731 # used twice, one line
        if not wait_until(lambda: listens(self.port), timeout_seconds=30, give_up=gone):
            log = self.directory / "maillog"
            more = log.read_text("utf-8", "replace")[-2000:] if log.exists() else ""
            stop_all([child])
            raise RuntimeError(f"Postfix did not start:\n{child.log_tail()}\n{more}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            # start-fg ends its daemons, which live in process groups of their own, on SIGTERM to the master.
            subprocess.run(
                ["/usr/sbin/postfix", "-c", str(self.directory / "conf"), "stop"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
            stop_all([self._child])
