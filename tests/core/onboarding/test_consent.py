"""The consent link: whose, for what, and back to where; none where there is nothing to consent to."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from shared.core.onboarding.consent import consent_link

DIRECTORY = "5f0d6c3a-2b1e-4c57-9a43-7d1e0b9c2a10"
MICROSOFT = "https://login.microsoftonline.com/organizations"


def test_the_link_asks_for_the_portals_scope_in_the_tenants_directory() -> None:
    link = urlsplit(
        consent_link(MICROSOFT, DIRECTORY, "client", "api://x/portal", "https://portal.example/?a=b&c", "s&t")
    )
    assert (link.scheme, link.netloc, link.path) == (
        "https",
        "login.microsoftonline.com",
        f"/{DIRECTORY}/v2.0/adminconsent",
    )
    assert parse_qs(link.query) == {
        "client_id": ["client"], "scope": ["api://x/portal"], "redirect_uri": ["https://portal.example/?a=b&c"], "state": ["s&t"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("authority", "directory", "client"),
    [
        ("http://127.0.0.1:1/x", DIRECTORY, "client"),
        ("https://login.microsoftonline.com.evil.example/x", DIRECTORY, "client"),
        (MICROSOFT, "", "client"),
        (MICROSOFT, "organizations/..", "client"),
        (MICROSOFT, DIRECTORY, ""),
    ],
)
def test_no_link_where_there_is_nothing_to_consent_to(authority: str, directory: str, client: str) -> None:
    assert consent_link(authority, directory, client, "s", "https://portal.example/", "") == ""
