"""An older version or a file does not lift a legal hold that it knows nothing of."""

from __future__ import annotations

import pytest

from shared.core.policy.tenant_settings import LegalHold, Retention, TenantSettings
from shared.core.settings.legal_holds import keep_legal_holds
from tests.support.settings import tenant_settings

ONE, TWO = LegalHold(id="one", addresses=("@a.example",)), LegalHold(id="two")
NARROWER = LegalHold(id="one", addresses=("taro@a.example",))


def holding(*holds: LegalHold, days: int = 90) -> TenantSettings:
    return tenant_settings(retention=Retention(body_days=days, legal_holds=holds))


@pytest.mark.parametrize(
    ("present", "edit", "kept"),
    [
        pytest.param((), (), (), id="none"),
        pytest.param((ONE,), (), (ONE,), id="a hold that the edit does not know"),
        pytest.param((ONE,), (NARROWER,), (ONE,), id="a hold that the edit has for less"),
        pytest.param((ONE,), (TWO, ONE), (ONE, TWO), id="a hold more"),
        pytest.param((), (TWO,), (TWO,), id="the first hold"),
    ],
)
def test_holds_that_stand_stay(
    present: tuple[LegalHold, ...], edit: tuple[LegalHold, ...], kept: tuple[LegalHold, ...]
) -> None:
    found = keep_legal_holds(holding(*present), holding(*edit, days=30))
    assert (found.retention.legal_holds, found.retention.body_days) == (kept, 30)
