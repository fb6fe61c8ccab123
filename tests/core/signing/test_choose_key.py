"""Which key signs: by the author's domain, and by the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.core.policy.tenant_settings import DkimKey
from shared.core.signing.choose_key import author_domain, key_for_domain
from shared.core.signing.head import NotSignable, read_fields

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def key(selector: str, domain: str = "aozora.example", active_from: datetime | None = None) -> DkimKey:
    return DkimKey(domain=domain, selector=selector, secret="name", active_from=active_from)


@pytest.mark.parametrize(
    ("keys", "domain", "chosen"),
    [
        ([key("a")], "aozora.example", "a"),
        ([key("a")], "sales.aozora.example", "a"),
        ([key("a"), key("b", "sales.aozora.example")], "sales.aozora.example", "b"),
        ([key("a", "sales.aozora.example")], "aozora.example", ""),
        ([key("a")], "notaozora.example", ""),
        ([key("a", "example")], "aozora.example", ""),
        ([key("a", "例え.example")], "xn--r8jz45g.example", "a"),
        ([key("old"), key("new", active_from=NOW)], "aozora.example", "new"),
        ([key("old"), key("new", active_from=NOW + HOUR)], "aozora.example", "old"),
        ([key("new", active_from=NOW - HOUR), key("old")], "aozora.example", "new"),
        ([key("a", active_from=NOW - HOUR), key("b", active_from=NOW - 2 * HOUR)], "aozora.example", "a"),
        ([key("a"), key("b")], "aozora.example", "b"),
        ([key("new", active_from=NOW + HOUR)], "aozora.example", ""),
        ([key("a"), key("b", "sales.aozora.example", NOW + HOUR)], "sales.aozora.example", "a"),
        ([], "aozora.example", ""),
    ],
)
def test_the_key_of_a_domain(keys: list[DkimKey], domain: str, chosen: str) -> None:
    found = key_for_domain(keys, domain, NOW)
    assert (found.selector if found else "") == chosen


@pytest.mark.parametrize(
    ("head", "domain"),
    [
        (b"From: a@Aozora.Example\r\n", "aozora.example"),
        (b"FROM:\r\n =?utf-8?b?6Iqx5a2Q?= <a@aozora.example> (note)\r\n", "aozora.example"),
        ("From: 花子 <a@例え.example>\r\n".encode(), "xn--r8jz45g.example"),
        (b"From: a@aozora.example, b@aozora.example\r\n", "aozora.example"),
    ],
)
def test_the_authors_domain(head: bytes, domain: str) -> None:
    assert author_domain(read_fields(head)) == domain


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"Subject: x\r\n", "no-from"),
        (b"From: a@aozora.example\r\nFrom: b@aozora.example\r\n", "several-from"),
        (b"From: a@aozora.example, b@other.example\r\n", "several-domains"),
        (b"From: nobody\r\n", "no-author-domain"),
        (b"From: \r\n", "no-author-domain"),
        (b"From: a@aozora.example\x00\r\n", "odd-from"),
        (b"From: a@aozora.example\r x\r\n", "odd-from"),
    ],
)
def test_mail_without_one_author_is_not_signed(head: bytes, reason: str) -> None:
    with pytest.raises(NotSignable, match=reason):
        author_domain(read_fields(head))
