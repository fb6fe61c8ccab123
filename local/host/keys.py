"""Access keys of HTTP functions, as Azure checks them before the function sees the request."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field

HOST_KEY_SETTING = "FUNCTIONS_HOST_KEY"
MASTER_KEY_SETTING = "FUNCTIONS_MASTER_KEY"
FUNCTION_KEY_PREFIX = "FUNCTIONS_KEY_"


@dataclass(frozen=True)
class Keys:
    """The keys of this host: one for all functions, one for everything, and one for each function that has its own.

    An empty key opens nothing. Names of functions are upper case here, since setting names often are.
    """

    host: str = ""
    master: str = ""
    functions: Mapping[str, str] = field(default_factory=dict)

    def allows(self, level: str, function: str, given: str | None) -> bool:
        """Whether a request that gave the key `given` may call `function`, whose level is anonymous, function or admin.

        Source: https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
        """
        level = level.lower()
        if level == "anonymous":
            return True
        accepted = [self.master]
        if level == "function":
            accepted += [self.host, self.functions.get(function.upper(), "")]
        # Every comparison is made, so that the time taken tells nothing about the keys.
        results = [hmac.compare_digest(key.encode(), (given or "").encode()) for key in accepted if key]
        return any(results)


def take_keys(settings: MutableMapping[str, str]) -> Keys:
    """Remove the keys from the settings and return them: an app on Azure can't read its keys from its environment."""
    functions = {}
    for name in [name for name in settings if name.upper().startswith(FUNCTION_KEY_PREFIX)]:
        functions[name[len(FUNCTION_KEY_PREFIX) :].upper()] = settings.pop(name)
    return Keys(
        host=settings.pop(HOST_KEY_SETTING, ""),
        master=settings.pop(MASTER_KEY_SETTING, ""),
        functions=functions,
    )
