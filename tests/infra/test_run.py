"""The check finds nothing in the templates, and in each broken copy the one thing that was broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.check.__main__ import TEMPLATES
from infra.check.run import check

IGNORED = shutil.ignore_patterns("check", "__pycache__", "*.py", "*.md")


@dataclass(frozen=True)
class Broken:
    """A change of one file, and what must be found: the rule, in which file, on the line that holds ``at``."""

    file: str
    old: str
    new: str
    rule: str
    at: str
    found_in: str = ""


MAIL = "modules/mail_storage.bicep"
FUNCTIONS = "modules/functions.bicep"
RELAY = "modules/relay.bicep"
VAULT = "modules/vault.bicep"
BROKEN = {
    "brace-lost": Broken(MAIL, "sku: { name: 'Standard_ZRS' }", "sku: { name: 'Standard_ZRS'", "syntax", "resource blobs "),
    "type-misspelt": Broken(MAIL, "resource account 'Microsoft.Storage/storageAccounts@", "resource account 'Microsoft.Storage/storageAcounts@", "unknown-type", "storageAcounts"),
    "version-made-up": Broken(FUNCTIONS, "Microsoft.Web/serverfarms@2025-03-01", "Microsoft.Web/serverfarms@2025-03-02", "unknown-version", "serverfarms"),
    "property-misspelt": Broken(FUNCTIONS, "maximumInstanceCount:", "maximumInstances:", "unknown-property", "maximumInstances"),
    "property-in-wrong-place": Broken(RELAY, "        exposedPort: 25\n", "        exposedPort: 25\n        probes: []\n", "unknown-property", "        probes: []"),
    "property-of-another-channel": Broken("modules/bot.bicep", "properties: { isEnabled: true }", "properties: { botToken: 'x' }", "unknown-property", "botToken"),
    "value-not-allowed": Broken(RELAY, "transport: 'tcp'", "transport: 'udp'", "wrong-value", "'udp'"),
    "value-in-a-choice": Broken(RELAY, "transport: 'tcp'", "transport: empty(image) ? 'tcp' : 'smtp'", "wrong-value", "'smtp'"),
    "number-as-text": Broken(RELAY, "targetPort: 2525\n", "targetPort: '2525'\n", "wrong-kind", "targetPort: '2525'"),
    "read-only-set": Broken("modules/events.bicep", "    source: mailAccountId", "    provisioningState: 'Succeeded'\n    source: mailAccountId", "read-only", "provisioningState"),
    "required-left-out": Broken("modules/bot.bicep", "    msaAppId: appId\n", "    description: appId\n", "missing-property", "  properties: {"),
    "name-left-out": Broken("modules/events.bicep", "  name: 'evgt-${suffix}'\n", "  tags: { x: suffix }\n", "missing-property", "resource topic"),
    "parent-left-out": Broken(FUNCTIONS, "  parent: app\n  name: 'ftp'", "  name: '${app.name}/ftp'", "missing-property", "resource ftp"),
    "read-of-no-property": Broken("modules/portal.bicep", "site.properties.defaultHostname", "site.properties.defaultHostName", "unknown-read", "defaultHostName"),
    "read-of-a-part-of-a-text": Broken(RELAY, "place.properties.staticIp", "place.properties.staticIp.address", "unknown-read", "output address"),
    "module-lacks-parameter": Broken("main.bicep", "    alertAddress: alertAddress\n", "", "module-parameter", "module alerts"),
    "module-parameter-unknown": Broken("main.bicep", "    alertAddress: alertAddress\n", "    alertAddress: alertAddress\n    pager: alertAddress\n", "module-parameter", "pager:"),
    "module-parameter-of-another-type": Broken("main.bicep", "    alertAddress: alertAddress\n", "    alertAddress: privateNetwork ? 'x' : alertAddress\n    tags: 1\n", "module-parameter", "tags: 1"),
    "module-output-unknown": Broken("main.bicep", "registry.outputs.server\n    image", "registry.outputs.address\n    image", "module-output", "registry.outputs.address"),
    "module-file-gone": Broken("main.bicep", "'modules/portal.bicep'", "'modules/portals.bicep'", "missing-file", "portals.bicep"),
    "workbook-gone": Broken("modules/monitoring.bicep", "'workbook.json'", "'book.json'", "missing-file", "book.json"),
    "name-undefined": Broken(RELAY, "value: hostName }", "value: hostname }", "undefined-name", "hostname"),
    "parameter-unused": Broken("modules/events.bicep", "param suffix string", "param suffix string\nparam other string = ''", "unused-name", "param other"),
    "variable-unused": Broken(MAIL, "var containers", "var more = ['x']\nvar containers", "unused-name", "var more"),
    "declared-twice": Broken("modules/events.bicep", "param suffix string", "param suffix string\nparam tags array", "duplicate-name", "param tags array"),
    "function-made-up": Broken("modules/events.bicep", "'evgt-${suffix}'", "lower('evgt-${suffix}')", "unknown-function", "lower("),
    "parameters-file-unknown": Broken("main.parameters.json", '"hostName"', '"hostname"', "parameters-file", '"hostname"'),
    "parameters-file-lacks": Broken("main.bicep", "param botAppId string = ''", "param botAppId string = ''\nparam region string\n", "parameters-file", "{", "main.parameters.json"),
    "secret-in-clear": Broken(FUNCTIONS, "    MATTA_BOT_APP_ID: botAppId\n", "    MATTA_BOT_APP_ID: botAppId\n    RELAY_PASSWORD: 'hunter2'\n", "secret-literal", "hunter2"),
    "key-in-a-text": Broken(FUNCTIONS, "    MATTA_BOT_APP_ID: botAppId\n", "    MATTA_BOT_APP_ID: botAppId\n    MattaStorage: 'DefaultEndpointsProtocol=https;AccountName=x'\n", "secret-literal", "DefaultEndpointsProtocol"),
    "secret-parameter-not-marked": Broken("modules/bot.bicep", "param appId string", "param appId string\nparam appPassword string = ''", "secret-not-marked", "param appPassword"),
    "secret-with-default": Broken("modules/bot.bicep", "param appId string", "param appId string\n@secure()\nparam appPassword string = 'x'", "secret-default", "param appPassword"),
    "keys-read": Broken(RELAY, "{ name: 'MATTA_HOST_NAME', value: hostName }", "{ name: 'MATTA_HOST_NAME', value: '${hostName}${listKeys(place.id, '2025-07-01').key}' }", "secret-read", "listKeys"),
    "keys-read-by-method": Broken("modules/events.bicep", "  tags: tags\n  identity", "  tags: union(tags, { x: app.listKeys().key1 })\n  identity", "secret-read", "listKeys"),
    "key-in-an-output": Broken(MAIL, "output accountId string = account.id", "output accountId string = account.listKeys().keys[0].value", "secret-output", "output accountId"),
    "key-in-a-script": Broken("hooks/postdeploy.sh", "set -eu\n", "set -eu\nkey='AccountKey=abc'\n", "secret-literal", "AccountKey"),
    "role-too-wide": Broken("modules/registry.bicep", "7f951dda-4ed3-4680-a7ca-43fe172d538d", "b24988ac-6180-42a0-ab88-20f7382dd24c", "role-unknown", "resource pull"),
    "role-on-everything": Broken("modules/registry.bicep", "  scope: registry\n", "", "role-scope", "resource pull"),
    "role-for-another": Broken(MAIL, "    principalId: relayPrincipalId\n    principalType: 'ServicePrincipal'\n    description: 'The relay reads", "    principalId: functionsPrincipalId\n    principalType: 'ServicePrincipal'\n    description: 'The relay reads", "role-principal", "resource relaySettings"),
    "role-on-a-wider-place": Broken(MAIL, "  scope: settings\n", "  scope: account\n", "role-scope", "resource relaySettings"),
    "role-for-a-person": Broken("modules/registry.bicep", "'ServicePrincipal'", "'User'", "role-principal", "resource pull"),
    "role-without-reason": Broken("modules/registry.bicep", "    description: 'Container Apps fetches the image in the name of the relay.'\n", "", "role-reason", "resource pull"),
    "events-for-another": Broken("modules/mail_storage.bicep", "    principalId: eventsPrincipalId\n", "    principalId: functionsPrincipalId\n", "role-principal", "resource eventsUndelivered"),
    "relay-reads-the-vault": Broken(VAULT, "  scope: certificate\n", "  scope: vault\n", "role-scope", "resource relayCertificate"),
    "shared-keys": Broken("modules/host_storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: true", "shared-key", "allowSharedKeyAccess"),
    "shared-keys-by-default": Broken("modules/host_storage.bicep", "    allowSharedKeyAccess: false\n", "", "shared-key", "resource account"),
    "registry-password": Broken("modules/registry.bicep", "adminUserEnabled: false", "adminUserEnabled: true", "shared-key", "adminUserEnabled"),
    "blobs-for-everybody": Broken(MAIL, "allowBlobPublicAccess: false", "allowBlobPublicAccess: true", "public-access", "allowBlobPublicAccess"),
    "network-open-in-spite": Broken(VAULT, "privateNetwork ? 'Disabled' : 'Enabled'", "privateNetwork ? 'Enabled' : 'Enabled'", "public-access", "'Enabled' : 'Enabled'"),
    "old-tls": Broken(MAIL, "'TLS1_2'", "'TLS1_0'", "weak-tls", "TLS1_0"),
    "plain-http": Broken(FUNCTIONS, "    httpsOnly: true\n", "", "weak-tls", "resource app"),
    "vault-can-be-purged": Broken(VAULT, "enablePurgeProtection: true", "enablePurgeProtection: false", "purge", "enablePurgeProtection"),
}  # fmt: skip


def test_nothing_is_wrong_in_the_templates() -> None:
    assert [str(finding) for finding in check(TEMPLATES)] == []


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found_where_it_is(name: str, tmp_path: Path) -> None:
    broken = BROKEN[name]
    copy = shutil.copytree(TEMPLATES, tmp_path / "infra", ignore=IGNORED)
    text = (copy / broken.file).read_text("utf-8")
    assert broken.old in text, "the template has changed: change this test with it"
    (copy / broken.file).write_text(text.replace(broken.old, broken.new, 1), "utf-8")
    where = broken.found_in or broken.file
    lines = (copy / where).read_text("utf-8").splitlines()
    found = [finding for finding in check(copy) if finding.rule == broken.rule and finding.path == f"infra/{where}"]
    assert any(broken.at in lines[finding.line - 1] for finding in found), [str(one) for one in check(copy)]


def test_a_module_that_nobody_uses_is_found(tmp_path: Path) -> None:
    copy = shutil.copytree(TEMPLATES, tmp_path / "infra", ignore=IGNORED)
    (copy / "modules" / "old.bicep").write_text("output x string = 'y'\n", "utf-8")
    assert [(one.rule, one.path) for one in check(copy)] == [("unused-module", "infra/modules/old.bicep")]


def test_a_folder_without_templates_does_not_pass(tmp_path: Path) -> None:
    assert [finding.rule for finding in check(tmp_path)] == ["missing-file"]


def test_the_command_prints_place_and_rule_and_fails(tmp_path: Path) -> None:
    copy = shutil.copytree(TEMPLATES, tmp_path / "infra", ignore=IGNORED)
    path = copy / "modules" / "registry.bicep"
    path.write_text(path.read_text("utf-8").replace("adminUserEnabled: false", "adminUserEnabled: true"), "utf-8")
    done = subprocess.run([sys.executable, "-m", "infra.check", str(copy)], cwd=TEMPLATES.parent, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.startswith("infra/modules/registry.bicep:15: shared-key: ")
