"""Programs that come from Debian's packages: a test that needs one asks here, and nowhere else is a test skipped."""

from __future__ import annotations

import os

import pytest

from local.debian_packages import PROGRAMS, find_program, is_running_in_ci


def require(program: str) -> str:
    """Full path of a program of ``local.debian_packages.PROGRAMS``.

    Where it is missing, the test is skipped with the reason; in CI it fails, because there nothing may be missing.
    """
    item = PROGRAMS[program]
    path = find_program(program)
    if path is None:
        reason = f"{program} is missing (Debian package {item.package}: {item.purpose}); ./dev test installs it as root"
        if is_running_in_ci():
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def require_server(program: str) -> str:
    """The same for a server, which starts as root only and gives that up by itself."""
    path = require(program)
    if os.geteuid() != 0:
        reason = f"{program} starts as root only"
        if is_running_in_ci():
            pytest.fail(reason)
        pytest.skip(reason)
    return path
