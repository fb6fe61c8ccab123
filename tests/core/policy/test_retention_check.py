"""Retention and legal holds that fit the types but make no sense are refused with the place and what is allowed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.core.policy.tenant_settings import TenantSettings, read_settings
from shared.errors import InvalidSettings


def read(**retention: Any) -> TenantSettings:
    document = {"tenant_id": "acme", "domains": ["acme.example"], "routes": [{"servers": [{"host": "h"}]}]}
    return read_settings(msgspec.json.encode(document | {"retention": retention}))


@pytest.mark.parametrize(
    ("retention", "place", "problem"),
    [
        pytest.param({"body_days": 731}, "metadata_days", "not be less than body_days", id="records go first"),
        pytest.param({"body_days": 0}, "metadata_days", "0 is for ever", id="content for ever, records not"),
        pytest.param(
            {"legal_holds": [{"id": "a"}, {"id": "a"}]}, "legal_holds[1].id", "must be unique", id="one id twice"
        ),
        pytest.param(
            {"legal_holds": [{"id": "a", "since": "2026-02-01T00:00:00Z", "until": "2026-02-01T09:00:00+09:00"}]},
            "legal_holds[0].until",
            "later than since",
            id="no time at all",
        ),
        *(
            pytest.param(
                {"legal_holds": [{"id": "a", "addresses": ["a@b.example", entry]}]},
                "legal_holds[0].addresses[1]",
                "must be one address",
                id=f"address {entry}",
            )
            for entry in ("b.example", "*@b.example", "a@", "@", "@.b.example", "a@b.example, c@d.example", "A <a@b.c>")
        ),
    ],
)
def test_retention_that_makes_no_sense_is_refused(retention: dict[str, Any], place: str, problem: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read(**retention)
    assert f"$.retention.{place}" in refused.value.public
    assert problem in refused.value.public


@pytest.mark.parametrize(
    "retention",
    [
        pytest.param({"body_days": 0, "metadata_days": 0, "audit_days": 0}, id="everything for ever"),
        pytest.param({"body_days": 30, "metadata_days": 30, "audit_days": 1}, id="content and record alike"),
        pytest.param({"metadata_days": 0}, id="records for ever"),
        pytest.param(
            {"legal_holds": [{"id": "a"}, {"id": "b", "addresses": ["a@b.example", "@c.example"]}]}, id="holds"
        ),
    ],
)
def test_retention_that_fits_is_read(retention: dict[str, Any]) -> None:
    read_back = msgspec.to_builtins(read(**retention).retention)
    assert {name: read_back[name] for name in retention if name != "legal_holds"} == {
        name: days for name, days in retention.items() if name != "legal_holds"
    }
    assert [hold["id"] for hold in read_back["legal_holds"]] == [one["id"] for one in retention.get("legal_holds", ())]
