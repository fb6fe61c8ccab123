"""Settings of the process: where its parts are and what it may use. Read once from the environment.

What a tenant sets is another thing: see ``shared/core/policy/tenant_settings.py``. docs/OPERATIONS.md lists every
variable.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from shared.errors import PermanentError


class MisconfiguredProcess(PermanentError):
    """An environment variable is missing or has a value that cannot be used."""


_SERVICES = {"blob": "BlobEndpoint", "queue": "QueueEndpoint", "table": "TableEndpoint"}
VERSION = "0.7.0"
"""Of this code, and the only place where it is changed by hand but for CHANGELOG.md and the relay's image: API, portal and
relay show it (tests/architecture/test_version.py)."""


@dataclass(frozen=True, slots=True)
class ProcessSettings:
    """One field for each environment variable ``MATTA_<NAME>``; ``storage`` is read from ``MattaStorage``.

    Durations are in seconds.
    """

    storage: str
    """Connection string of the storage account that holds mail and state, with an identity in place of a key on Azure."""
    public_url: str = "http://127.0.0.1:17000"
    """Where people's browsers reach the functions; links begin with it."""
    keys_file: str = ""
    """JSON file with signing keys, for one machine: ``{"link": [{"kid", "secret"}], "trace": […]}``."""
    secrets_file: str = ""
    """JSON file with named secrets (next-hop passwords), for one machine."""
    key_vault_url: str = ""
    """The Key Vault with signing keys and named secrets, in place of the two files."""
    identity_client_id: str = ""
    """Client id of the user-assigned identity that may read the vault; empty: the system-assigned one."""
    secrets_cache_seconds: float = 300.0
    """How long what was read from the vault is used before it is looked at again. A new key signs after three times that."""
    host_name: str = "matta.localhost"
    """Name that this installation uses in EHLO, Received fields and Message-IDs."""
    lease_seconds: float = 120.0
    """How long a worker owns a delivery before another may take over."""
    watch_seconds: float = 30.0
    """How long a step may stay unfinished before the due timer pushes it on."""
    settings_cache_seconds: float = 5.0
    storage_timeout: float = 10.0
    """Bound on one storage call."""
    bot_app_id: str = ""
    """Application (client) id of the bot's registration in Entra; empty: this installation has no Teams."""
    bot_secret: str = ""
    """Name of the secret that holds the bot's client secret."""
    bot_tenant: str = "botframework.com"
    """Entra tenant that issues the bot's own tokens: that of a single-tenant bot, or ``botframework.com``."""
    bot_login_url: str = "https://login.microsoftonline.com"
    """Authority for the bot's own tokens."""
    bot_openid_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    """OpenID metadata of whoever signs the requests to the bot."""
    bot_service_hosts: str = "smba.trafficmanager.net,smba.infra.gcc.teams.microsoft.com"
    """Hosts to which the bot may send, with commas between; the bot's token goes nowhere else."""
    portal_url: str = "http://127.0.0.1:17081"
    """Origin of the web portal: the only one that browsers let read the API."""
    sign_on_authority: str = "https://login.microsoftonline.com/organizations"
    """Where the portal signs people on (OpenID Connect)."""
    sign_on_known_authorities: str = ""
    """Hosts that count as authorities although they are not Microsoft's, with commas between."""
    sign_on_authority_metadata: str = ""
    """OpenID metadata (JSON) for the portal in place of what the authority serves; for one machine."""
    sign_on_client_id: str = ""
    """Application id of the portal's registration."""
    sign_on_scope: str = ""
    """The scope that the portal asks for, ``api://…/portal``."""
    sign_on_audience: str = ""
    """Audience that tokens for the API must name; empty: nobody can sign on."""
    sign_on_issuer: str = "https://login.microsoftonline.com/{tid}/v2.0"
    """Issuer that tokens must name, ``{tid}`` being the directory that they name."""
    sign_on_openid_url: str = "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration"
    """OpenID metadata with the address of the keys that sign tokens."""
    operator_entra_tenant: str = ""
    """Directory of whoever runs this installation; its app role ``Matta.Operator`` counts."""
    next_hop_networks: str = ""
    """Networks beside the public internet in which next hops may be, with commas between (``10.1.0.0/16``)."""
    egress_proxy: str = ""
    """``host:port`` of the relay's egress proxy, for next hops whose settings say ``egress: relay``."""
    egress_ca: str = ""
    """CA certificates that the proxy's certificate leads to: PEM, or a file of it; empty: the public ones."""
    spf_include: str = ""
    """Name whose SPF record lists the servers by which mail leaves this installation; tenants include it in theirs."""
    egress_addresses: str = ""
    """Their addresses and ranges, with commas between: for tenants' SPF records where there is no such name."""
    egress_certificate: str = ""
    """Name in the client certificate that Exchange Online sees where mail goes back to it (``Route.returns``)."""
    addin_url: str = ""
    """Where the files of the Outlook add-in are served (https, no final slash); empty: there is none."""
    service_name: str = "Matta"
    """Who runs this installation, as Teams shows it: at most 32 characters."""
    service_website: str = ""
    """Page about the service; empty: ``public_url``."""
    service_privacy: str = ""
    """Page with its privacy rules; empty: ``public_url``."""
    service_terms: str = ""
    """Page with its terms; empty: ``public_url``."""
    otlp_endpoint: str = ""
    """Where metrics go by OTLP over HTTP, without ``/v1/metrics`` (``http://collector:4318``); empty: nowhere."""
    otlp_seconds: float = 60.0
    """Pause between two transmissions of metrics."""
    dns_servers: str = ""
    """Resolvers to ask, with commas between (``127.0.0.1:5353``); empty: those of the system."""
    direct_deliveries: int = 7
    """Messages that one process sends at a time right after judging them; others wait for the queue. 0: all wait.

    Below host.json's ``blobs.maxDegreeOfParallelism``, so that somebody is always free to judge.
    """


