"""A Python 3.13 beside the project's own: Azure runs the functions on it, and Microsoft's Python runtime needs it.

The interpreter comes from PATH, from pyenv's versions, or through uv (which is installed from PyPI into `.tools` if
need be); the packages live in a virtual environment of their own, `.venv-py313`.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from local.locks import exclusive_lock
from local.tools import ROOT, TOOLS, ToolError, run_logged

VERSION = "3.13"
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "tests" / "conformance" / "requirements.txt")
"""What `.venv-py313` holds: what the functions need on Azure, and Azure's Python runtime itself."""
_VENV = ROOT / ".venv-py313"
_PROBE = "import ensurepip, ssl, sys, venv; print('%d.%d' % sys.version_info[:2])"


def find_python() -> Path:
    """An interpreter of that version which really runs.

    Raises ToolError, which says where was looked, when there is none and none can be installed.
    """
    for candidate in _candidates():
        if _runs(candidate):
            return candidate
    return _from_uv()


def _candidates() -> Iterator[Path]:
    on_path = shutil.which(f"python{VERSION}")
    if on_path:
        # Possibly a shim of pyenv that exists and refuses to run.
        yield Path(on_path)
    yield from sorted(_pyenv_root().glob(f"versions/{VERSION}*/bin/python"), reverse=True)


def _pyenv_root() -> Path:
    if "PYENV_ROOT" in os.environ:
        return Path(os.environ["PYENV_ROOT"])
    pyenv = shutil.which("pyenv")
    if pyenv:
        answer = subprocess.run([pyenv, "root"], capture_output=True, text=True, timeout=20, check=False)
        if answer.returncode == 0 and answer.stdout.strip():
            return Path(answer.stdout.strip())
    return Path.home() / ".pyenv"


def _runs(python: Path) -> bool:
    try:
        answer = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == VERSION


def _from_uv() -> Path:
    looked = f"no Python {VERSION} on PATH or in {_pyenv_root()}/versions"
    log = TOOLS / "uv.log"
    try:
        uv = shutil.which("uv") or str(_install_uv())
        environment = dict(os.environ, UV_PYTHON_INSTALL_DIR=str(TOOLS / "python"))
        what = f"{looked}, and uv could not install one"
        run_logged([uv, "python", "install", VERSION], log=log, what=what, environment=environment)
    except ToolError as error:
        raise ToolError(f"{error}\nInstall Python {VERSION} so that `python{VERSION}` runs, and try again.") from error
    answer = subprocess.run(
        [uv, "python", "find", "--no-project", VERSION],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    python = Path(answer.stdout.strip())
    if answer.returncode or not _runs(python):
        raise ToolError(f"{looked}, and the one that uv installed does not run")
    return python


def _install_uv() -> Path:
    target = TOOLS / "uv"
    uv = target / "bin" / "uv"
    if not uv.is_file():
        command = [sys.executable, "-m", "pip", "install", "--no-input", "--upgrade", "--target", str(target), "uv"]
        run_logged(command, log=TOOLS / "uv-install.log", what="uv from PyPI")
    return uv


def environment_python() -> Path:
    """The interpreter of `.venv-py313` with the packages of REQUIREMENTS, installed when those files have changed.

    Safe to call from several processes at once. Raises ToolError when there is no Python 3.13 or an install fails.
    """
    python = _VENV / "bin" / "python"
    stamp = _VENV / "installed"
    wanted = hashlib.sha256(b"\0".join(path.read_bytes() for path in REQUIREMENTS)).hexdigest()
    with exclusive_lock(TOOLS / "py313.lock", wait=True):
        if stamp.is_file() and stamp.read_text() == wanted and _runs(python):
            return python
        base = find_python()
        log = TOOLS / "py313.log"
        run_logged([str(base), "-m", "venv", "--clear", str(_VENV)], log=log, what=f"environment of Python {VERSION}")
        install = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        for path in REQUIREMENTS:
            install += ["-r", str(path)]
        run_logged(install, log=log, what=f"packages for Python {VERSION}")
        stamp.write_text(wanted)
    return python
