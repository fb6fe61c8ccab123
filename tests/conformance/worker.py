"""Runs an app in Microsoft's Python runtime of Azure Functions (Python 3.13) and says what came of it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.py313 import environment_python

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Result:
    """How one invocation ended."""

    function: str
    failure: str | None
    """None when it succeeded; else the exception with its stack, as Azure would log it."""
    returned: Any
    """None, or for http: status, headers, cookies (names), body (Base64)."""

    @property
    def body(self) -> str:
        """Text of an http answer."""
        return base64.b64decode(self.returned["body"]).decode()


@dataclass(frozen=True)
class Report:
    """What the runtime made of an app."""

    load_failure: str | None
    functions: Mapping[str, Sequence[Mapping[str, Any]]]
    """Bindings of each function, as Azure's host gets them."""
    results: Sequence[Result]
    output: str
    """What the worker process printed and logged."""

    def triggers(self) -> dict[str, str]:
        """Trigger type of each function."""
        return {
            name: next(str(binding["type"]) for binding in bindings if str(binding["type"]).endswith("Trigger"))
            for name, bindings in self.functions.items()
        }


def run_in_runtime(
    app_dir: Path,
    invocations: Sequence[Mapping[str, Any]],
    settings: Mapping[str, str],
    work_dir: Path,
    *,
    python_path: Sequence[Path] = (),
    timeout: float = 90.0,
) -> Report:
    """Load every function of `app_dir`, then invoke these one after the other (see drive_worker.py for their form).

    `settings` are added to the environment; `work_dir` takes two files. Raises ToolError where there is no Python 3.13,
    AssertionError with the process's output when the runtime itself broke.
    """
    python = environment_python()
    plan, result = work_dir / "plan.json", work_dir / "result.json"
    plan.write_text(json.dumps({"app_dir": str(app_dir), "invocations": list(invocations)}), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment.update(settings)
    environment["PYTHONPATH"] = os.pathsep.join(str(path) for path in python_path)
    process = subprocess.run(
        [python, _HERE / "drive_worker.py", plan, result],
        cwd=app_dir,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    output = process.stdout + process.stderr
    assert process.returncode == 0, output
    content = json.loads(result.read_text(encoding="utf-8"))
    return Report(
        load_failure=content["load_failure"],
        functions=content["functions"],
        results=[Result(**entry) for entry in content["results"]],
        output=output,
    )