def read_process_settings(environment: Mapping[str, str] | None = None) -> ProcessSettings:
    """The settings that the environment gives. Raises ``MisconfiguredProcess`` that names the variable."""
    source = os.environ if environment is None else environment
    storage = source.get("MattaStorage", "") or _storage_by_identity(source)
    if not storage:
        raise MisconfiguredProcess(
            "the environment variable MattaStorage (a storage connection string) is not set, nor are"
            " MattaStorage__blobServiceUri and its neighbours"
        )
    values: dict[str, str | float | int] = {"storage": storage}
    for item in fields(ProcessSettings):
        variable = f"MATTA_{item.name.upper()}"
        if item.name == "storage" or variable not in source:
            continue
        if item.type == "float":
            try:
                values[item.name] = float(source[variable])
            except ValueError as error:
                raise MisconfiguredProcess(f"{variable} must be a number of seconds") from error
        elif item.type == "int":
            if not source[variable].isdecimal():
                raise MisconfiguredProcess(f"{variable} must be a whole number, 0 or more")
            values[item.name] = int(source[variable])
        else:
            values[item.name] = source[variable]
    return ProcessSettings(**values)  # type: ignore[arg-type]  # the loop above has converted by field type


def _storage_by_identity(source: Mapping[str, str]) -> str:
    """The connection that ``MattaStorage__…`` describe, as one text that ``shared/adapters/storage_account.py`` reads.

    The variables are those of identity-based connections of Azure Functions, which the triggers read themselves:
    learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
    """
    prefix = "MattaStorage__"
    given = {name.removeprefix(prefix): value for name, value in source.items() if name.startswith(prefix) and value}
    account = given.get("accountName", "")
    pieces = [f"AccountName={account}"] if account else []
    for service, field_name in _SERVICES.items():
        variable = f"{service}ServiceUri"
        address = given.get(variable) or (f"https://{account}.{service}.core.windows.net" if account else "")
        if not address:
            continue
        if not address.startswith("https://") or ";" in address:
            raise MisconfiguredProcess(f"MattaStorage__{variable} must be an address that begins with https://")
        pieces.append(f"{field_name}={address}")
    if not pieces:
        return ""
    if given.get("credential", "managedidentity").lower() != "managedidentity":
        raise MisconfiguredProcess("MattaStorage__credential must be managedidentity")
    client_id = given.get("clientId", "")
    if ";" in client_id:
        raise MisconfiguredProcess("MattaStorage__clientId must be the client id of an identity")
    return ";".join([*pieces, "Identity=managed", f"ClientId={client_id}"])
