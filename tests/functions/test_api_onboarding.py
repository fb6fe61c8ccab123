"""Onboarding over the API: who may, what each check finds, files, and a canary from its start to its end."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from local.tools import ROOT
from shared.core.message.pass_mark import pass_words
from shared.core.onboarding.canary import LIFETIME
from shared.core.onboarding.ownership import record_value
from shared.core.onboarding.spf_check import EXCHANGE
from shared.core.people.person import Group, Person
from shared.core.policy.tenant_settings import Access, DkimKey, Ingress, NextHopServer, Route, Signing, Teams
from shared.core.signing.keys import read_private_key
from shared.ports_people import AuditCode
from shared.ports_teams import Conversation
from tests.support.api import DIRECTORY, Reply, call_api, granted, make_api_world, person_id, sign_on
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.signing import ed25519_pem

PEM = ed25519_pem()
ADMIN = "ito@aozora.example"
OPERATORS = "44444444-4444-4444-8444-444444444444"
ACCESS = Access(entra_tenant=DIRECTORY, grants=(granted(ADMIN, "tenant-administrator"),))
INGRESS = Ingress(exchange_tenant=DIRECTORY, hosts=("aozora.relay.matta.example",))


def make_world(**changes: Any) -> World:
    return make_api_world(**({"access": ACCESS, "ingress": INGRESS} | changes))


def admin(world: World) -> str:
    return sign_on(world, ADMIN)


def operator(world: World) -> str:
    object.__setattr__(world.app.process, "operator_entra_tenant", OPERATORS)
    return sign_on(world, "operator@service.example", "Matta.Operator", directory=OPERATORS)


def configure(world: World, **fields: str) -> None:
    for name, value in fields.items():
        object.__setattr__(world.app.process, name, value)


def check(world: World, step: str, token: str = "") -> dict[str, Any]:
    reply = call_api(world, "POST", "/onboarding/check", token or admin(world), body={"step": step})
    assert reply.status == 200, reply.body
    world.clock.advance(seconds=20)  # the rate limit is not what is asked
    found: dict[str, Any] = reply.json
    return found


def codes(view: dict[str, Any]) -> list[str]:
    return [found["code"] for found in view["findings"]]


def overview(world: World) -> dict[str, Any]:
    found: dict[str, Any] = call_api(world, "GET", "/onboarding", admin(world)).json
    return found


def state_of(world: World, step: str) -> str:
    return next(str(one["state"]) for one in overview(world)["steps"] if one["step"] == step)


def publish_everything(world: World) -> None:
    """Set every record as the page says."""
    world.dns.put(EXCHANGE, "TXT", "v=spf1 ip4:40.92.0.0/15 -all")
    world.dns.put("spf.matta.example", "TXT", "v=spf1 ip4:203.0.113.0/28 -all")
    world.dns.put("aozora.example", "MX", "0 aozora-example.mail.protection.outlook.com")
    for record in call_api(world, "GET", "/onboarding/dns-records", admin(world)).json["records"]:
        world.dns.put(record["name"], record["kind"], "".join(record["strings"]))


def test_nothing_is_begun_and_what_is_not_there_is_said() -> None:
    found = overview(make_world())
    assert {one["step"]: one["state"] for one in found["steps"]} == {
        "domains": "not-begun", "dns": "not-begun", "next-hop": "not-begun", "people": "not-begun",
        "sign-on": "not-begun", "teams": "not-available", "add-in": "not-available", "department": "not-begun",
        "exchange": "not-begun", "canary": "not-begun",
    }  # fmt: skip
    assert (found["has_teams"], found["has_add_in"], found["canary"], found["group"]) == (False, False, None, "")


def test_a_check_is_kept_with_who_and_when_and_a_later_one_stands_in_its_place() -> None:
    world = make_world()
    first = check(world, "domains")
    assert (first["state"], codes(first), first["checked_by"]) == ("to-do", ["not-owned"], ADMIN)
    secret = world.onboarding.secret("demo", "")
    world.dns.put("_matta.aozora.example", "TXT", record_value(secret, "aozora.example"))
    world.clock.advance(seconds=1)
    second = check(world, "domains")
    assert (second["state"], codes(second)) == ("ok", ["owned"])
    assert second["checked_at"] > first["checked_at"]
    assert state_of(world, "domains") == "ok"
    lines = world.audit.between("demo", world.clock.now() - timedelta(days=1), world.clock.now() + timedelta(1), 100)
    assert [line.args for line in lines if line.code is AuditCode.ONBOARDING_CHECKED] == [
        (("step", "domains"), ("state", "ok")), (("step", "domains"), ("state", "to-do")),
    ]  # fmt: skip


def test_records_that_are_set_as_told_are_found_right_and_wrong_ones_wrong() -> None:
    key = DkimKey(domain="aozora.example", selector="matta1", secret="dkim-aozora")
    world = make_world(signing=Signing(dkim=(key,)))
    world.app.secrets.passwords["dkim-aozora"] = PEM  # type: ignore[attr-defined]  # the fake's
    configure(world, spf_include="spf.matta.example")
    assert {"spf-none", "dkim-missing", "dmarc-none", "mx-none"} <= set(codes(check(world, "dns")))
    publish_everything(world)
    found = check(world, "dns")
    assert (found["state"], set(codes(found))) == ("ok", {"spf-good", "dkim-good", "dmarc-watches", "mx-good"})
    record = read_private_key(PEM).record()
    assert record in [
        one["value"] for one in call_api(world, "GET", "/onboarding/dns-records", admin(world)).json["records"]
    ]
    world.dns.put("matta1._domainkey.aozora.example", "TXT", "v=DKIM1; k=ed25519; p=AAAA")
    world.dns.put("aozora.example", "TXT", "v=spf1 -all")
    found = check(world, "dns")
    assert found["state"] == "failed"
    assert {"spf-without-exchange", "spf-without-matta", "dkim-other-key"} <= set(codes(found))


def test_a_key_that_cannot_be_had_and_silent_servers_are_findings_and_no_errors() -> None:
    key = DkimKey(domain="aozora.example", selector="matta1", secret="nobody-has-it")
    world = make_world(signing=Signing(dkim=(key,)))
    world.dns.fail("aozora.example")
    world.dns.fail("_dmarc.aozora.example")
    assert {"dns-silent", "dkim-key-unreadable"} <= set(codes(check(world, "dns")))


def test_where_all_mail_goes_back_to_exchange_only_exchange_must_be_allowed() -> None:
    world = make_world(routes=(Route(servers=(NextHopServer(host="x.mail.protection.outlook.com"),), returns=True),))
    configure(world, spf_include="spf.matta.example")
    world.dns.put(EXCHANGE, "TXT", "v=spf1 ip4:40.92.0.0/15 -all")
    world.dns.put("aozora.example", "TXT", f"v=spf1 include:{EXCHANGE} -all")
    assert "spf-good" in codes(check(world, "dns"))


def test_many_domains_are_cut_and_that_is_said() -> None:
    world = make_world(domains=("aozora.example", *(f"d{number}.example" for number in range(40))))
    found = check(world, "domains")
    assert codes(found).count("not-owned") == 30
    assert found["findings"][-1]["code"] == "not-all-checked"
    assert found["findings"][-1]["args"] == [["count", "11"]]


def test_next_hops_are_tried() -> None:
    servers = (NextHopServer(host="hop.example"), NextHopServer(host="away.example", port=587))
    world = make_world(routes=(Route(servers=servers),))
    world.next_hop.silent("away.example")
    found = check(world, "next-hop")
    assert found["state"] == "failed"
    assert [(one["code"], one["about"]) for one in found["findings"]] == [
        ("hop-works", "hop.example:25"), ("hop-fails", "away.example:587"),
    ]  # fmt: skip
    assert found["findings"][1]["evidence"] == ["connect: connection refused"]


def test_people_are_counted() -> None:
    world = make_world()
    token = admin(world)
    assert codes(check(world, "people", token)) == ["people-there", "people-without-manager"]
    world.directory.save("demo", [Person("a@aozora.example", "A", "ja", ADMIN)])
    world.directory.save_groups("demo", [Group("sales", "Sales")])
    found = check(world, "people", token)
    assert found["state"] == "ok"
    assert dict(found["findings"][0]["args"]) == {"count": "2", "groups": "1"}


def test_signing_on_proves_itself_and_an_operator_proves_nothing() -> None:
    world = make_world()
    configure(world, sign_on_audience="x")
    assert check(world, "sign-on")["state"] == "ok"
    reply = call_api(
        world, "POST", "/operator/tenants/demo/onboarding/check", operator(world), body={"step": "sign-on"}
    )
    assert codes(reply.json) == ["sign-on-unproved"]


def test_the_bot_reaches_whoever_asks() -> None:
    world = make_world(teams=Teams(entra_tenant=DIRECTORY))
    configure(world, bot_app_id="c2b7e6d4-91f0-4d3a-8a5e-3f6b1d2e7c98")
    assert codes(check(world, "teams")) == ["teams-not-installed"]
    person = person_id(ADMIN)
    world.conversations.save("demo", Conversation(DIRECTORY, person, "a:1", "https://smba.example/", "29:x", "28:y"))
    world.clock.advance(seconds=1)
    assert check(world, "teams")["state"] == "ok"


def test_exchange_is_ready_when_mail_has_come() -> None:
    world = make_world(ingress=Ingress())
    assert codes(check(world, "exchange")) == ["exchange-no-directory", "exchange-no-host", "exchange-no-mail"]
    world = make_world()
    assert codes(check(world, "exchange")) == ["exchange-host-unknown", "exchange-no-mail"]
    world.dns.put("aozora.relay.matta.example", "A", "192.0.2.25")
    assert codes(check(world, "exchange")) == ["exchange-no-mail"]
    world.judge(OUTSIDE)
    world.work()
    world.clock.advance(seconds=1)
    found = check(world, "exchange")
    assert (found["state"], codes(found)) == ("ok", ["exchange-mail-came"])


def test_the_consent_link_is_there_where_microsoft_signs_people_on() -> None:
    world = make_world()
    configure(
        world, sign_on_client_id="client", sign_on_scope="api://client/portal", portal_url="https://portal.example"
    )
    link = overview(world)["consent_link"]
    assert link.startswith(f"https://login.microsoftonline.com/{DIRECTORY}/v2.0/adminconsent?client_id=client&")
    assert "redirect_uri=https%3A%2F%2Fportal.example%2F" in link
    configure(world, sign_on_authority="http://127.0.0.1:1/")
    assert overview(world)["consent_link"] == ""


def script(world: World, part: str = "install", path: str = "/onboarding", token: str = "") -> Reply:
    return call_api(world, "GET", f"{path}/exchange-script?part={part}", token or admin(world))


def test_the_script_is_made_for_the_department_that_was_chosen() -> None:
    world = make_world()
    assert check(world, "department")["state"] == "warning"
    for group, line in (("sales@aozora.example", "    FromMemberOf = @('sales@aozora.example')\r\n"), ("", "")):
        world.clock.advance(seconds=1)
        reply = call_api(world, "POST", "/onboarding/department", admin(world), body={"group": group})
        assert (reply.status, reply.json["state"]) == (200, "ok")
        assert overview(world)["group"] == group
        made = script(world)
        assert made.status == 200
        assert made.headers["Content-Disposition"].endswith("filename*=UTF-8''matta-install-demo.ps1")
        text = made.body.decode("utf-8-sig")
        assert line in text
        assert ("FromMemberOf = @" in text) is bool(group)
        for word in pass_words("demo", world.app.secrets.signing_keys("trace")):
            assert f"'{word}'" in text
    world.clock.advance(seconds=1)
    assert check(world, "department")["state"] == "ok"
    removing = script(world, "remove")
    assert b"Remove-TransportRule" in removing.body
    assert script(world, path="/operator/tenants/demo/onboarding", token=operator(world)).status == 200


@pytest.mark.parametrize("ingress", [Ingress(hosts=INGRESS.hosts), Ingress(exchange_tenant=DIRECTORY)])
def test_no_script_before_the_operator_has_set_what_it_needs(ingress: Ingress) -> None:
    reply = script(make_world(ingress=ingress))
    assert (reply.status, reply.problem) == (409, "not-ready")
    assert "operator" in reply.json["detail"]


def test_the_teams_app_is_made_where_there_is_a_bot() -> None:
    world = make_world()
    assert call_api(world, "GET", "/onboarding/teams-app", admin(world)).status == 409
    configure(world, bot_app_id="c2b7e6d4-91f0-4d3a-8a5e-3f6b1d2e7c98", service_name="Contoso")
    reply = call_api(world, "GET", "/onboarding/teams-app", admin(world))
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["bots"][0]["botId"] == "c2b7e6d4-91f0-4d3a-8a5e-3f6b1d2e7c98"
    assert manifest["developer"]["name"] == "Contoso"


def test_what_the_teams_app_is_made_of_is_deployed() -> None:
    left_out = (ROOT / ".funcignore").read_text("utf-8").split()
    files = [path.name for path in (ROOT / "teams_app").iterdir()]
    assert {"manifest.json", "ja.json", "en.json", "color.png", "outline.png"} <= set(files)
    assert "teams_app" not in left_out
    assert not [
        name
        for name in files
        if name in left_out or (f"*.{name.rpartition('.')[2]}" in left_out and name != "README.md")
    ]


def test_the_add_in_has_a_manifest_only_where_its_files_are() -> None:
    world = make_world()
    assert codes(check(world, "add-in")) == ["add-in-not-available"]
    assert call_api(world, "GET", "/onboarding/add-in-manifest", admin(world)).problem == "not-ready"
    configure(world, addin_url="https://addin.matta.example/")
    world.clock.advance(seconds=1)
    assert check(world, "add-in")["state"] == "to-do"
    reply = call_api(world, "GET", "/onboarding/add-in-manifest", admin(world))
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/xml")
    assert b'Type="OnMessageSend"' in reply.body
    configure(world, addin_url="http://addin.matta.example")
    assert call_api(world, "GET", "/onboarding/add-in-manifest", admin(world)).status == 409


def start(world: World, way: str, recipient: str = "") -> Reply:
    return call_api(world, "POST", "/onboarding/canaries", admin(world), body={"way": way, "recipient": recipient})


def follow(world: World, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = call_api(world, "GET", f"/onboarding/canaries/{id_}", admin(world)).json
    return found


def judge_spool(world: World) -> None:
    """What the trigger does with what was committed."""
    from shared.usecases.evaluate_message import evaluate_message

    for ref in world.spool.refs:
        evaluate_message(world.app, ref)


def test_an_inside_canary_goes_the_ordinary_way_and_ends_delivered() -> None:
    world = make_world()
    reply = start(world, "inside", "jiro@aozora.example")
    assert (reply.status, reply.json["state"]) == (201, "waiting")
    id_ = reply.json["id"]
    for _ in range(2):
        world.clock.advance(seconds=2)
        judge_spool(world)
    assert follow(world, id_)["state"] == "on-its-way"
    world.clock.advance(seconds=1)
    world.work()
    found = follow(world, id_)
    assert found["state"] == "delivered"
    assert [hop["kind"] for hop in found["hops"]] == ["relay", "judged", "delivered"]
    assert [hop["seconds"] for hop in found["hops"]] == [None, 2.0, 3.0]
    (sent,) = [one for one in world.next_hop.transactions if one.accepted]
    assert (sent.reverse_path, sent.recipients) == (ADMIN, ("jiro@aozora.example",))
    assert reply.json["token"].encode() in sent.data
    assert state_of(world, "canary") == "ok"
    assert check(world, "canary")["state"] == "ok"


def test_an_outside_canary_is_known_by_its_token_and_shows_each_servers_time() -> None:
    world = make_world(rules=())
    started = start(world, "outside").json
    assert (started["recipient"], started["queue_id"], started["state"]) == ("", "", "waiting")
    sent_at = world.clock.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
    data = (
        f"Received: from user by mail.exchange.example; {sent_at}\r\nFrom: <{SENDER}>\r\nTo: <{OUTSIDE}>\r\n"
        f"Subject: test {started['token']}\r\n\r\nx\r\n"
    ).encode()
    other = world.judge(OUTSIDE)
    ref = world.judge(OUTSIDE, data=data)
    world.judge(OUTSIDE, data=data)  # sent twice: the first one counts
    world.work()
    found = follow(world, started["id"])
    assert (found["queue_id"], found["state"]) == (ref.queue_id, "delivered")
    assert found["queue_id"] != other.queue_id
    assert (found["hops"][0]["kind"], found["hops"][0]["name"]) == ("server", "mail.exchange.example")
    assert overview(world)["canary"]["id"] == started["id"]


def test_a_canary_that_a_rule_holds_says_so_and_goes_on_when_it_is_released() -> None:
    world = make_world()
    started = start(world, "outside").json
    data = f"From: <{SENDER}>\r\nTo: <{OUTSIDE}>\r\nSubject: {started['token']}\r\n\r\nx\r\n".encode()
    ref = world.judge(OUTSIDE, data=data)
    found = follow(world, started["id"])
    assert (found["state"], found["hops"][-1]["kind"]) == ("held", "held")
    assert state_of(world, "canary") == "warning"
    version = world.record(ref).event_count
    assert version
    assert [one for one in world.next_hop.transactions if one.accepted] == []


def test_a_canary_that_nobody_saw_ends_in_time() -> None:
    world = make_world()
    started = start(world, "outside").json
    world.clock.advance(seconds=LIFETIME.total_seconds() + 1)
    assert follow(world, started["id"])["state"] == "expired"
    assert state_of(world, "canary") == "failed"


@pytest.mark.parametrize("recipient", [OUTSIDE, "a@evil.example", "x@aozora.example.evil.example"])
def test_an_inside_canary_goes_to_no_stranger(recipient: str) -> None:
    world = make_world()
    reply = start(world, "inside", recipient)
    assert reply.status == 422
    assert world.spool.refs == ()
    assert world.onboarding.canaries("demo") == ()


def test_storage_that_fails_while_a_token_is_noted_stops_no_mail() -> None:
    from shared.errors import StorageUnavailable

    world = make_world(rules=())
    started = start(world, "outside").json
    world.onboarding.trouble.before("seen", StorageUnavailable("down"))
    data = f"From: <{SENDER}>\r\nTo: <{OUTSIDE}>\r\nSubject: {started['token']}\r\n\r\nx\r\n".encode()
    world.judge(OUTSIDE, data=data)
    world.work()
    assert len([one for one in world.next_hop.transactions if one.accepted]) == 1
    assert follow(world, started["id"])["state"] == "waiting"


def test_whoever_reaches_a_part_only_reaches_nothing_here() -> None:
    grants = (
        granted("leader@aozora.example", "group-administrator", "sales"),
        granted("aud@aozora.example", "auditor"),
    )
    world = make_world(access=Access(entra_tenant=DIRECTORY, grants=(*ACCESS.grants, *grants)))
    leader, auditor = sign_on(world, "leader@aozora.example"), sign_on(world, "aud@aozora.example")
    assert call_api(world, "GET", "/onboarding", leader).status == 404
    assert call_api(world, "POST", "/onboarding/check", leader, body={"step": "people"}).status == 404
    for file in ("exchange-script", "teams-app", "add-in-manifest", "dns-records", "canaries/x"):
        assert call_api(world, "GET", f"/onboarding/{file}", leader).status == 404
        assert call_api(world, "GET", f"/onboarding/{file}", auditor).status == 403
    assert call_api(world, "GET", "/onboarding", auditor).status == 200
    assert call_api(world, "POST", "/onboarding/check", auditor, body={"step": "people"}).status == 403


def test_the_operator_sees_every_tenants_steps_and_no_canary() -> None:
    world = make_world()
    id_ = start(world, "inside").json["id"]
    token = operator(world)
    found = call_api(world, "GET", "/operator/tenants/demo/onboarding", token)
    assert (found.status, found.json["canary"]) == (200, None)
    assert call_api(world, "GET", "/operator/tenants/nobody/onboarding", token).status == 404
    assert call_api(world, "GET", f"/onboarding/canaries/{id_}", token).status == 403


def test_another_tenants_canary_is_not_there() -> None:
    world = make_world()
    id_ = start(world, "outside").json["id"]
    assert call_api(world, "GET", "/onboarding/canaries/unknown", admin(world)).status == 404
    assert world.onboarding.seen("other", id_, "x" * 26, world.clock.now()) is False
