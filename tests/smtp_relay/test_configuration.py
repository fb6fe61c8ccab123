"""What the environment may say, and the sentence for each mistake in it."""

from __future__ import annotations

from dataclasses import fields

import pytest

from shared.settings import MisconfiguredProcess
from smtp_relay.configuration import RelayConfiguration, read_configuration

STORAGE = {"MattaStorage": "UseDevelopmentStorage=true"}


def test_defaults_are_those_of_the_product() -> None:
    configuration = read_configuration(STORAGE)
    assert (configuration.size, configuration.recipients) == (157_286_400, 1000)
    assert not configuration.auth_without_tls_on_loopback


def test_every_field_is_read_from_its_variable() -> None:
    values = {"int": "7", "float": "7.5", "str": "x", "bool": "yes"}
    environment = {
        f"MATTA_RELAY_{item.name.upper()}": values[str(item.type)]
        for item in fields(RelayConfiguration)
        if item.name != "process"
    }
    configuration = read_configuration({**STORAGE, **environment})
    for item in fields(RelayConfiguration):
        if item.name != "process":
            expected = {"int": 7, "float": 7.5, "str": "x", "bool": True}[str(item.type)]
            assert getattr(configuration, item.name) == expected, item.name


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        pytest.param({}, "MattaStorage", id="no storage"),
        pytest.param({"MATTA_RELAY_PORT": "smtp"}, "MATTA_RELAY_PORT", id="port in words"),
        pytest.param({"MATTA_RELAY_PORT": "70000"}, "MATTA_RELAY_PORT", id="port too high"),
        pytest.param({"MATTA_RELAY_PORT": "-1"}, "MATTA_RELAY_PORT", id="port below 0"),
        pytest.param({"MATTA_RELAY_HEALTH_PORT": "70000"}, "MATTA_RELAY_HEALTH_PORT", id="health port too high"),
        pytest.param({"MATTA_RELAY_SIZE": "0"}, "MATTA_RELAY_SIZE", id="no size"),
        pytest.param({"MATTA_RELAY_COMMAND_SECONDS": "nan"}, "MATTA_RELAY_COMMAND_SECONDS", id="not a number"),
        pytest.param(
            {"MATTA_RELAY_DATA_SECONDS": "3600"}, "MATTA_RELAY_DATA_SECONDS", id="longer than the sweeper looks"
        ),
        pytest.param({"MATTA_RELAY_AUTH_WITHOUT_TLS_ON_LOOPBACK": "maybe"}, "LOOPBACK", id="neither yes nor no"),
        pytest.param({"MATTA_RELAY_KEY": "k.pem"}, "MATTA_RELAY_CERT", id="key without certificate"),
        pytest.param({"MATTA_RELAY_CLIENT_CA": "c.pem"}, "MATTA_RELAY_CERT", id="client certificates without TLS"),
    ],
)
def test_mistake_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(MisconfiguredProcess, match=named):
        read_configuration({**(STORAGE if environment else {}), **environment})
