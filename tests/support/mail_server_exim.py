"""Debian's Exim in a test, as a client of the relay or as a next hop: configuration, spool and port of its own.

Its package conflicts with Postfix's and is unpacked only (``local.debian_packages``). The configuration follows Exim's
specification: manualroute router, smtp transport, plaintext authenticators (https://www.exim.org/exim-html-4.96/doc/html/).
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from bench.postfix import free_port
from local.debian_packages import PROGRAMS
from local.probes import listens
from local.processes import Child, stop_all
from tests.support.debian import require_server
from tests.support.mail_server import Submission, Upstream, authority_file, open_way
from tests.support.relay import wait_until

_CONFIGURATION = """\
primary_hostname = exim.localhost
qualify_domain = exim.localhost
exim_path = {program}
spool_directory = {spool}
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
tls_advertise_hosts = {tls_hosts}
{tls_files}
auth_advertise_hosts = {auth_hosts}
local_interfaces = <; 127.0.0.1
daemon_smtp_ports = {port}
deliver_drop_privilege = true
keep_environment =
never_users = root
message_size_limit = {size}
smtputf8_advertise_hosts = {utf8_hosts}
dsn_advertise_hosts = *
accept_8bitmime = {eight}
queue_only = false
smtp_accept_max = 100
smtp_accept_queue = 0
smtp_accept_queue_per_connection = 0
remote_max_parallel = 5
bounce_return_message = true
local_from_check = false
untrusted_set_sender = *
log_selector = +smtp_connection +smtp_protocol_error +tls_cipher +tls_peerdn +received_recipients +delivery_size
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept
{options}

begin acl
check_mail:
{mail_acl}
  accept
check_rcpt:
{rcpt_acl}
  accept

begin routers
all:
  driver = manualroute
  transport = onwards
  route_list = * {next_host}::{next_port} byname
  self = send

begin transports
onwards:
  driver = smtp
  hosts_try_fastopen =
  allow_localhost
{transport}

begin retry
* * F,1h,2s

