"""The templates set the variables that the code reads, no others, and make what the code expects in storage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields

from infra.check.__main__ import TEMPLATES
from infra.check.roles import ALLOWED
from infra.check.run import read
from infra.check.syntax import Array, Constant, Object, Statement, Text, parts_of
from shared.adapters import storage_setup
from shared.settings import ProcessSettings, read_process_settings
from smtp_relay.configuration import RelayConfiguration

TREE = read(TEMPLATES)[0]
FUNCTIONS = TREE.files["infra/modules/functions.bicep"]
RELAY = TREE.files["infra/modules/relay.bicep"]
MAIL = TREE.files["infra/modules/mail_storage.bicep"]

NOT_SET = {
    "storage": "the identity reaches storage: MattaStorage__… in its place",
    "keys_file": "a file on one machine; the vault in its place",
    "secrets_file": "a file on one machine; the vault in its place",
    "sign_on_authority": "Microsoft's, as the code has it",
    "sign_on_known_authorities": "for stand-ins",
    "sign_on_authority_metadata": "for stand-ins",
    "sign_on_issuer": "Microsoft's, as the code has it",
    "sign_on_openid_url": "Microsoft's, as the code has it",
    "bot_login_url": "Microsoft's, as the code has it",
    "bot_openid_url": "Microsoft's, as the code has it",
    "bot_service_hosts": "Microsoft's, as the code has it",
    "lease_seconds": "the default is made for Azure",
    "watch_seconds": "the default is made for Azure",
    "settings_cache_seconds": "the default is made for Azure",
    "secrets_cache_seconds": "the default is made for Azure",
    "storage_timeout": "the default is made for Azure",
    "otlp_endpoint": "named by hand where there is a collector; Application Insights reads the log lines",
    "otlp_seconds": "the default is made for Azure",
    "dns_servers": "the platform's own resolver",
    "spf_include": "named by hand once the operator's SPF record is published (docs/ONBOARDING.md)",
    "egress_addresses": "named by hand where there is no such record",
    "egress_certificate": "named by hand where mail goes back to Exchange Online",
    "addin_url": "there is no add-in yet",
    "service_name": "named by hand: whose service it is",
    "service_website": "named by hand: whose service it is",
    "service_privacy": "named by hand: whose service it is",
    "service_terms": "named by hand: whose service it is",
    "direct_deliveries": "the default is made for host.json",
}
"""Fields of ``ProcessSettings`` that no template sets, and why."""


def named(statement: Statement | None) -> Object:
    assert statement is not None
    assert statement.body is not None
    found = statement.body.get("properties")
    assert isinstance(found, Object)
    return found


def functions_settings() -> Object:
    return named(FUNCTIONS.named("settings"))


def relay_variables() -> Iterator[str]:
    for statement in RELAY.statements:
        if statement.value is None:
            continue
        for part in parts_of(statement.value):
            if (
                isinstance(part, Object)
                and isinstance(name := part.get("name"), Text)
                and part.get("value") is not None
            ):
                yield name.literal or ""


def names_in(variable: str) -> set[str | None]:
    statement = MAIL.named(variable)
    assert statement is not None
    assert isinstance(statement.value, Array)
    return {item.literal for item in statement.value.items if isinstance(item, Text)}


def test_the_functions_get_every_variable_or_there_is_a_reason() -> None:
    given = {str(entry.key) for entry in functions_settings().entries}
    wanted = {item.name for item in fields(ProcessSettings)}
    assert {f"MATTA_{name.upper()}" for name in wanted - NOT_SET.keys()} == {
        one for one in given if one.startswith("MATTA_")
    }
    assert NOT_SET.keys() <= wanted


IDENTITY_BASED = {"credential", "clientId", "blobServiceUri", "queueServiceUri", "tableServiceUri"}
"""What ``shared/settings.py`` reads of ``MattaStorage__…``, beside the account's name."""


