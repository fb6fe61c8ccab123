"""A worker of the functions as a process: reads calls from standard input, one JSON a line, and answers each in one.

``{"function": "evaluate", "blob": "{hour}/{tenant}/{queue_id}.eml"}`` or ``{"function": "health"}``. The environment is what was given, nothing
is added: for tests of what the code makes of the settings that Azure gives it.
"""

from __future__ import annotations

import json
import sys
import traceback
from types import SimpleNamespace
from typing import Any

import azure.functions as func

from function_app import app


def _call(function: Any, call: dict[str, Any]) -> dict[str, Any]:
    user = function.get_user_function()
    if "blob" in call:
        user(SimpleNamespace(name=call["blob"]))
        return {}
    answer = user(func.HttpRequest("GET", "/api/health", body=b""))
    return {"status": answer.status_code, "body": answer.get_body().decode()}


def main() -> None:
    """Until the end of the input."""
    functions = {function.get_function_name(): function for function in app.get_functions()}
    for line in sys.stdin:
        call = json.loads(line)
        try:
            said = _call(functions[call["function"]], call)
        except Exception:
            said = {"failure": traceback.format_exc()}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
