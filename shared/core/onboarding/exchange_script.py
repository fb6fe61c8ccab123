"""The scripts that lead an organisation's mail through Matta, and away again: connectors and mail flow rules. Pure.

What they make bears fixed names and a mark in its comment. The first script changes what has both, makes what is missing,
and stops at something of that name without the mark; so it can be run again, for another department or after a key was
rotated. The second removes what has both and nothing else. Neither does anything in another organisation than the
tenant's, and with ``-WhatIf`` they only say what they would do.

Sources: learn.microsoft.com/powershell/module/exchange, New-OutboundConnector, New-InboundConnector, New-TransportRule,
Get-ConnectionInformation; "Mail flow rule procedures", conditional mail routing.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.message.pass_mark import PASS_FIELD
from shared.core.onboarding.powershell import Value, literal, quoted, script_bytes, table
from shared.errors import PermanentError


class NotReady(PermanentError):
    """The script cannot be made yet; ``public`` says what is missing."""


@dataclass(frozen=True, slots=True)
class ExchangePlan:
    """What the scripts are made from.

    ``directory`` is the organisation's directory id, ``relay`` the host name of the tenant's relay, ``group`` the address
    of the group whose mail goes through Matta (empty: everybody's), ``words`` those of ``pass_mark.py``. ``returns``: the
    next hop is Exchange Online, so mail comes back; it is known by ``certificate`` (a name in the certificate that Matta
    shows) or ``addresses`` (IPv4, or ranges from /24 on).
    """

    tenant_id: str
    directory: str
    relay: str
    group: str
    words: tuple[str, ...]
    returns: bool = False
    certificate: str = ""
    addresses: tuple[str, ...] = ()

    @property
    def comment(self) -> str:
        """The mark of what is ours, in ``Comment``."""
        return f"Made by Matta for {self.tenant_id}"

    def named(self, what: str) -> str:
        """The name of one thing; at most 64 characters, as connectors want it (a tenant's id may have 63)."""
        return f"Matta {what} {self.tenant_id}"[:64]


def install_script(plan: ExchangePlan) -> bytes:
    """The script that sets everything up, or brings it up to date. Raises ``NotReady``, ``BadValue``."""
    _check(plan)
    lines = [*_head(plan, "Leads outgoing mail through Matta. Run it again after a change; try it with -WhatIf first.")]
    lines += _FIND
    lines += ["", "# The way to Matta: only where Matta's certificate bears this name.", *_outbound(plan)]
    if plan.returns:
        lines += ["", "# The way back: mail that has passed Matta.", *_inbound(plan)]
    lines += ["", "# Whose mail goes there: but for what has passed Matta already.", *_rule(plan)]
    if plan.returns:
        lines += ["", "# The word is taken off before mail leaves the organisation.", *_cleaning_rule(plan)]
    lines += ["", "Write-Host 'Done.'"]
    return script_bytes(lines)


def remove_script(plan: ExchangePlan) -> bytes:
    """The script that takes it all away again: mail goes as it went before. Raises ``NotReady``, ``BadValue``.

    The directory is all that it needs: a way back is there whatever was taken out of the settings meanwhile.
    """
    _check_directory(plan)
    lines = [*_head(plan, "Leads mail past Matta again: removes what the other script made, and nothing else."), *_FIND]
    for kind, what in (
        ("TransportRule", "send"),
        ("TransportRule", "clean"),
        ("OutboundConnector", "out"),
        ("InboundConnector", "in"),
    ):
        lines += [
            "",
            f"$found = Find-Own {quoted(kind)} {quoted(plan.named(what))}",
            "if ($found) {",
            f"    Remove-{kind} -Identity $found.Name -Confirm:$false -WhatIf:$WhatIf",
            f"    Write-Host {quoted(f'Removed: {plan.named(what)}')}",
            "}",
        ]
    lines += ["", "Write-Host 'Done.'"]
    return script_bytes(lines)


def _check_directory(plan: ExchangePlan) -> None:
    if not plan.directory:
        raise NotReady("no directory", public="The operator of the service has to set the directory id first.")


def _check(plan: ExchangePlan) -> None:
    _check_directory(plan)
    if not plan.relay:
        raise NotReady("no host", public="The operator of the service has to name the relay's host for you first.")
    if plan.returns and not (plan.certificate or plan.addresses):
        raise NotReady(
            "no egress",
            public="The operator of the service has to say by which certificate or addresses mail comes back.",
        )


def _head(plan: ExchangePlan, what: str) -> list[str]:
    return [
        "#Requires -Version 5.1",
        "#Requires -Modules ExchangeOnlineManagement",
        f"# {what}",
        "# Before: Connect-ExchangeOnline",
        "[CmdletBinding()]",
        "param([switch]$WhatIf)",
        "",
        "Set-StrictMode -Version 3.0",
        "$ErrorActionPreference = 'Stop'",
        f"$directory = {quoted(plan.directory)}",
        f"$comment = {quoted(plan.comment)}",
        "",
        "$connections = @(Get-ConnectionInformation | Where-Object { $_.State -eq 'Connected' })",
        "if ($connections.Count -eq 0) {",
        "    throw 'Not connected. Run Connect-ExchangeOnline first.'",
        "}",
        "foreach ($connection in $connections) {",
        "    if ([string]$connection.TenantID -ne $directory) {",
        "        throw ('Connected to another organisation: ' + [string]$connection.TenantID)",
        "    }",
        "}",
        "",
    ]


_FIND = [
    "# What bears the name: ours by its comment, or a reason to stop.",
    "function Find-Own([string]$kind, [string]$name) {",
    "    switch ($kind) {",
    "        'OutboundConnector' { $all = @(Get-OutboundConnector -IncludeTestModeConnectors $true) }",
    "        'InboundConnector' { $all = @(Get-InboundConnector) }",
    "        'TransportRule' { $all = @(Get-TransportRule -ResultSize Unlimited) }",
    "    }",
    "    $found = @($all | Where-Object { $_.Name -eq $name })",
    "    if ($found.Count -eq 0) {",
    "        return $null",
    "    }",
    "    if ($kind -eq 'TransportRule') {",
    "        $said = [string]$found[0].Comments",
    "    } else {",
    "        $said = [string]$found[0].Comment",
    "    }",
    "    if ($said -ne $comment) {",
    "        throw ('Somebody else made this, it is left alone: ' + $name)",
    "    }",
    "    return $found[0]",
    "}",
]


def _outbound(plan: ExchangePlan) -> list[str]:
    values: dict[str, Value] = {
        "Enabled": True,
        "ConnectorType": "OnPremises" if plan.returns else "Partner",
        "UseMXRecord": False,
        "SmartHosts": (plan.relay,),
        "TlsSettings": "DomainValidation",
        "TlsDomain": plan.relay,
        "IsTransportRuleScoped": True,
        "Comment": plan.comment,
    }
    return _put("OutboundConnector", plan.named("out"), "outbound", values)


def _inbound(plan: ExchangePlan) -> list[str]:
    values: dict[str, Value] = {
        "Enabled": True,
        "ConnectorType": "OnPremises",
        "SenderDomains": ("*",),
        "RequireTls": True,
        "Comment": plan.comment,
    }
    if plan.certificate:
        values |= {"TlsSenderCertificateName": plan.certificate, "RestrictDomainsToCertificate": True}
    else:
        values |= {"SenderIPAddresses": plan.addresses, "RestrictDomainsToIPAddresses": True}
    return _put("InboundConnector", plan.named("in"), "inbound", values)


def _rule(plan: ExchangePlan) -> list[str]:
    values: dict[str, Value] = {
        "FromScope": "InOrganization",
        "SentToScope": "NotInOrganization",
        "ExceptIfHeaderContainsMessageHeader": PASS_FIELD,
        "ExceptIfHeaderContainsWords": plan.words,
        "RouteMessageOutboundConnector": plan.named("out"),
        "RuleErrorAction": "Defer",
        "Mode": "Enforce",
        "Comments": plan.comment,
    }
    group: Value = (plan.group,) if plan.group else None
    return _put("TransportRule", plan.named("send"), "rule", values, ("FromMemberOf", group))


def _cleaning_rule(plan: ExchangePlan) -> list[str]:
    values: dict[str, Value] = {
        "HeaderContainsMessageHeader": PASS_FIELD,
        "HeaderContainsWords": plan.words,
        "RemoveHeader": PASS_FIELD,
        "Mode": "Enforce",
        "Comments": plan.comment,
    }
    return _put("TransportRule", plan.named("clean"), "cleaning", values)


def _put(
    kind: str, name: str, variable: str, values: dict[str, Value], or_cleared: tuple[str, Value] | None = None
) -> list[str]:
    """Change it where it is there, else make it. ``or_cleared``: a parameter whose ``$null`` takes it off what is there."""
    in_new = dict(values)
    if or_cleared is not None and or_cleared[1] is not None:
        in_new[or_cleared[0]] = or_cleared[1]
    lines = [*table(variable, in_new)]
    cleared = ""
    if or_cleared is not None and or_cleared[1] is None:
        cleared = f" -{or_cleared[0]} {literal(None)}"
    lines += [
        f"if (Find-Own {quoted(kind)} {quoted(name)}) {{",
        f"    Set-{kind} -Identity {quoted(name)} @{variable}{cleared} -WhatIf:$WhatIf",
        "} else {",
    ]
    making = f"New-{kind} -Name {quoted(name)} @{variable} -WhatIf:$WhatIf | Out-Null"
    if kind == "TransportRule":
        # The connector that it names is not there yet when the first run only says what it would do.
        lines += [
            "    if ($WhatIf) {",
            f"        Write-Host {quoted(f'What if: the mail flow rule is made: {name}')}",
            "    } else {",
            f"        {making}",
            "    }",
        ]
    else:
        lines.append(f"    {making}")
    return [*lines, "}", f"Write-Host {quoted(f'Ready: {name}')}"]
