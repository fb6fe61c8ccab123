"""The portal's headers: hosts of the installation are filled in, nothing else is opened."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from local.portal.headers import with_hosts
from local.tools import ROOT

FILE = ROOT / "portal" / "public" / "staticwebapp.config.json"
API, SIGN_ON = "https://api.matta.example", "https://login.microsoftonline.com/organizations"


def directives(text: str) -> dict[str, list[str]]:
    policy = json.loads(text)["globalHeaders"]["Content-Security-Policy"]
    return {piece.split()[0]: piece.split()[1:] for piece in policy.split(";")}


def test_a_portal_whose_hosts_were_forgotten_reaches_nobody() -> None:
    found = directives(FILE.read_text("utf-8"))
    assert found["connect-src"] == ["'self'"]
    assert found["default-src"] == ["'none'"]


def test_the_two_hosts_are_allowed_and_no_other() -> None:
    before, after = (
        directives(FILE.read_text("utf-8")),
        directives(with_hosts(FILE.read_text("utf-8"), f"{API}/", SIGN_ON)),
    )
    assert after["connect-src"] == ["'self'", API, "https://login.microsoftonline.com"]
    assert after["frame-src"] == [*before["frame-src"], "https://login.microsoftonline.com"]
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"connect-src", "frame-src"}
    assert after["frame-ancestors"] == ["'self'"], "only its own hidden frame"


def test_a_second_run_changes_nothing() -> None:
    once = with_hosts(FILE.read_text("utf-8"), API, SIGN_ON)
    assert with_hosts(once, API, SIGN_ON) == once


@pytest.mark.parametrize(
    "address", ["", "matta.example", "https://", "https://a;script-src *", "javascript:x", "https://*"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        with_hosts(FILE.read_text("utf-8"), address, SIGN_ON)


def test_the_hook_writes_them_where_the_build_lies(tmp_path: Path) -> None:
    """The hook itself, in a copy of the places that it looks at."""
    (tmp_path / "infra" / "hooks").mkdir(parents=True)
    hook = tmp_path / "infra" / "hooks" / "portal_headers.sh"
    hook.write_bytes((ROOT / "infra" / "hooks" / "portal_headers.sh").read_bytes())
    (tmp_path / "portal" / "dist").mkdir(parents=True)
    built = tmp_path / "portal" / "dist" / FILE.name
    built.write_bytes(FILE.read_bytes())
    for name in ("local", "shared"):
        (tmp_path / name).symlink_to(ROOT / name)
    environment = {"PATH": os.environ["PATH"], "MATTA_PUBLIC_URL": API}
    for _ in range(2):
        subprocess.run(["sh", str(hook)], env=environment, timeout=60, check=True)
        assert API in directives(built.read_text("utf-8"))["connect-src"]
    assert re.search(
        r"predeploy:\s+shell: sh\s+run: ../infra/hooks/portal_headers.sh", (ROOT / "azure.yaml").read_text()
    )