begin authenticators
{authenticators}
"""


class EximServer:
    """Use it in a ``with`` block. ``rcpt_acl`` and ``mail_acl`` are lines of access control lists, ``options`` main
    ones; with ``no_eight_bits`` it offers neither 8BITMIME nor SMTPUTF8."""

    def __init__(
        self,
        directory: Path,
        upstream: Upstream,
        submission: Submission | None = None,
        *,
        options: str = "",
        mail_acl: str = "",
        rcpt_acl: str = "",
        transport: str = "",
        no_eight_bits: bool = False,
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.program = directory / "exim4"
        self._unpacked = require_server("exim4")
        self._upstream = upstream
        self._submission = submission or Submission()
        self._texts = {"options": options, "mail_acl": mail_acl, "rcpt_acl": rcpt_acl, "transport": transport}
        self._no_eight_bits = no_eight_bits
        self._child: Child | None = None

    def version(self) -> str:
        """Such as ``4.96``."""
        text = subprocess.run([self._unpacked, "-bV", "-C", "/dev/null"], capture_output=True, text=True, check=True)
        found = re.search(r"Exim version (\S+)", text.stdout)
        assert found is not None
        return found[1]

    def submit(self, sender: str, recipients: Sequence[str], content: bytes, *options: str) -> None:
        """Hand a message to it as sendmail does; lines end with LF."""
        command = [str(self.program), "-C", str(self._configuration), "-odq", "-i", *options]
        command += ["-f", sender, "--", *recipients]
        done = subprocess.run(command, input=content, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def queued(self) -> int:
        """How many messages wait."""
        command = [str(self.program), "-C", str(self._configuration), "-bpc"]
        return int(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)

    def log(self) -> str:
        """What it logged so far, deliveries and refusals."""
        paths = (self.directory / "log" / name for name in ("mainlog", "rejectlog", "paniclog"))
        return "".join(path.read_text("utf-8", "replace") for path in paths if path.exists())

    def wait_log(self, text: str, times: int = 1) -> str:
        """Return the log as soon as it holds ``text`` so often."""
        wait_until(lambda: self.log().count(text) >= times, 90)
        return self.log()

    @property
    def _configuration(self) -> Path:
        return self.directory / "exim.conf"

    def __enter__(self) -> EximServer:
        """Raises ``AssertionError`` with the log when it does not start."""
        user = pwd.getpwnam(PROGRAMS["exim4"].user)
        self.directory.mkdir(parents=True, exist_ok=True)
        open_way(self.directory, os.geteuid())
        shutil.copyfile(self._unpacked, self.program)
        self.program.chmod(0o755)
        for name in ("spool", "log"):
            (self.directory / name).mkdir(exist_ok=True)
            os.chown(self.directory / name, user.pw_uid, user.pw_gid)
        self._configuration.write_text(self._text(user))
        self._configuration.chmod(0o644)
        command = [str(self.program), "-C", str(self._configuration), "-bdf", "-q2s"]
        child = Child("exim", command, log=self.directory / "daemon.log")
        self._child = child
        wait_until(lambda: listens(self.port) or child.exit_code() is not None, 30)
        assert child.exit_code() is None, child.log_tail() + self.log()
        return self

    def _text(self, user: pwd.struct_passwd) -> str:
        submission, upstream = self._submission, self._upstream
        tls_files = ""
        if submission.certificate is not None:
            for name in ("cert", "key"):
                source: Path = getattr(submission.certificate, name)
                shutil.copyfile(source, self.directory / f"server.{name}.pem")
                os.chown(self.directory / f"server.{name}.pem", user.pw_uid, user.pw_gid)
            tls_files = (
                f"tls_certificate = {self.directory}/server.cert.pem\ntls_privatekey = {self.directory}/server.key.pem"
            )
        mail_acl, transport = self._texts["mail_acl"], self._texts["transport"]
        if submission.tls_required:
            mail_acl = "  deny !encrypted = *\n    message = 5.7.0 STARTTLS first\n" + mail_acl
        if submission.user:
            mail_acl = "  deny !authenticated = *\n    message = 5.7.0 AUTH first\n" + mail_acl
        if upstream.name:
            authority = authority_file(self.directory)
            transport += (
                f"  hosts_require_tls = *\n  tls_verify_certificates = {authority}\n  tls_verify_hosts = *\n"
                f"  tls_sni = {upstream.name}\n  tls_verify_cert_hostnames = *\n"
            )
        if upstream.user:
            transport += "  hosts_require_auth = *\n"
        return _CONFIGURATION.format(
            program=self.program,
            spool=self.directory / "spool",
            folder=self.directory,
            tls_hosts="*" if submission.certificate else "",
            tls_files=tls_files,
            auth_hosts="${if def:tls_in_cipher {*}}" if submission.user else "",
            eight="false" if self._no_eight_bits else "true",
            utf8_hosts="" if self._no_eight_bits else "*",
            port=self.port,
            size=submission.size_limit or "200M",
            options=self._texts["options"],
            mail_acl=mail_acl,
            rcpt_acl=self._texts["rcpt_acl"],
            transport=transport,
            next_host="localhost" if upstream.name else "127.0.0.1",
            next_port=upstream.port,
            authenticators=_authenticators(submission, upstream),
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            stop_all([self._child])


def _authenticators(submission: Submission, upstream: Upstream) -> str:
    text = ""
    if submission.user:
        text += f"""
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{submission.user}}}}}{{eq{{$auth3}}{{{submission.password}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{{submission.user}}}}}{{eq{{$auth2}}{{{submission.password}}}}}}}}}
  server_set_id = $auth1
"""
    if upstream.user:
        text += f"""
plain_client:
  driver = plaintext
  public_name = PLAIN
  client_send = ^{upstream.user}^{upstream.password}
"""
    return text
