"""Access keys: who may call which function."""

from __future__ import annotations

import pytest

from local.host.keys import Keys, take_keys

_KEYS = Keys(host="host-key", master="master-key", functions={"PAGE": "page-key"})


@pytest.mark.parametrize(
    ("level", "given", "allowed"),
    [
        pytest.param("ANONYMOUS", None, True, id="anonymous-without-key"),
        pytest.param("FUNCTION", None, False, id="function-without-key"),
        pytest.param("FUNCTION", "", False, id="function-empty-key"),
        pytest.param("FUNCTION", "wrong", False, id="function-wrong-key"),
        pytest.param("FUNCTION", "host-key", True, id="function-host-key"),
        pytest.param("FUNCTION", "page-key", True, id="function-own-key"),
        pytest.param("FUNCTION", "master-key", True, id="function-master-key"),
        pytest.param("ADMIN", "host-key", False, id="admin-host-key"),
        pytest.param("ADMIN", "page-key", False, id="admin-function-key"),
        pytest.param("ADMIN", "master-key", True, id="admin-master-key"),
        pytest.param("admin", "キー", False, id="key-outside-ascii"),
    ],
)
def test_a_level_and_a_key(level: str, given: str | None, allowed: bool) -> None:
    assert _KEYS.allows(level, "page", given) is allowed


def test_another_functions_key_opens_nothing() -> None:
    assert not _KEYS.allows("function", "other", "page-key")


def test_a_host_without_keys_is_closed() -> None:
    assert not Keys().allows("function", "page", "")
    assert not Keys().allows("admin", "page", None)


def test_keys_leave_the_settings_when_they_are_taken() -> None:
    settings = {"FUNCTIONS_HOST_KEY": "h", "FUNCTIONS_MASTER_KEY": "m", "FUNCTIONS_KEY_page": "p", "Other": "o"}
    assert take_keys(settings) == Keys(host="h", master="m", functions={"PAGE": "p"})
    assert settings == {"Other": "o"}
