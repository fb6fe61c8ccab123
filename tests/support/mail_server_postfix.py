"""Debian's Postfix in a test, as a client of the relay or as a next hop: ``bench.postfix`` with TLS, AUTH and limits.

with PostfixServer(tmp_path, Upstream(relay.port, name="relay.example")) as server:
    server.submit("me@aozora.example", ["you@partner.example"], content)      # by its sendmail program
    server.wait_log("status=sent")
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.postfix import Postfix
from tests.support.debian import require_server
from tests.support.mail_server import Submission, Upstream, authority_file
from tests.support.relay import wait_until


class PostfixServer(Postfix):
    """Use it in a ``with`` block. ``changes`` are lines of main.cf above all others."""

    def __init__(
        self,
        directory: Path,
        upstream: Upstream,
        submission: Submission | None = None,
        changes: Mapping[str, str] | None = None,
    ) -> None:
        require_server("postfix")
        authority = authority_file(directory)
        settings = {
            # The first retry comes after seconds, not minutes.
            "minimal_backoff_time": "2s",
            "maximal_backoff_time": "4s",
            "queue_run_delay": "2s",
            "smtp_tls_loglevel": "1",
            "smtp_destination_concurrency_limit": "5",
            "command_directory": str(directory / "bin"),
            "always_add_missing_headers": "no",
            "local_header_rewrite_clients": "",
            **_client(upstream, authority),
            **_server(submission or Submission()),
            **(changes or {}),
        }
        super().__init__(directory, next_hop_port=upstream.port, settings=settings)
        programs = directory / "bin"
        programs.mkdir(parents=True)
        for name in ("postdrop", "postqueue"):
            # Without the set-group-id bit, so that they take a configuration of ours; they run as root here anyway.
            shutil.copyfile(f"/usr/sbin/{name}", programs / name)
            (programs / name).chmod(0o755)
        for name in ("postlog", "postsuper", "postconf", "postmulti", "postalias", "postcat", "postkick", "postfix"):
            (programs / name).symlink_to(f"/usr/sbin/{name}")

    @staticmethod
    def version() -> str:
        """Such as ``3.7.11``."""
        text = subprocess.run(
            ["/usr/sbin/postconf", "-d", "-h", "mail_version"], capture_output=True, text=True, check=True
        )
        return text.stdout.strip()

    def submit(self, sender: str, recipients: Sequence[str], content: bytes, *options: str) -> None:
        """Hand a message to its sendmail program, which takes lines that end with LF."""
        command = ["/usr/sbin/sendmail", "-C", str(self.directory / "conf"), "-i", *options]
        command += ["-f", sender, "--", *recipients]
        done = subprocess.run(command, input=content, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def log(self) -> str:
        """What it logged so far."""
        path = self.directory / "maillog"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def wait_log(self, text: str, times: int = 1) -> str:
        """Return the log as soon as it holds ``text`` so often."""
        wait_until(lambda: self.log().count(text) >= times, 90)
        return self.log()


def _client(upstream: Upstream, authority: Path) -> Mapping[str, str]:
    if not upstream.name:
        return {"smtp_tls_security_level": "none"}
    settings = {
        "smtp_tls_security_level": "secure",
        "smtp_tls_CAfile": str(authority),
        "smtp_tls_secure_cert_match": upstream.name,
    }
    if upstream.user:
        settings |= {
            "smtp_sasl_auth_enable": "yes",
            "smtp_sasl_security_options": "noanonymous",
            "smtp_sasl_password_maps": f"static:{upstream.user}:{upstream.password}",
        }
    return settings


def _server(submission: Submission) -> Mapping[str, str]:
    settings: dict[str, str] = {}
    if submission.certificate is not None:
        settings |= {
            "smtpd_tls_cert_file": str(submission.certificate.cert),
            "smtpd_tls_key_file": str(submission.certificate.key),
            "smtpd_tls_security_level": "encrypt" if submission.tls_required else "may",
            "smtpd_tls_loglevel": "1",
        }
    if submission.size_limit:
        settings["message_size_limit"] = str(submission.size_limit)
    return settings
