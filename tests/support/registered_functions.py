"""The functions that the app registers. ``FunctionApp`` can list them only once in a process, so every test asks here."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def registered_functions() -> tuple[Any, ...]:
    """What ``function_app.app`` holds, as ``azure.functions`` describes it."""
    from function_app import app

    return tuple(app.get_functions())
