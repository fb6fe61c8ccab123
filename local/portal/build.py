"""Build the portal: types of the API from its document, then the static files. Nothing is built twice from the same sources.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from local.locks import exclusive_lock
from local.tools import ROOT, TOOLS, node_modules, node_path, run_logged

PORTAL = ROOT / "portal"
_TYPES = PORTAL / "src" / "api" / "schema.gen.ts"
_KEPT_SECONDS = 24 * 3600.0
_DOCUMENT = "import msgspec, sys; from functions.api.openapi import document; sys.stdout.buffer.write(msgspec.json.encode(document()))"


def portal_files() -> Path:
    """The directory with the built files; builds them where the sources have changed.

    :raises ToolError: Node packages could not be installed, or the build failed.
    """
    modules = prepare()
    digest = _digest()
    target = TOOLS / f"portal-{digest}"
    if target.is_dir():
        return target
    with exclusive_lock(TOOLS / "portal.lock", wait=True):
        if target.is_dir():
            return target
        work = TOOLS / f"portal-{digest}.part"
        shutil.rmtree(work, ignore_errors=True)
        _node(modules, "vite/bin/vite.js", "build", log="portal-build.log", MATTA_PORTAL_OUT=str(work))
        work.rename(target)  # the last step, so that half a build is never taken for a whole one
        _forget_older(target)
    return target


def prepare() -> Path:
    """Node packages in place (also as ``portal/node_modules``, where editors and tools look) and the API's types made."""
    modules = node_modules(PORTAL)
    link = PORTAL / "node_modules"
    if link.is_symlink() and link.resolve() != modules.resolve():
        link.unlink()
    if not link.exists():
        link.symlink_to(modules, target_is_directory=True)
    document = TOOLS / f"openapi-{os.getpid()}.json"  # others may be preparing at the same time
    run_logged([sys.executable, "-c", _DOCUMENT], log=document, what="the API's document")
    made = TOOLS / f"schema-{os.getpid()}.ts"
    _node(modules, "openapi-typescript/bin/cli.js", str(document), "-o", str(made), log="portal-types.log")
    if not _TYPES.exists() or _TYPES.read_bytes() != made.read_bytes():
        made.replace(_TYPES)
    made.unlink(missing_ok=True)
    document.unlink(missing_ok=True)
    return modules


def _node(modules: Path, script: str, *arguments: str, log: str, **environment: str) -> None:
    node = node_path()
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(node), str(modules / script), *arguments]
    cwd_free = dict(os.environ, PATH=path, NODE_ENV="production", **environment)
    run_logged(command, log=TOOLS / log, what="the portal", environment=cwd_free, directory=PORTAL)


def _sources() -> Iterator[Path]:
    for name in ("package-lock.json", "vite.config.ts", "tsconfig.json", "index.html"):
        yield PORTAL / name
    for folder in ("src", "public"):
        yield from sorted(path for path in (PORTAL / folder).rglob("*") if path.is_file())


def _digest() -> str:
    found = hashlib.sha256()
    for path in _sources():
        found.update(json.dumps(str(path.relative_to(PORTAL))).encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:12]


def _forget_older(kept: Path) -> None:
    for path in TOOLS.glob("portal-*"):
        # Not the younger ones: an instance that runs may be serving them.
        if path.is_dir() and path != kept and time.time() - path.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
