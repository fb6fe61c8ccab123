"""The relay's image: what it copies is enough to run, and no more than the relay uses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.relay_lock import LOCK, REQUIREMENTS
from local.resolved_packages import pinned
from shared.settings import VERSION
from tests.support.relay_image import lay_out

LIST_MODULES = (
    "import sys, pathlib, smtp_relay.__main__, shared.adapters.metrics_otlp;"  # the last where metrics are sent
    "root = pathlib.Path.cwd();"
    "print(*sorted(str(pathlib.Path(m.__file__).relative_to(root)) for m in sys.modules.values()"
    " if (getattr(m, '__file__', None) or '').startswith(str(root))))"
)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The image's folder ``/app``."""
    lay_out(tmp_path)
    return tmp_path


def run_in(image: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=image, env={}, capture_output=True, text=True, timeout=30, check=False
    )


def test_what_the_image_holds_is_enough_to_run(image: Path) -> None:
    done = run_in(image, "-m", "smtp_relay")
    assert done.returncode == 1
    assert "MattaStorage" in done.stderr


def test_the_image_holds_nothing_that_the_relay_does_not_use(image: Path) -> None:
    done = run_in(image, "-c", LIST_MODULES)
    assert done.returncode == 0, done.stderr
    held = {str(path.relative_to(image)) for path in image.rglob("*.py")}
    assert held - set(done.stdout.split()) <= {"smtp_relay/__init__.py"}


def test_the_relay_needs_no_package_beyond_its_own_requirements(image: Path) -> None:
    program = "import sys, smtp_relay.__main__; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = set(run_in(image, "-c", program).stdout.split()) - set(sys.stdlib_module_names)
    named = set(re.findall(r"^([\w-]+)==", REQUIREMENTS.read_text("utf-8"), re.MULTILINE))
    own = {"smtp_relay", "shared", "public", "attr"}  # atpublic and attrs are imported by these names
    foreign = {name for name in loaded if not name.startswith("_") and name not in named | own}
    assert foreign <= {"typing_extensions"}, "msgspec takes typing_extensions along where it is installed"


def test_the_lock_pins_what_the_requirements_pin() -> None:
    """./dev sbom --lock makes it anew."""
    wanted = pinned(REQUIREMENTS)
    entries = re.findall(
        r"^(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", LOCK.read_text("utf-8"), re.MULTILINE
    )
    assert [name for name, _ in entries] == list(wanted)
    assert LOCK.read_text("utf-8").count("==") == len(wanted), "nothing is without a hash"


def test_the_version_is_printed_and_nothing_started(image: Path) -> None:
    done = run_in(image, "-m", "smtp_relay", "--version")
    assert (done.returncode, done.stdout) == (0, f"matta smtp_relay {VERSION}\n")
