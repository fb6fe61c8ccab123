"""DKIM, DMARC, MX and ownership of a domain: what is published against what must be."""

from __future__ import annotations

import pytest

from shared.core.onboarding.dkim_records import ExpectedKey
from shared.core.onboarding.dns_check import check_domain, records_to_set
from shared.core.onboarding.dns_name import Kind
from shared.core.onboarding.finding import FindingCode, StepState, finding, worst
from shared.core.onboarding.ownership import check_ownership, record_name, record_value
from shared.core.onboarding.spf_check import EXCHANGE, Egress
from tests.fakes.dns import FakeDns

DOMAIN = "aozora.example"
RECORD = "v=DKIM1; k=rsa; p=MIGfMA0GCSq"
KEY = ExpectedKey(DOMAIN, "matta1", RECORD)
EGRESS = Egress(include="spf.matta.example")
Published = tuple[tuple[str, Kind, tuple[str, ...]], ...]


def dns_with(*records: tuple[str, Kind, tuple[str, ...]]) -> FakeDns:
    dns = FakeDns()
    dns.put(DOMAIN, "TXT", f"v=spf1 include:{EXCHANGE} include:spf.matta.example -all")
    dns.put(EXCHANGE, "TXT", "v=spf1 ip4:40.92.0.0/15 -all")
    dns.put("spf.matta.example", "TXT", "v=spf1 ip4:203.0.113.0/28 -all")
    for name, kind, values in records:
        dns.put(name, kind, *values)
    return dns


def dkim(*values: str) -> tuple[tuple[str, Kind, tuple[str, ...]], ...]:
    return ((f"matta1._domainkey.{DOMAIN}", "TXT", values),)


def dmarc(*values: str, name: str = DOMAIN) -> tuple[tuple[str, Kind, tuple[str, ...]], ...]:
    return ((f"_dmarc.{name}", "TXT", values),)


def mx(*values: str) -> tuple[tuple[str, Kind, tuple[str, ...]], ...]:
    return ((DOMAIN, "MX", values),)


