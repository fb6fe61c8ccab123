"""The Teams stand-in as a program, with a bot of the test's own in front of it."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from local.certificate import ensure_certificate, ensure_trust
from local.demo_tenant import BOT_ID
from local.layout import Ports
from local.private_files import TEAMS_SECRET, ensure_secrets
from local.probes import http_answers, listens, wait_until
from local.processes import Child, stop_all
from local.tools import ROOT
from shared.settings import ProcessSettings

Bot = Callable[[dict[str, Any], str], tuple[int, object]]
"""What a bot does: activity and Authorization header in, HTTP status and JSON out."""


def taking(activity: dict[str, Any], authorization: str) -> tuple[int, object]:
    """A bot that takes everything and says nothing."""
    return 200, None


class TeamsProgram:
    """One stand-in and one bot. ``bot`` may be replaced while it runs."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.bot: Bot = taking
        self.heard: list[dict[str, Any]] = []
        """Activities that the bot got, in order."""
        ports = Ports.free()
        self.web, self.service = ports.teams_web, ports.teams_service
        directory.mkdir(parents=True, exist_ok=True)
        ensure_certificate(directory / "relay.pem")
        ensure_trust(directory / "relay.pem", directory / "trust.pem")
        ensure_secrets(directory / "secrets.json")
        self.child: Child | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def process(self) -> ProcessSettings:
        """What the bot's process is told."""
        address = f"127.0.0.1:{self.service}"
        return ProcessSettings(
            storage="",
            secrets_file=str(self.directory / "secrets.json"),
            bot_app_id=BOT_ID,
            bot_secret=TEAMS_SECRET,
            bot_login_url=f"https://{address}",
            bot_openid_url=f"https://{address}/v1/.well-known/openidconfiguration",
            bot_service_hosts=address,
        )

    def start(self) -> None:
        """Start the program and wait until the app is installed for everybody."""
        command = [
            *(sys.executable, "-m", "local.teams", "--data", str(self.directory / "data")),
            *("--web-port", str(self.web), "--service-port", str(self.service)),
            *("--certificate", str(self.directory / "relay.pem"), "--secrets", str(self.directory / "secrets.json")),
            *("--bot", f"http://127.0.0.1:{self._server.server_port}/api/teams/messages", "--bot-id", BOT_ID),
        ]
        (self.directory / "data").mkdir(exist_ok=True)
        child = self.child = Child("teams", command, log=self.directory / "log", directory=ROOT)
        ready = wait_until(
            lambda: listens(self.service) and http_answers(self.web, "/api/health"),
            timeout_seconds=30,
            give_up=lambda: child.exit_code() is not None,
        )
        assert ready, child.log_tail()

    def wait_installed(self) -> None:
        """Until everybody has the app."""
        done = wait_until(
            lambda: http_answers(self.web, "/api/installed"),
            timeout_seconds=20,
            give_up=lambda: False,
        )
        assert done, self.json("GET", "/api/activities")

    def stop(self) -> int | None:
        """Stop the program; its exit code."""
        assert self.child is not None
        stop_all([self.child])
        return self.child.exit_code()

    def close(self) -> None:
        """Stop everything."""
        self.stop()
        self._server.shutdown()
        self._server.server_close()

    def request(
        self, method: str, path: str, content: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        """Ask the pages' side."""
        body = None if content is None else json.dumps(content)
        sent = {} if body is None else {"Content-Type": "application/json"}
        connection = HTTPConnection("127.0.0.1", self.web, timeout=20)
        try:
            connection.request(method, path, body, {**sent, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def json(self, method: str, path: str, content: object = None) -> Any:
        """The same for JSON, which must succeed."""
        status, body, _ = self.request(method, path, content)
        assert status == 200, body
        return json.loads(body)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                activity = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                program.heard.append(activity)
                status, content = program.bot(activity, self.headers.get("Authorization", ""))
                body = b"" if content is None else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                return

        return Handler
