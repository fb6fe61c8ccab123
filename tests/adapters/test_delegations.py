"""What every ``Delegations`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from shared.adapters.delegations_table import TableDelegations
from shared.adapters.storage_clients import table_client
from shared.core.people.delegation import Absence, Delegation, Proxy
from shared.errors import Conflict, NotFound
from shared.ports_people import Delegations
from tests.fakes.delegations import FakeDelegations
from tests.support.records import NOW
from tests.support.threads import at_once

INFO = "info@aozora.example"
HANAKO = "hanako@aozora.example"
JIRO = "jiro@aozora.example"
ODD = [
    pytest.param("a/b\\c#d?e@x.example", id="characters that keys must not hold"),
    pytest.param("o'brien@x.example", id="apostrophe"),
    pytest.param("a:b~2f%25@x.example", id="colon, tilde, percent"),
    pytest.param("花子@例え.example", id="Japanese"),
    pytest.param("あ" * 64 + "@x.example", id="longer than a key when encoded"),
    pytest.param("a" * 64 + "@" + "b" * 180 + ".example", id="long"),
]


@pytest.fixture(params=["fake", "table"])
def delegations(request: pytest.FixtureRequest) -> Delegations:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeDelegations()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableDelegations(process, table=name)


def test_whoever_has_named_nobody_has_an_empty_delegation(delegations: Delegations) -> None:
    assert delegations.of("demo", []) == {}
    assert delegations.of("demo", [INFO.upper(), INFO]) == {INFO: Delegation(INFO)}
    assert delegations.principals_of("demo", HANAKO) == ()


def test_what_was_saved_comes_back_whole_with_the_next_version(delegations: Delegations) -> None:
    wanted = Delegation(
        "INFO@Aozora.example",
        (Proxy(HANAKO, NOW, None, "admin@aozora.example", NOW, True), Proxy("Jiro@aozora.example", None, NOW)),
        (Absence(NOW, NOW.replace(day=25)),),
    )
    first = delegations.save("demo", wanted)
    assert first == replace(wanted, principal=INFO, version=1)
    assert delegations.of("demo", [INFO, HANAKO]) == {INFO: first, HANAKO: Delegation(HANAKO)}
    second = delegations.save("demo", replace(first, absences=()))
    assert second.version == 2
    assert delegations.of("demo", [INFO])[INFO] == second


def test_a_stale_version_is_refused_and_changes_nothing(delegations: Delegations) -> None:
    first = delegations.save("demo", Delegation(INFO, (Proxy(HANAKO),)))
    for version in (0, 2):
        with pytest.raises(Conflict):
            delegations.save("demo", Delegation(INFO, (Proxy(JIRO),), version=version))
    assert delegations.of("demo", [INFO])[INFO] == first
    assert delegations.principals_of("demo", JIRO) == ()


def test_principals_of_a_proxy_follow_every_change(delegations: Delegations) -> None:
    info = delegations.save("demo", Delegation(INFO, (Proxy(HANAKO, until=NOW), Proxy(JIRO))))
    delegations.save("demo", Delegation("boss@aozora.example", (Proxy("HANAKO@aozora.example"), Proxy(HANAKO))))
    assert delegations.principals_of("demo", HANAKO.upper()) == ("boss@aozora.example", INFO)
    assert delegations.principals_of("demo", JIRO) == (INFO,)
    info = delegations.save("demo", replace(info, proxies=(Proxy(JIRO),)))
    assert delegations.principals_of("demo", HANAKO) == ("boss@aozora.example",)
    info = delegations.save("demo", replace(info, proxies=()))
    assert delegations.principals_of("demo", JIRO) == ()
    delegations.save("demo", replace(info, proxies=(Proxy(HANAKO),)))
    assert delegations.principals_of("demo", HANAKO) == ("boss@aozora.example", INFO)


def test_twenty_proxies_are_replaced_by_twenty_others_at_once(delegations: Delegations) -> None:
    first = tuple(Proxy(f"a{number}@x.example") for number in range(20))
    second = tuple(Proxy(f"b{number}@x.example") for number in range(20))
    kept = delegations.save("demo", Delegation(INFO, first))
    delegations.save("demo", replace(kept, proxies=second))
    assert delegations.principals_of("demo", "a7@x.example") == ()
    assert delegations.principals_of("demo", "b7@x.example") == (INFO,)


@pytest.mark.parametrize("address", ODD)
def test_any_address_can_be_principal_and_proxy(delegations: Delegations, address: str) -> None:
    delegations.save("demo", Delegation(address, (Proxy(HANAKO),)))
    delegations.save("demo", Delegation(INFO, (Proxy(address),)))
    (kept,) = delegations.of("demo", [address]).values()
    assert kept.version == 1
    assert delegations.principals_of("demo", HANAKO) == (kept.principal,)
    assert delegations.principals_of("demo", address) == (INFO,)


def test_another_tenant_knows_nothing_of_it(delegations: Delegations) -> None:
    delegations.save("demo", Delegation(INFO, (Proxy(HANAKO),)))
    assert delegations.of("demo-2", [INFO]) == {INFO: Delegation(INFO)}
    assert delegations.principals_of("demo-2", HANAKO) == ()
    for name in ("", "a/b", "de'mo"):
        for call in (
            lambda name=name: delegations.of(name, [INFO]),
            lambda name=name: delegations.save(name, Delegation(INFO)),
            lambda name=name: delegations.principals_of(name, HANAKO),
        ):
            with pytest.raises(NotFound):
                call()


def test_of_ten_saves_at_once_one_wins(delegations: Delegations) -> None:
    def save(before: Delegation, number: int) -> Delegation:
        return delegations.save("demo", replace(before, proxies=(Proxy(f"p{number}@x.example"),)))

    kept = Delegation(INFO)
    for round_ in range(3):
        outcomes = at_once(10, partial(save, kept))
        (kept,) = [outcome for outcome in outcomes if isinstance(outcome, Delegation)]
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 9
        assert kept.version == round_ + 1
        assert delegations.of("demo", [INFO])[INFO] == kept
        found = [number for number in range(10) if delegations.principals_of("demo", f"p{number}@x.example")]
        assert [f"p{number}@x.example" for number in found] == [kept.proxies[0].address]