@pytest.mark.parametrize(
    ("records", "keys", "code", "state"),
    [
        pytest.param(dkim(RECORD), (KEY,), FindingCode.DKIM_GOOD, StepState.OK, id="the key is there"),
        pytest.param(
            dkim("p=MIGf MA0GCSq; k=rsa; v=DKIM1"), (KEY,), FindingCode.DKIM_GOOD, StepState.OK, id="written otherwise"
        ),
        pytest.param(dkim(), (KEY,), FindingCode.DKIM_MISSING, StepState.FAILED, id="no key"),
        pytest.param(
            dkim(), (ExpectedKey(DOMAIN, "matta1", RECORD, active=False),), FindingCode.DKIM_MISSING, StepState.TO_DO,
            id="no key yet, and none needed yet",
        ),
        pytest.param(
            dkim("v=DKIM1; p=other"), (KEY,), FindingCode.DKIM_OTHER_KEY, StepState.FAILED, id="another key"
        ),
        pytest.param(dkim("v=DKIM1; p="), (KEY,), FindingCode.DKIM_OTHER_KEY, StepState.FAILED, id="a revoked key"),
        pytest.param(dkim("nothing"), (KEY,), FindingCode.DKIM_OTHER_KEY, StepState.FAILED, id="no key at all"),
        pytest.param(dkim(RECORD, "x"), (KEY,), FindingCode.DKIM_SEVERAL, StepState.FAILED, id="two records"),
        pytest.param(
            (), (ExpectedKey(DOMAIN, "matta1", ""),), FindingCode.DKIM_KEY_UNREADABLE, StepState.FAILED,
            id="the secret is no key",
        ),
        pytest.param((), (), FindingCode.DKIM_NONE, StepState.WARNING, id="nobody signs"),
        pytest.param(
            ((f"selector1._domainkey.{DOMAIN}", "CNAME", ("selector1-aozora._domainkey.aozora.onmicrosoft.com",)),),
            (), FindingCode.DKIM_MICROSOFT, StepState.OK, id="Microsoft signs",
        ),
        pytest.param(
            ((f"selector1._domainkey.{DOMAIN}", "CNAME", ("evilonmicrosoft.com",)),),
            (), FindingCode.DKIM_NONE, StepState.WARNING, id="somebody whose name ends alike",
        ),
        pytest.param(dmarc("v=DMARC1; p=reject"), (KEY,), FindingCode.DMARC_GOOD, StepState.OK, id="a policy"),
        pytest.param(dmarc("v=DMARC1; p=none"), (KEY,), FindingCode.DMARC_WATCHES, StepState.OK, id="only reports"),
        pytest.param(dmarc("v=DMARC1; p=gone"), (KEY,), FindingCode.DMARC_BROKEN, StepState.FAILED, id="no such policy"),
        pytest.param(dmarc("v=DMARC1"), (KEY,), FindingCode.DMARC_BROKEN, StepState.FAILED, id="no policy"),
        pytest.param(dmarc("v=DMARC2; p=none"), (KEY,), FindingCode.DMARC_NONE, StepState.WARNING, id="other version"),
        pytest.param(
            dmarc("v=DMARC1; p=none", "v=DMARC1; p=reject"), (KEY,), FindingCode.DMARC_SEVERAL, StepState.FAILED,
            id="two policies",
        ),
        pytest.param(
            dmarc("v=DMARC1; p=reject; aspf=s"), (KEY,), FindingCode.DMARC_STRICT, StepState.WARNING, id="strict"
        ),
        pytest.param(
            mx("0 aozora-example.mail.protection.outlook.com"), (KEY,), FindingCode.MX_GOOD, StepState.OK, id="Exchange"
        ),
        pytest.param(mx("0 aozora.p-v1.mx.microsoft"), (KEY,), FindingCode.MX_GOOD, StepState.OK, id="with DNSSEC"),
        pytest.param(mx("10 mx.aozora.example"), (KEY,), FindingCode.MX_ELSEWHERE, StepState.WARNING, id="elsewhere"),
        pytest.param(
            mx("10 xmail.protection.outlook.com"), (KEY,), FindingCode.MX_ELSEWHERE, StepState.WARNING, id="alike"
        ),
        pytest.param(mx("0 ."), (KEY,), FindingCode.MX_NONE, StepState.WARNING, id="takes no mail"),
        pytest.param((), (KEY,), FindingCode.MX_NONE, StepState.WARNING, id="no exchanger"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_domain(
    records: Published, keys: tuple[ExpectedKey, ...], code: FindingCode, state: StepState
) -> None:
    found = {one.code: one.state for one in check_domain(dns_with(*records).lookup, DOMAIN, EGRESS, keys)}
    assert found.get(code) is state


def test_the_policy_of_the_domain_above_counts_and_may_have_one_for_subdomains() -> None:
    dns = dns_with(*dmarc("v=DMARC1; p=none; sp=reject", name="example.jp"))
    found = check_domain(dns.lookup, "mail.aozora.example.jp", EGRESS, ())
    assert (FindingCode.DMARC_GOOD, ("policy", "reject")) in [(one.code, one.args[0]) for one in found if one.args]


@pytest.mark.parametrize("place", [DOMAIN, f"matta1._domainkey.{DOMAIN}", f"_dmarc.{DOMAIN}"])
def test_a_server_that_does_not_answer_is_said_and_the_rest_is_checked(place: str) -> None:
    dns = dns_with(*dkim(RECORD), *dmarc("v=DMARC1; p=reject"))
    dns.fail(place)
    found = check_domain(dns.lookup, DOMAIN, EGRESS, (KEY,))
    assert FindingCode.DNS_SILENT in {one.code for one in found}
    assert len(found) >= 3


def test_only_the_right_word_proves_a_domain() -> None:
    dns = FakeDns()
    assert check_ownership(dns.lookup, DOMAIN, "secret").state is StepState.TO_DO
    dns.put(record_name(DOMAIN), "TXT", record_value("another tenant's", DOMAIN))
    assert check_ownership(dns.lookup, DOMAIN, "secret").code is FindingCode.OTHER_WORD
    dns.put(record_name(DOMAIN), "TXT", record_value("secret", "other.example"))
    assert check_ownership(dns.lookup, DOMAIN, "secret").code is FindingCode.OTHER_WORD
    dns.put(record_name(DOMAIN), "TXT", "something", record_value("secret", DOMAIN))
    assert check_ownership(dns.lookup, DOMAIN, "secret").state is StepState.OK
    dns.fail(record_name(DOMAIN))
    assert check_ownership(dns.lookup, DOMAIN, "secret").code is FindingCode.DNS_SILENT


def test_what_is_set_as_told_is_found_good() -> None:
    dns = dns_with()
    dns.put(DOMAIN, "TXT")
    for record in records_to_set(dns.lookup, DOMAIN, "secret", EGRESS, (KEY,)):
        assert "".join(record.strings) == record.value
        dns.put(record.name, "TXT", record.value)
    dns.put(DOMAIN, "MX", "0 a.mail.protection.outlook.com")
    assert worst(check_domain(dns.lookup, DOMAIN, EGRESS, (KEY,))) is StepState.OK
    assert check_ownership(dns.lookup, DOMAIN, "secret").state is StepState.OK


def test_evidence_is_cut_and_has_no_control_characters() -> None:
    hostile = "v=spf1 \x1b]0;x\x07\u202e" + "a" * 5000
    found = finding(FindingCode.SPF_BROKEN, StepState.FAILED, hostile, [hostile] * 50, where=hostile)
    for text in (found.about, *found.evidence, *(value for _, value in found.args)):
        assert len(text) <= 300
        assert text.isprintable()
    assert len(found.evidence) == 12
