"""SPF as onboarding checks it: which records let Exchange Online and Matta send, and which are worthless to receivers."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.onboarding.finding import FindingCode, StepState
from shared.core.onboarding.spf import BadSpf, allows, find_record, reach, read_record
from shared.core.onboarding.spf_check import EXCHANGE, Egress, check_spf, spf_advice
from tests.fakes.dns import FakeDns

DOMAIN = "aozora.example"
MATTA = Egress(include="spf.matta.example")
GOOD = f"v=spf1 include:{EXCHANGE} include:spf.matta.example -all"


def published(record: str | None, **others: str) -> FakeDns:
    dns = FakeDns()
    dns.put(EXCHANGE, "TXT", "v=spf1 ip4:40.92.0.0/15 -all")
    dns.put("spf.matta.example", "TXT", "v=spf1 ip4:203.0.113.0/28 ip6:2001:db8::/64 -all")
    if record is not None:
        dns.put(DOMAIN, "TXT", "some-other=text", record)
    for name, value in others.items():
        dns.put(f"{name}.example", "TXT", value)
    return dns


@pytest.mark.parametrize(
    ("record", "codes"),
    [
        pytest.param(GOOD, {FindingCode.SPF_GOOD}, id="all that is needed"),
        pytest.param(GOOD.upper().replace("V=SPF1", "v=spf1"), {FindingCode.SPF_GOOD}, id="in capitals"),
        pytest.param(GOOD.replace("-all", "~all"), {FindingCode.SPF_GOOD}, id="soft end"),
        pytest.param("v=spf1 redirect=all.example", {FindingCode.SPF_GOOD}, id="by a redirect"),
        pytest.param(None, {FindingCode.SPF_NONE}, id="no record"),
        pytest.param("v=spf10 -all", {FindingCode.SPF_NONE}, id="another version"),
        pytest.param(f"v=spf1 include:{EXCHANGE} -all", {FindingCode.SPF_WITHOUT_MATTA}, id="Matta is missing"),
        pytest.param(
            "v=spf1 include:spf.matta.example -all", {FindingCode.SPF_WITHOUT_EXCHANGE}, id="Exchange is missing"
        ),
        pytest.param(
            "v=spf1 -all", {FindingCode.SPF_WITHOUT_EXCHANGE, FindingCode.SPF_WITHOUT_MATTA}, id="nobody may send"
        ),
        pytest.param(GOOD.replace("-all", "+all"), {FindingCode.SPF_ALLOWS_ALL}, id="everybody may send"),
        pytest.param(GOOD.replace("-all", "?all"), {FindingCode.SPF_ALLOWS_ALL}, id="says nothing of the rest"),
        pytest.param(GOOD.replace(" -all", ""), {FindingCode.SPF_NO_END}, id="no end"),
        pytest.param("v=spf1 ip4:300.1.1.1 -all", {FindingCode.SPF_BROKEN}, id="no address"),
        pytest.param("v=spf1 ip4:2001:db8::1 -all", {FindingCode.SPF_BROKEN}, id="address of the other kind"),
        pytest.param("v=spf1 includ:x -all", {FindingCode.SPF_BROKEN}, id="unknown mechanism"),
        pytest.param("v=spf1 a/33 -all", {FindingCode.SPF_BROKEN}, id="too long a prefix"),
        pytest.param("v=spf1 include:nothing.example -all", {FindingCode.SPF_BROKEN}, id="includes nothing"),
        pytest.param("v=spf1 include:aozora.example -all", {FindingCode.SPF_BROKEN}, id="includes itself"),
        pytest.param(
            f"{GOOD[:-5]} {' '.join(f'a:h{number}.example' for number in range(9))} -all",
            {FindingCode.SPF_TOO_MANY_LOOKUPS},
            id="eleven lookups",
        ),
        pytest.param("v=spf1 " + "a " * 200, {FindingCode.SPF_BROKEN}, id="endless record"),
    ],
)
def test_what_is_said_of_a_record(record: str | None, codes: set[FindingCode]) -> None:
    dns = published(record, all=GOOD)
    found = check_spf(dns.lookup, DOMAIN, MATTA)
    assert {one.code for one in found} == codes
    assert len(dns.asked) < 60


def test_two_records_are_an_error() -> None:
    dns = published(None)
    dns.put(DOMAIN, "TXT", GOOD, "v=spf1 -all")
    (found,) = check_spf(dns.lookup, DOMAIN, MATTA)
    assert (found.code, found.state) == (FindingCode.SPF_SEVERAL, StepState.FAILED)
    assert set(found.evidence) == {GOOD, "v=spf1 -all"}


def test_a_silent_server_is_not_a_missing_record() -> None:
    dns = published(GOOD)
    dns.fail("spf.matta.example")
    (found,) = check_spf(dns.lookup, DOMAIN, MATTA)
    assert found.code is FindingCode.DNS_SILENT


@pytest.mark.parametrize(
    ("record", "missing"),
    [
        pytest.param(f"v=spf1 include:{EXCHANGE} ip4:203.0.113.0/24 -all", [], id="range of the record is wider"),
        pytest.param(f"v=spf1 include:{EXCHANGE} include:spf.matta.example -all", [], id="by an include"),
        pytest.param(f"v=spf1 include:{EXCHANGE} ip4:203.0.113.7 -all", ["203.0.113.0/30"], id="only one of the range"),
        pytest.param(f"v=spf1 include:{EXCHANGE} a:out.example/28 -all", [], id="by a name"),
        pytest.param(f"v=spf1 include:{EXCHANGE} mx -all", [], id="by the exchangers"),
        pytest.param(f"v=spf1 include:{EXCHANGE} -ip4:203.0.113.0/24 +all", ["203.0.113.0/30"], id="taken out first"),
        pytest.param(f"v=spf1 include:{EXCHANGE} exists:%{{i}}.x.example -all", ["203.0.113.0/30"], id="a macro"),
    ],
)
def test_addresses_are_looked_for_whatever_stands_for_them(record: str, missing: list[str]) -> None:
    dns = published(record)
    dns.put("out.example", "A", "203.0.113.9")
    dns.put(DOMAIN, "MX", "10 203-net.example")
    dns.put("203-net.example", "A", *(f"203.0.113.{number}" for number in range(4)))
    if " mx " in record:
        egress = Egress(addresses=("203.0.113.2",))
    else:
        egress = Egress(addresses=("203.0.113.0/30",))
    found = check_spf(dns.lookup, DOMAIN, egress)
    assert [dict(one.args)["address"] for one in found if one.code is FindingCode.SPF_WITHOUT_ADDRESS] == missing


def test_advice_keeps_what_is_there_and_is_good_afterwards() -> None:
    dns = published("v=spf1 mx ip4:198.51.100.0/24 ~all")
    advice = spf_advice(dns.lookup, DOMAIN, MATTA)
    assert advice == f"v=spf1 mx ip4:198.51.100.0/24 include:{EXCHANGE} include:spf.matta.example ~all"
    dns.put(DOMAIN, "TXT", advice)
    assert [one.code for one in check_spf(dns.lookup, DOMAIN, MATTA)] == [FindingCode.SPF_GOOD]
    assert spf_advice(dns.lookup, DOMAIN, MATTA) == advice


def test_advice_without_a_record_is_a_whole_one() -> None:
    dns = published(None)
    egress = Egress(addresses=("203.0.113.9", "2001:db8::/64"))
    advice = spf_advice(dns.lookup, DOMAIN, egress)
    assert advice == f"v=spf1 include:{EXCHANGE} ip4:203.0.113.9 ip6:2001:db8::/64 -all"
    dns.put(DOMAIN, "TXT", advice)
    assert [one.code for one in check_spf(dns.lookup, DOMAIN, egress)] == [FindingCode.SPF_GOOD]


@given(st.text(alphabet=st.sampled_from("v=spf1 aimx:/+-~?.%{}0123456789\x00\n\té例include"), max_size=120))
def test_whatever_a_record_says_it_is_read_or_called_broken(text: str) -> None:
    dns = FakeDns()
    code = ""
    try:
        record = read_record(DOMAIN, f"v=spf1 {text}")
        reach(dns.lookup, record)
        allows(dns.lookup, record, ipaddress.ip_network("192.0.2.1"))
    except BadSpf as error:
        code = error.code
    assert code in ("", "broken", "too-many-lookups")
    assert len(dns.asked) <= 40


def test_a_tree_of_includes_costs_no_more_than_the_limit() -> None:
    dns = FakeDns()
    for name in (f"n{number}" for number in range(40)):
        dns.put(f"{name}.example", "TXT", "v=spf1 " + " ".join(f"include:n{to}.example" for to in range(40)))
    with pytest.raises(BadSpf):
        reach(dns.lookup, find_record(dns.lookup, "n0.example"))
    assert len(dns.asked) <= 13