def test_storage_is_named_as_the_code_reads_it() -> None:
    given = {str(entry.key) for entry in functions_settings().entries} | set(relay_variables())
    of_storage = {name.removeprefix("MattaStorage__") for name in given if name.startswith("MattaStorage")}
    assert of_storage == IDENTITY_BASED
    source = (TEMPLATES.parent / "shared" / "settings.py").read_text("utf-8")
    for part in ("credential", "clientId", "ServiceUri"):
        assert part in source
    everything = {f"MattaStorage__{part}": "https://h" for part in IDENTITY_BASED - {"credential", "clientId"}}
    text = read_process_settings({**everything, "MattaStorage__clientId": "own-id"}).storage
    for part in ("BlobEndpoint", "QueueEndpoint", "TableEndpoint", "own-id"):
        assert part in text


def test_the_relay_needs_no_more_of_storage_than_it_is_given() -> None:
    given = {name for name in relay_variables() if name.startswith("MattaStorage")}
    assert given == {f"MattaStorage__{part}" for part in ("credential", "clientId", "blobServiceUri")}


def test_nothing_is_set_that_neither_code_nor_host_reads() -> None:
    known = ("MATTA_", "MattaStorage__", "AzureWebJobs", "APPLICATIONINSIGHTS_", "PYTHON_", "AzureFunctionsJobHost__")
    for name in [*(str(entry.key) for entry in functions_settings().entries), *relay_variables()]:
        assert name.startswith(known), name


def test_the_relay_gets_only_variables_that_it_reads() -> None:
    relay = {f"MATTA_RELAY_{item.name.upper()}" for item in fields(RelayConfiguration)}
    process = {f"MATTA_{item.name.upper()}" for item in fields(ProcessSettings)}
    given = {name for name in relay_variables() if name.startswith("MATTA_")}
    assert given <= relay | process
    assert {"MATTA_RELAY_CERT", "MATTA_RELAY_HOST", "MATTA_RELAY_PORT", "MATTA_HOST_NAME"} <= given


def test_storage_holds_what_the_code_expects() -> None:
    assert names_in("containers") == set(storage_setup.CONTAINERS)
    assert names_in("queues") == set(storage_setup.QUEUES)
    assert names_in("tables") == set(storage_setup.TABLES)


def of(container: Object, name: str) -> Constant:
    found = container.get(name)
    assert isinstance(found, Constant)
    return found


def test_what_is_deleted_is_gone_within_days() -> None:
    """Soft delete keeps it for so long (infra/README.md), and there are no versions."""
    blobs = named(MAIL.named("blobs"))
    assert of(blobs, "isVersioningEnabled").value is False
    policy = blobs.get("deleteRetentionPolicy")
    assert isinstance(policy, Object)
    assert of(policy, "days").value == 3


def test_undelivered_events_are_kept_where_event_grid_may_write() -> None:
    subscription = named(TREE.files["infra/event_subscription.bicep"].named("spoolEvents"))
    assert isinstance(subscription.get("deadLetterWithResourceIdentity"), Object)
    assert MAIL.named("undelivered") is not None
    assert MAIL.named("eventsUndelivered") is not None


def test_the_relay_is_asked_whether_it_lives_and_whether_it_is_ready() -> None:
    statement = RELAY.named("app")
    assert statement is not None
    assert statement.value is not None
    paths = {
        path.literal
        for part in parts_of(statement.value)
        if isinstance(part, Object) and isinstance(path := part.get("path"), Text)
    }
    assert {"/livez", "/readyz"} <= paths


def test_the_relay_knows_that_it_stands_behind_a_proxy() -> None:
    assert {"MATTA_RELAY_PROXY_PEERS", "MATTA_RELAY_EXCHANGE_NAMES"} <= set(relay_variables())


def test_the_host_has_its_own_settings() -> None:
    settings = functions_settings()
    for name, value in (("AzureWebJobsDisableHomepage", "true"), ("PYTHON_THREADPOOL_THREAD_COUNT", "32")):
        found = settings.get(name)
        assert isinstance(found, Text)
        assert found.literal == value
    names = {entry.key for entry in settings.entries}
    for account in ("AzureWebJobsStorage", "MattaStorage"):
        assert {f"{account}__{part}" for part in ("blobServiceUri", "queueServiceUri", "tableServiceUri")} <= names
        assert account not in names, "a connection string has a key in it"


