"""What a tenant's SPF records say about the ways on which its mail leaves (RFC 7208). Part of onboarding's DNS step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.core.onboarding.dns_name import Lookup
from shared.core.onboarding.finding import Finding, FindingCode, StepState, finding
from shared.core.onboarding.spf import BadSpf, SpfRecord, allows, find_record, reach, read_network
from shared.errors import TemporaryError

EXCHANGE = "spf.protection.outlook.com"
"""What stands for Exchange Online's servers (learn.microsoft.com, "Set up SPF")."""
_OPEN = {"+": StepState.FAILED, "?": StepState.WARNING}
_ERRORS = {
    "none": (FindingCode.SPF_NONE, StepState.FAILED),
    "several": (FindingCode.SPF_SEVERAL, StepState.FAILED),
    "broken": (FindingCode.SPF_BROKEN, StepState.FAILED),
    "too-many-lookups": (FindingCode.SPF_TOO_MANY_LOOKUPS, StepState.FAILED),
}


@dataclass(frozen=True, slots=True)
class Egress:
    """From where the tenant's mail leaves beside Exchange Online.

    ``include`` is the name that the operator publishes for its own servers, ``addresses`` are theirs (or ranges), and
    ``hops`` are the tenant's next hops: they may send from other addresses than they are reached at.
    """

    include: str = ""
    addresses: tuple[str, ...] = ()
    hops: tuple[str, ...] = ()


def check_spf(lookup: Lookup, domain: str, egress: Egress) -> tuple[Finding, ...]:
    """Everything about one domain. Raises nothing: a silent server is a finding."""
    try:
        return tuple(_findings(lookup, domain, egress))
    except BadSpf as error:
        code, state = _ERRORS[error.code]
        return (finding(code, state, domain, _shown(lookup, domain), where=error.where),)
    except TemporaryError:
        return (finding(FindingCode.DNS_SILENT, StepState.FAILED, domain, kind="SPF"),)


def _findings(lookup: Lookup, domain: str, egress: Egress) -> list[Finding]:
    record = find_record(lookup, domain)
    found = reach(lookup, record)
    evidence = (record.text,)
    problems = []
    if record.qualifier in _OPEN:
        problems.append(finding(FindingCode.SPF_ALLOWS_ALL, _OPEN[record.qualifier], domain, evidence))
    elif not found.has_end:
        problems.append(finding(FindingCode.SPF_NO_END, StepState.WARNING, domain, evidence))
    if EXCHANGE not in found.names:
        problems.append(
            finding(FindingCode.SPF_WITHOUT_EXCHANGE, StepState.FAILED, domain, evidence, term=f"include:{EXCHANGE}")
        )
    if egress.include and egress.include not in found.names:
        problems.append(
            finding(FindingCode.SPF_WITHOUT_MATTA, StepState.FAILED, domain, evidence, term=f"include:{egress.include}")
        )
    elif not egress.include:
        problems += [
            finding(FindingCode.SPF_WITHOUT_ADDRESS, StepState.FAILED, domain, evidence, address=address)
            for address in _missing(lookup, record, egress.addresses)
        ]
    problems += [
        finding(FindingCode.SPF_WITHOUT_HOP, StepState.WARNING, domain, evidence, address=address)
        for address in _missing(lookup, record, egress.hops)
    ]
    return problems or [finding(FindingCode.SPF_GOOD, StepState.OK, domain, evidence, lookups=found.lookups)]


def _missing(lookup: Lookup, record: SpfRecord, addresses: Sequence[str]) -> list[str]:
    networks = [(text, read_network(text)) for text in addresses]
    return [text for text, network in networks if network is not None and not allows(lookup, record, network)]


def _shown(lookup: Lookup, domain: str) -> tuple[str, ...]:
    """What there is under the domain and looks like SPF."""
    try:
        return tuple(text for text in lookup(domain, "TXT") if text.lower().startswith("v=spf"))
    except TemporaryError:
        return ()


def spf_advice(lookup: Lookup, domain: str, egress: Egress) -> str:
    """A record that would do: the present one with what it lacks put in front of its end, else a new one."""
    wanted = [f"include:{EXCHANGE}"]
    if egress.include:
        wanted.append(f"include:{egress.include}")
    else:
        for text in egress.addresses:
            network = read_network(text)
            if network is not None:
                wanted.append(f"ip{network.version}:{text}")
    try:
        record = find_record(lookup, domain)
    except (BadSpf, TemporaryError):
        return " ".join(["v=spf1", *wanted, "-all"])
    words = record.text.split()
    present = {word.lower().lstrip("+") for word in words}
    missing = [word for word in wanted if word.lower() not in present]
    end = next(
        (
            place
            for place, word in enumerate(words)
            if word.lower().lstrip("+-~?") == "all" or word.lower().startswith("redirect=")
        ),
        len(words),
    )
    return " ".join([*words[:end], *missing, *words[end:]])
