"""Passwords in settings: out of sight for who may only look, and kept through an edit that never saw them."""

from __future__ import annotations

import pytest

from shared.core.policy.actions import Action, BossCopy, Zip
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import Ingress, NextHopServer, Route, SmtpUser, TenantSettings
from shared.core.settings.compare import HIDDEN
from shared.core.settings.hidden import with_passwords_of, without_hashes, without_passwords
from shared.core.settings.scope_settings import Document, ScopeSettings

A, B = "Kx7-Mango-91", "Lq8-Papaya-72"
HASH = "scrypt$1$1$1$c2FsdA==$aGFzaA=="
COPY = BossCopy()


def tenant(*actions: Action, policy: str = "p", users: tuple[tuple[str, str], ...] = ()) -> TenantSettings:
    return TenantSettings(
        tenant_id="demo",
        domains=("aozora.example",),
        routes=(Route(servers=(NextHopServer(host="hop.example"),)),),
        policies=(Policy(id=policy, actions=actions),) if actions else (),
        ingress=Ingress(users=tuple(SmtpUser(name=name, password_hash=value) for name, value in users)),
    )


def person(*actions: Action) -> ScopeSettings:
    policies = (Policy(id="p", actions=actions),)
    return ScopeSettings(tenant_id="demo", level="user", id="a@aozora.example", policies=policies)


def passwords(document: Document) -> list[str]:
    return [
        action.password for policy in document.policies or () for action in policy.actions if isinstance(action, Zip)
    ]


@pytest.mark.parametrize("document", [tenant(Zip(password=A), COPY, Zip()), person(Zip(password=A), COPY, Zip())])
def test_a_fixed_password_is_hidden_and_a_generated_one_stays_generated(document: Document) -> None:
    assert passwords(without_passwords(document)) == [HIDDEN, ""]


def test_hashes_are_hidden_from_everybody() -> None:
    document = tenant(Zip(password=A), users=(("relay", HASH),))
    shown = without_hashes(document)
    assert isinstance(shown, TenantSettings)
    assert shown.ingress.users[0].password_hash == HIDDEN
    assert passwords(shown) == [A]


@pytest.mark.parametrize("document", [tenant(), ScopeSettings(tenant_id="demo", level="group", id="sales")])
def test_a_document_without_passwords_stays_the_same_object(document: Document) -> None:
    assert without_passwords(document) is document


@pytest.mark.parametrize(
    ("present", "edit", "expected"),
    [
        (tenant(Zip(password=A)), tenant(Zip(password=HIDDEN)), [A]),
        (tenant(Zip(password=A)), tenant(Zip(password=B)), [B]),
        (tenant(Zip(password=A)), tenant(Zip()), [""]),
        (tenant(Zip(password=A), COPY), tenant(COPY, Zip(password=HIDDEN)), [A]),
        (
            tenant(Zip(password=A), Zip(password=B)),
            tenant(Zip(password=HIDDEN), Zip(password=HIDDEN)),
            [A, B],
        ),
        (tenant(Zip(password=A), policy="other"), tenant(Zip(password=HIDDEN)), [HIDDEN]),
        (tenant(), tenant(Zip(password=HIDDEN)), [HIDDEN]),
        (person(Zip(password=A)), person(Zip(password=HIDDEN)), [A]),
    ],
    ids=["kept", "a new one", "generated from now on", "moved", "two", "another policy", "none before", "a person's"],
)
def test_a_hidden_password_is_the_one_that_the_policy_has(
    present: Document, edit: Document, expected: list[str]
) -> None:
    assert passwords(with_passwords_of(edit, present)) == expected


def test_a_hidden_hash_is_the_one_of_that_user() -> None:
    present = tenant(users=(("relay", HASH), ("other", "x")))
    edit = tenant(users=(("other", HIDDEN), ("relay", HIDDEN), ("new", HIDDEN), ("relay", "y")))
    kept = with_passwords_of(edit, present)
    assert isinstance(kept, TenantSettings)
    assert [user.password_hash for user in kept.ingress.users] == ["x", HASH, HIDDEN, "y"]
