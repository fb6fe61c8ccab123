"""App settings as Azure keeps them: names to text, given to the app as environment variables; before every stage."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.host.errors import StartError

_PERCENT_NAME = re.compile(r"%([^%]+)%")


def read_settings_file(path: Path) -> dict[str, str]:
    """The settings in a JSON file: a flat object, or `{"Values": {…}}` as in `local.settings.json`.

    Raises StartError when the file is missing, is not JSON, or a value is an object or a list.
    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StartError(f"settings file {path}: {error}") from error
    if isinstance(content, dict) and isinstance(content.get("Values"), dict):
        content = content["Values"]
    if not isinstance(content, dict):
        raise StartError(f"settings file {path}: a JSON object is needed")
    settings = {}
    for name, value in content.items():
        if isinstance(value, dict | list):
            raise StartError(f"settings file {path}: {name} must be text, a number, true, false or null")
        if value is not None:
            settings[name] = value if isinstance(value, str) else json.dumps(value)
    return settings


def substitute(text: str, settings: Mapping[str, str], *, function: str) -> str:
    """`text` with each `%NAME%` replaced by the setting NAME. Raises StartError for a setting that does not exist."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in settings:
            raise StartError(f"function {function}: the app setting {name} (in {text!r}) does not exist")
        return settings[name]

    return _PERCENT_NAME.sub(value, text)


def connection_string(name: str, settings: Mapping[str, str], *, function: str) -> str:
    """The storage connection string that a binding's `connection` names; an empty name means AzureWebJobsStorage.

    Azure looks for the setting `NAME`, then `AzureWebJobsNAME`. Raises StartError when neither exists.
    """
    name = name or "AzureWebJobsStorage"
    for candidate in (name, f"AzureWebJobs{name}"):
        if settings.get(candidate):
            return settings[candidate]
    raise StartError(
        f"function {function}: the app setting {name} (connection string of the storage account) does not exist"
    )
