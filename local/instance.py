"""One Matta on this machine: starts its parts in order, says how to reach them, stops them.

``./dev up`` runs one; tests and the demo make their own::

    with Instance(Layout(tmp_path), Ports.free()) as instance:
        instance.endpoints["smtp"], instance.children["functions"].pid, instance.restart("relay")

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from local import endpoints
from local.certificate import ensure_certificate, ensure_trust
from local.demo_tenant import BOT_ID
from local.identity.settings import provider_command, provider_input, sign_on_variables
from local.layout import DEFAULT_DIRECTORY, Layout, Ports
from local.portal.build import portal_files
from local.private_files import TEAMS_SECRET, ensure_keys, ensure_secrets
from local.probes import http_answers, listens, wait_until
from local.processes import Child, stop_all
from local.progress import step
from local.tools import ROOT, azurite_command

START_SECONDS = 60.0
"""How long one part may take until it is ready."""
PUBLIC_ENDPOINTS = Layout(DEFAULT_DIRECTORY).endpoints
"""The one endpoints file that everybody knows: the repository's, also of an instance with ``--data`` elsewhere."""


class PartFailedError(RuntimeError):
    """A part did not start, or ended by itself. The text names it and has the last lines of its log."""


class StoppedError(RuntimeError):
    """Somebody asked to stop while the instance was still starting."""


@dataclass(frozen=True, slots=True)
class Part:
    """How to start one part and how to see that it is ready."""

    name: str
    title: str
    command: Sequence[str]
    is_ready: Callable[[], bool]


def _obituary(child: Child, otherwise: str = "ended") -> str:
    code = child.exit_code()
    what = otherwise if code is None else f"ended with {code}" if code >= 0 else f"was ended by signal {-code}"
    tail = "\n".join("    " + line for line in child.log_tail().splitlines())
    return f"{child.name} {what}. Last lines of its log:\n{tail}\nwhole log: {child.log}"


