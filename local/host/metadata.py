"""What the app says about its functions, read from its FunctionApp object as Azure's worker reads it; at start."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func

# The package carries no type information.
from azurefunctions.extensions.base import SdkType  # type: ignore[import-untyped]

from local.host.errors import StartError

_KINDS = {"httpTrigger": "http", "blobTrigger": "blob", "queueTrigger": "queue", "timerTrigger": "timer"}
_ARGUMENT_TYPES: Mapping[str, type] = {
    "http": func.HttpRequest,
    "blob": SdkType,
    "queue": func.QueueMessage,
    "timer": func.TimerRequest,
}


@dataclass(frozen=True)
class FunctionSpec:
    """One function of the app: its trigger and how to call it."""

    name: str
    kind: str
    """http, blob, queue or timer."""
    trigger: Mapping[str, Any]
    """The trigger as in function.json: route, methods, path, queueName, schedule, connection …"""
    argument: str
    """Name of the parameter that takes the trigger's data."""
    argument_type: type
    handler: Callable[..., Any]
    is_async: bool
    wants_context: bool
    directory: str


def load_functions(app_dir: Path) -> list[FunctionSpec]:
    """Import `function_app.py` of `app_dir` and read its functions.

    Raises StartError when there isn't exactly one FunctionApp at its top level, when two functions share a name, or
    when a function needs something that this host doesn't have; the error names the function.
    """
    if not (app_dir / "function_app.py").is_file():
        raise StartError(f"{app_dir}: no function_app.py")
    sys.path.insert(0, str(app_dir))
    module = importlib.import_module("function_app")
    # Azure's worker counts names, so that one app under two names is an error there too.
    apps = [value for value in vars(module).values() if isinstance(value, func.FunctionRegister)]
    if len(apps) != 1:
        raise StartError(f"function_app.py must have exactly one FunctionApp at its top level, not {len(apps)}")
    return read_functions(apps[0].get_functions())


def read_functions(functions: Iterable[Any]) -> list[FunctionSpec]:
    """The specifications of `FunctionRegister.get_functions()`; raises StartError as load_functions does."""
    specs = [_read(function) for function in functions]
    names = [spec.name.lower() for spec in specs]
    for spec in specs:
        if names.count(spec.name.lower()) > 1:
            raise StartError(f"function {spec.name}: another function has the same name (letter case does not count)")
    if not specs:
        raise StartError("the app has no functions")
    return specs


def _read(function: Any) -> FunctionSpec:
    name = function.get_function_name()
    if function.get_settings_dict("retry_policy"):
        raise StartError(f"function {name}: retry policies are not supported by the local host")
    bindings = [json.loads(raw) for raw in function.get_raw_bindings()]
    triggers = [binding for binding in bindings if str(binding["type"]).lower().endswith("trigger")]
    if len(triggers) != 1:
        raise StartError(f"function {name}: exactly one trigger is needed, not {len(triggers)}")
    (trigger,) = triggers
    kind = _KINDS.get(trigger["type"])
    if kind is None:
        raise StartError(f"function {name}: the local host has no {trigger['type']}; it has {', '.join(_KINDS)}")
    for binding in bindings:
        is_response = kind == "http" and binding["type"] == "http" and binding["name"] == "$return"
        if binding is not trigger and not is_response:
            raise StartError(f"function {name}: the local host has no {binding['type']} binding ({binding['name']})")
    handler = function.get_user_function()
    argument = trigger["name"]
    parameters = set(inspect.signature(handler).parameters)
    if argument not in parameters or parameters - {argument, "context"}:
        raise StartError(f"function {name}: its parameters must be {argument} and, if wanted, context")
    return FunctionSpec(
        name=name,
        kind=kind,
        trigger=trigger,
        argument=argument,
        argument_type=_argument_type(name, kind, handler, argument),
        handler=handler,
        is_async=inspect.iscoroutinefunction(handler),
        wants_context="context" in parameters and argument != "context",
        directory=str(Path(inspect.getfile(handler)).parent),
    )


def _argument_type(name: str, kind: str, handler: Callable[..., Any], argument: str) -> type:
    needed = _ARGUMENT_TYPES[kind]
    given = typing.get_type_hints(handler).get(argument)
    if given is None and kind != "blob":
        return needed
    if isinstance(given, type) and issubclass(given, needed):
        return given
    if kind == "blob":
        raise StartError(
            f"function {name}: the parameter {argument} must be an SDK type that takes the blob's name "
            "(functions.blob_name.BlobName); any other type makes Azure load the whole blob"
        )
    raise StartError(f"function {name}: the parameter {argument} must be azure.functions.{needed.__name__}")