def test_events_are_those_of_the_trigger() -> None:
    properties = named(TREE.files["infra/event_subscription.bicep"].named("spoolEvents"))
    wanted = properties.get("filter")
    assert isinstance(wanted, Object)
    texts = {part.literal for part in parts_of(wanted) if isinstance(part, Text)}
    assert texts == {"Microsoft.Storage.BlobCreated", "/blobServices/default/containers/spool/", ".eml"}
    source = (TEMPLATES.parent / "functions" / "evaluate.py").read_text("utf-8")
    assert 'path="spool/{hour}/{tenant}/{queue_id}.eml"' in source
    assert 'function_name("evaluate")' in source
    urls = [
        part
        for part in parts_of(properties)
        if isinstance(part, Text) and any("functionName=" in str(one) for one in part.parts)
    ]
    assert len(urls) == 1
    assert any("functionName=Host.Functions.evaluate&" in str(piece) for piece in urls[0].parts)


def test_alerts_watch_age_poison_and_failures() -> None:
    statement = TREE.files["infra/modules/alerts.bicep"].named("alerts")
    assert statement is not None
    assert statement.value is not None
    names = {part.get("name") for part in parts_of(statement.value) if isinstance(part, Object)}
    assert {"spool-age", "poison", "failures"} <= {name.literal for name in names if isinstance(name, Text)}


def test_every_alert_is_explained_with_its_severity() -> None:
    statement = TREE.files["infra/modules/alerts.bicep"].named("alerts")
    assert statement is not None
    assert isinstance(statement.value, Array)
    text = (TEMPLATES / "README.md").read_text("utf-8")
    for item in statement.value.items:
        assert isinstance(item, Object)
        name = item.get("name")
        assert isinstance(name, Text)
        assert f"| `{name.literal}` | {of(item, 'severity').value} |" in text


def test_every_role_is_in_the_table_of_who_may_what() -> None:
    text = (TEMPLATES / "README.md").read_text("utf-8")
    for title, _, parts in ALLOWED.values():
        for part in parts:
            rows = [line for line in text.splitlines() if line.startswith(f"| {part} |")]
            assert any(title in row for row in rows), (part, title)


def test_what_the_hook_reads_is_what_the_template_gives() -> None:
    outputs = {one.name for one in TREE.files["infra/main.bicep"].of("output")}
    script = TREE.others["infra/hooks/postdeploy.sh"]
    portal = TREE.others["infra/hooks/build_portal.sh"]
    for name in (
        "AZURE_RESOURCE_GROUP",
        "MATTA_EVENT_TOPIC",
        "MATTA_FUNCTION_APP",
        "MATTA_EVENT_IDENTITY",
        "MATTA_MAIL_ACCOUNT",
        "MATTA_UNDELIVERED_CONTAINER",
    ):
        assert f"${{{name}:?}}" in script
        assert name in outputs
    assert "MATTA_PUBLIC_URL" in portal
    assert "MATTA_PUBLIC_URL" in outputs


def test_services_are_tagged_as_azd_looks_for_them() -> None:
    yaml = (TEMPLATES.parent / "azure.yaml").read_text("utf-8")
    for service, path in (("functions", "functions"), ("relay", "relay"), ("portal", "portal")):
        assert f"\n  {service}:\n" in yaml
        file = TREE.files[f"infra/modules/{path}.bicep"]
        tags = [
            part.get("azd-service-name")
            for one in file.of("resource")
            if one.body
            for part in parts_of(one.body)
            if isinstance(part, Object)
        ]
        assert [tag.literal for tag in tags if isinstance(tag, Text)] == [service]


def test_parameters_of_azd_have_names_and_no_values_of_somebody() -> None:
    parameters = json.loads(TREE.others["infra/main.parameters.json"])["parameters"]
    assert all(set(entry) == {"value"} and entry["value"].startswith("${") for entry in parameters.values())
