"""The local identity provider, run for tests, and somebody who signs on there as the portal does (code flow with PKCE)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from local.demo_tenant import ENTRA_TENANT
from local.identity.settings import AUDIENCE, CLIENT_ID, SCOPE, issuer, portal_url, provider_command, provider_input
from local.layout import Layout, Ports
from local.probes import http_answers
from local.processes import Child
from local.tools import node_modules
from shared.settings import ProcessSettings
from tests.support.waiting import wait_for

SECONDS = 20.0
Key = dict[str, str]


class Identity:
    """A provider that runs. Keys are files of its state, so that a test rotates them as an operator would."""

    def __init__(self, directory: Path) -> None:
        self.layout, self.ports = Layout(directory), Ports.free()
        self._child: Child | None = None

    @property
    def keys_file(self) -> Path:
        """The private keys, the one that signs first."""
        return self.layout.part("identity") / "identity-keys.json"

    @property
    def process(self) -> ProcessSettings:
        """What the functions are told of it."""
        return ProcessSettings(
            storage="none",
            sign_on_audience=AUDIENCE,
            sign_on_issuer=issuer(self.ports, "{tid}"),
            sign_on_scope=SCOPE,
            sign_on_openid_url=f"{issuer(self.ports, ENTRA_TENANT)}/.well-known/openid-configuration",
        )

    def start(self, **environment: str) -> None:
        """Start it; it answers when this returns."""
        log = self.layout.part("identity") / "identity.log"
        command = [*provider_command(), str(provider_input(self.layout, self.ports))]
        values = dict(os.environ, MATTA_NODE_MODULES=str(node_modules()), **environment)
        self._child = Child("identity", command, log=log, environment=values)
        assert wait_for(lambda: http_answers(self.ports.identity, "/health"), SECONDS), self._child.log_tail()

    def stop(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.process.kill()
            self._child.process.wait()
            self._child = None

    def keys(self) -> list[Key]:
        """The keys that it has."""
        found: list[Key] = json.loads(self.keys_file.read_text("utf-8"))
        return found

    def restart(self, keys: list[Key]) -> list[Key]:
        """With these keys, the one that signs first; without any it makes one. Returns what it has then."""
        self.stop()
        self.keys_file.unlink()
        if keys:
            self.keys_file.write_text(json.dumps(keys), "utf-8")
        self.start()
        return self.keys()

    def token(self, person: str, directory: str = ENTRA_TENANT) -> str:
        """An access token of the person with that id."""
        return str(self.tokens(person, directory)["access_token"])

    def tokens(self, person: str, directory: str = ENTRA_TENANT) -> Mapping[str, Any]:
        """All that the token endpoint answers when they have signed on."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        here, back = issuer(self.ports, directory), f"{portal_url(self.ports)}/"
        asked = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "redirect_uri": back,
            "scope": f"openid profile offline_access {SCOPE}",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "state": "x",
        }
        with requests.Session() as browser:
            shown = browser.get(f"{here}/auth", params=asked, timeout=SECONDS)
            assert re.search(rf'value="{person}"', shown.text), shown.text[:2000]
            answer = browser.post(shown.url, data={"person": person}, allow_redirects=False, timeout=SECONDS)
            while not (to := answer.headers["Location"]).startswith(back):
                answer = browser.get(urljoin(answer.url, to), allow_redirects=False, timeout=SECONDS)
            code = parse_qs(urlsplit(to).query)["code"][0]
            granted: Mapping[str, Any] = browser.post(
                f"{here}/token",
                data={
                    "grant_type": "authorization_code",
                    "client_id": CLIENT_ID,
                    "code": code,
                    "redirect_uri": back,
                    "code_verifier": verifier,
                },
                timeout=SECONDS,
            ).json()
        return granted


@contextmanager
def identity_provider(directory: Path) -> Iterator[Identity]:
    """One that is stopped at the end."""
    provider = Identity(directory)
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
