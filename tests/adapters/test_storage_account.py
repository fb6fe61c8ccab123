"""Which service a connection string names, and what it never shows."""

from __future__ import annotations

import pytest

from local.endpoints import AZURITE_KEY as KEY
from shared.adapters.storage_account import Service, StorageAccount, account_from
from shared.errors import PermanentError

LOCAL = (
    f"AccountName=a;AccountKey={KEY};BlobEndpoint=http://h:1/a;QueueEndpoint=http://h:2/a/;TableEndpoint=http://h:3/a"
)
ENDPOINTS: list[tuple[str, Service, str]] = [
    ("UseDevelopmentStorage=true", "blob", "http://127.0.0.1:10000/devstoreaccount1"),
    ("UseDevelopmentStorage=true", "queue", "http://127.0.0.1:10001/devstoreaccount1"),
    ("UseDevelopmentStorage=true", "table", "http://127.0.0.1:10002/devstoreaccount1"),
    (f"AccountName=a;AccountKey={KEY}", "table", "https://a.table.core.windows.net"),
    (
        f"AccountName=a;AccountKey={KEY};EndpointSuffix=core.usgovcloudapi.net",
        "queue",
        "https://a.queue.core.usgovcloudapi.net",
    ),
    (LOCAL, "blob", "http://h:1/a"),
    (LOCAL, "queue", "http://h:2/a"),
    (LOCAL, "table", "http://h:3/a"),
    ("TableEndpoint=https://h;SharedAccessSignature=?sv=1&sig=x", "table", "https://h"),
]


@pytest.mark.parametrize(("text", "service", "endpoint"), ENDPOINTS)
def test_each_service_has_its_endpoint(text: str, service: Service, endpoint: str) -> None:
    assert account_from(text, service).endpoint == endpoint


def test_a_service_that_the_string_does_not_name_is_refused() -> None:
    with pytest.raises(PermanentError, match="queue"):
        account_from("TableEndpoint=https://h;SharedAccessSignature=?sv=1&sig=x", "queue")


def test_nothing_secret_is_shown() -> None:
    shown = repr(StorageAccount("https://h", "a", b"secret-key", "secret-signature", lambda: "secret-token"))
    assert "secret" not in shown
    assert "lambda" not in shown
