"""``python -m local.portal``: serve the built portal on loopback, with the headers of portal/public/staticwebapp.config.json.

A path that is no file gets the page itself, as a static web app's fallback does, so that deep links work.
Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from local.portal.headers import CONFIGURATION, with_hosts


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, files: Path, api: str, sign_on: str, *arguments: object) -> None:
        self._files = files
        self._api = api
        self._sign_on = sign_on
        super().__init__(*arguments)  # type: ignore[arg-type]  # handed on

    def do_GET(self) -> None:
        """Serve a file, ``/config.json``, or the page."""
        path = unquote(urlsplit(self.path).path)
        if path == "/config.json":
            self._send(json.dumps({"api_url": self._api}).encode(), "application/json", cached=False)
            return
        wanted = (self._files / path.lstrip("/")).resolve()
        if not wanted.is_relative_to(self._files) or not wanted.is_file() or wanted.name == CONFIGURATION:
            if path.startswith("/assets/"):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            wanted = self._files / "index.html"
        kind = mimetypes.guess_type(wanted.name)[0] or "application/octet-stream"
        self._send(wanted.read_bytes(), kind, cached=path.startswith("/assets/"))

    do_HEAD = do_GET

    def _send(self, body: bytes, kind: str, *, cached: bool) -> None:
        self.send_response(HTTPStatus.OK)
        text = (self._files / CONFIGURATION).read_text("utf-8")
        for name, value in json.loads(with_hosts(text, self._api, self._sign_on))["globalHeaders"].items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if cached else "no-cache")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing of what goes well."""


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(prog="local.portal")
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api", required=True, help="URL that the API's routes begin with")
    parser.add_argument("--sign-on", required=True, help="address of the identity provider")
    options = parser.parse_args()
    mimetypes.add_type("text/javascript", ".js")
    handler = partial(_Handler, options.files.resolve(), options.api, options.sign_on)
    with ThreadingHTTPServer(("127.0.0.1", options.port), handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