class Instance:
    """All parts of one instance. Make and use it in the main thread (see ``Child``)."""

    def __init__(
        self,
        layout: Layout,
        ports: Ports,
        environment: Mapping[str, str] | None = None,
        *,
        publish: bool = False,
        give_up: Callable[[], bool] = lambda: False,
        only: Collection[str] = (),
    ) -> None:
        """``environment`` is added to what the parts get. ``publish`` also writes the repository's endpoints file.

        ``only`` names the parts to start; none means all of them. Mail flows without teams, identity and portal.
        ``give_up`` is asked while waiting in ``start``; True ends that with ``StoppedError``.
        """
        self.layout = layout
        self.ports = ports
        self.environment = self._environment() | dict(environment or {})
        self.children: dict[str, Child] = {}
        """The running parts by name: azurite, mailbox, teams, identity, functions, portal, relay."""
        self._publish = publish
        self._give_up = give_up
        self._only = frozenset(only)

    def _environment(self) -> dict[str, str]:
        """What the functions, the relay and the seed find in their environment; see docs/OPERATIONS.md."""
        ports = self.ports
        microsoft = f"127.0.0.1:{ports.teams_service}"
        trust = str(self.layout.data / "trust.pem")
        storage = endpoints.connection_string(ports.blob, ports.queue, ports.table)
        return dict(
            os.environ,
            PYTHONPATH=str(ROOT),
            PYTHONUNBUFFERED="1",
            AzureWebJobsStorage=storage,
            MattaStorage=storage,
            MATTA_PUBLIC_URL=f"http://127.0.0.1:{ports.api}",
            MATTA_KEYS_FILE=str(self.layout.data / "keys.json"),
            MATTA_SECRETS_FILE=str(self.layout.data / "secrets.json"),
            MATTA_RELAY_HOST="127.0.0.1",
            MATTA_RELAY_PORT=str(ports.smtp),
            MATTA_RELAY_HEALTH_PORT=str(ports.relay_health),
            MATTA_RELAY_CERT=str(self.layout.data / "relay.pem"),
            MATTA_RELAY_EVENTS_URL=f"http://127.0.0.1:{ports.api}/runtime/webhooks/blobs",
            MATTA_RELAY_STOP_SECONDS="10",  # within the time that stopping everything may take
            MATTA_DEMO_NEXT_HOP=f"127.0.0.1:{ports.mailbox_smtp}",
            MATTA_NEXT_HOP_NETWORKS="127.0.0.0/8,::1",
            MATTA_BOT_APP_ID=BOT_ID,
            MATTA_BOT_SECRET=TEAMS_SECRET,
            MATTA_BOT_LOGIN_URL=f"https://{microsoft}",
            MATTA_BOT_OPENID_URL=f"https://{microsoft}/v1/.well-known/openidconfiguration",
            MATTA_BOT_SERVICE_HOSTS=microsoft,
            REQUESTS_CA_BUNDLE=trust,
            **sign_on_variables(ports),
            PYTHON_THREADPOOL_THREAD_COUNT="32",  # as on Azure: a slow next hop must not keep pages waiting
        )

    def _parts(self) -> list[Part]:
        """In the order of their start; each uses only earlier ones."""
        python, layout, ports = sys.executable, self.layout, self.ports
        storage_ports = (ports.blob, ports.queue, ports.table)
        return [
            Part(
                "azurite",
                "storage (Azurite)",
                azurite_command(layout.part("azurite"), *storage_ports),
                lambda: all(map(listens, storage_ports)),
            ),
            Part(
                "mailbox",
                "mailbox",
                [
                    *(python, "-m", "local.mailbox", "--data", str(layout.part("mailbox"))),
                    *("--smtp-port", str(ports.mailbox_smtp), "--web-port", str(ports.mailbox_web)),
                ],
                lambda: listens(ports.mailbox_smtp) and http_answers(ports.mailbox_web, "/api/health"),
            ),
            Part(
                "teams",
                "Teams stand-in",
                [
                    *(python, "-m", "local.teams", "--data", str(layout.part("teams"))),
                    *("--web-port", str(ports.teams_web), "--service-port", str(ports.teams_service)),
                    *("--certificate", str(layout.data / "relay.pem")),
                    *("--bot", f"http://127.0.0.1:{ports.api}/api/teams/messages", "--bot-id", BOT_ID),
                    *("--secrets", str(layout.data / "secrets.json")),
                ],
                lambda: listens(ports.teams_service) and http_answers(ports.teams_web, "/api/health"),
            ),
            Part(
                "identity",
                "identity provider",
                [*provider_command(), str(provider_input(layout, ports))],
                lambda: http_answers(ports.identity, "/health"),
            ),
            Part(
                "functions",
                "functions",
                [
                    *(python, "-m", "local.functions_host", "--app-dir", str(ROOT)),
                    *("--port", str(ports.api), "--state", str(layout.part("functions"))),
                ],
                lambda: http_answers(ports.api, "/api/health"),
            ),
            Part(
                "portal",
                "web portal",
                [
                    *(python, "-m", "local.portal", "--files", self._portal_files(), "--port", str(ports.portal)),
                    *("--api", f"http://127.0.0.1:{ports.api}"),
                    *("--sign-on", f"http://127.0.0.1:{ports.identity}"),
                ],
                lambda: http_answers(ports.portal, "/"),
            ),
            Part(
                "relay",
                "relay",
                [python, "-m", "smtp_relay"],
                lambda: listens(ports.smtp) and http_answers(ports.relay_health, "/healthz"),
            ),
        ]

    def _portal_files(self) -> str:
        """Built only where the portal is to run: that needs its packages, and takes seconds."""
        return str(portal_files()) if self._wanted("portal") else ""

    def _wanted(self, name: str) -> bool:
        return not self._only or name in self._only

    @property
    def endpoints(self) -> dict[str, Any]:
        """How to reach the parts; keys as in ``local.endpoints``."""
        pids = {"dev": os.getpid()} | {name: child.pid for name, child in self.children.items()}
        return endpoints.describe(self.ports, self.layout, pids)

    def _endpoint_files(self) -> list[Path]:
        """The instance's own, and the repository's unless another running instance has that one."""
        files = [self.layout.endpoints]
        if self._publish and self.layout.endpoints != PUBLIC_ENDPOINTS:
            other = endpoints.read(PUBLIC_ENDPOINTS)
            if other is None or other["pids"]["dev"] == os.getpid():
                files.append(PUBLIC_ENDPOINTS)
        return files

    def start(self) -> None:
        """Start everything and return when it is ready, with the endpoints file in place.

        :raises LayoutError: ports or directories can't be used.
        :raises ToolError: Azurite or Node.js could not be installed.
        :raises PartFailedError: a part did not start; call ``stop`` then, too.
        :raises StoppedError: ``give_up`` said so.
        """
        self.ports.check_free()
        self.layout.make()
        ensure_keys(self.layout.data / "keys.json")
        ensure_secrets(self.layout.data / "secrets.json")
        ensure_certificate(self.layout.data / "relay.pem")
        ensure_trust(self.layout.data / "relay.pem", self.layout.data / "trust.pem")
        for part in self._parts():
            if not self._wanted(part.name):
                continue
            (self.layout.logs / f"{part.name}.log").write_bytes(b"")
            self._start(part)
            if part.name == "mailbox":
                self._seed()
        if "teams" in self.children:
            self._wait_for_the_app()
        self._write_endpoints()

    def restart(self, name: str) -> None:
        """Start a part again, whether it still runs (it is stopped first) or has died.

        :raises PartFailedError: it did not start.
        """
        stop_all([self.children[name]])  # keeps its place: parts stop in the reverse order of the first start
        self._start(next(part for part in self._parts() if part.name == name))
        self._write_endpoints()

    def check(self) -> None:
        """:raises PartFailedError: a part has ended by itself."""
        for child in self.children.values():
            if child.exit_code() is not None:
                raise PartFailedError(_obituary(child))

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop all that was started; ``hurry`` is asked while waiting, True ends the patience."""
        for path in self._endpoint_files():
            endpoints.remove(path)
        stop_all(list(self.children.values()), hurry=hurry)
        self.children.clear()

    def __enter__(self) -> Instance:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _write_endpoints(self) -> None:
        content = self.endpoints
        for path in self._endpoint_files():
            endpoints.write(path, content)

    def _start(self, part: Part) -> None:
        if self._give_up():
            raise StoppedError
        with step(part.title):
            log = self.layout.logs / f"{part.name}.log"
            child = Child(part.name, part.command, log=log, environment=self.environment, directory=ROOT)
            self.children[part.name] = child
            ready = wait_until(
                part.is_ready,
                timeout_seconds=START_SECONDS,
                give_up=lambda: self._give_up() or child.exit_code() is not None,
            )
            if self._give_up():
                raise StoppedError
            if not ready:
                raise PartFailedError(_obituary(child, f"was not ready after {START_SECONDS:.0f} s"))

    def _wait_for_the_app(self) -> None:
        """Until everybody has the Teams app: before that, nobody would get a card."""
        with step("Teams app for everybody"):
            ready = wait_until(
                lambda: http_answers(self.ports.teams_web, "/api/installed"),
                timeout_seconds=START_SECONDS,
                give_up=self._give_up,
            )
            if self._give_up():
                raise StoppedError
            if not ready:
                raise PartFailedError(
                    _obituary(self.children["functions"], "did not take the Teams app's installation")
                )

    def _seed(self) -> None:
        """Put the demo tenant into storage; what is there already stays as people have changed it."""
        if self._give_up():
            raise StoppedError
        log = self.layout.logs / "seed.log"
        with step("demo tenant"), log.open("wb") as output:
            code = subprocess.run(
                [sys.executable, "-m", "local.seed"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=ROOT,
                timeout=START_SECONDS,
                check=False,
            ).returncode
            if code:
                tail = "\n".join("    " + line for line in log.read_text("utf-8", "replace").splitlines()[-20:])
                raise PartFailedError(f"the demo tenant could not be set up:\n{tail}\nwhole log: {log}")
