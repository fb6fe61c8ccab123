"""What is signed: the strings of Microsoft's documentation, and what Azurite and the SDK's own signer agree with."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from shared.adapters.storage_account import StorageAccount
from shared.adapters.storage_signatures import VERSION, authorised

KEY = b"any key at all"
DATE = "Fri, 26 Jun 2015 23:39:12 GMT"


def signed(text: str) -> str:
    return base64.b64encode(hmac.new(KEY, text.encode(), hashlib.sha256).digest()).decode()


# The strings are the examples of learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key, with the version
# that Matta names in place of theirs.
SHARED_KEY = [
    pytest.param(
        "GET",
        "/mycontainer",
        {"restype": "container", "comp": "metadata", "timeout": "20"},
        {},
        0,
        f"GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{DATE}\nx-ms-version:{VERSION}\n"
        "/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20",
        id="container metadata",
    ),
    pytest.param(
        "GET",
        "/myaccount/mycontainer/myblob",
        {},
        {},
        0,
        f"GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{DATE}\nx-ms-version:{VERSION}\n/myaccount/myaccount/mycontainer/myblob",
        id="the account in the path, as emulators have it",
    ),
    pytest.param(
        "PUT",
        "/mycontainer/myblob",
        {},
        {"x-ms-blob-type": "BlockBlob", "Content-Type": "text/plain; charset=UTF-8", "If-None-Match": "*"},
        11,
        f"PUT\n\n\n11\n\ntext/plain; charset=UTF-8\n\n\n\n*\n\n\nx-ms-blob-type:BlockBlob\nx-ms-date:{DATE}\n"
        f"x-ms-version:{VERSION}\n/myaccount/mycontainer/myblob",
        id="a body with a condition",
    ),
    pytest.param(
        "POST",
        "/myqueue/messages",
        {"visibilitytimeout": "30", "messagettl": "-1"},
        {"Content-Type": "application/xml"},
        5,
        f"POST\n\n\n5\n\napplication/xml\n\n\n\n\n\n\nx-ms-date:{DATE}\nx-ms-version:{VERSION}\n"
        "/myaccount/myqueue/messages\nmessagettl:-1\nvisibilitytimeout:30",
        id="a queue message",
    ),
]


@pytest.mark.parametrize(("method", "path", "query", "headers", "length", "text"), SHARED_KEY)
def test_shared_key_signs_method_headers_and_all_of_the_query(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], length: int, text: str
) -> None:
    account = StorageAccount("https://h", "myaccount", KEY)
    _, sent = authorised(account, method, path, query, headers, length, date=DATE)
    assert sent["Authorization"] == f"SharedKey myaccount:{signed(text)}"


TABLES = [
    pytest.param("/Tables", {}, f"{DATE}\n/testaccount1/Tables", id="a path"),
    pytest.param("/t()", {"$filter": "PartitionKey eq 'a'"}, f"{DATE}\n/testaccount1/t()", id="a query does not count"),
    pytest.param(
        "/", {"comp": "properties", "restype": "service"}, f"{DATE}\n/testaccount1/?comp=properties", id="comp"
    ),
    pytest.param(
        "/t(PartitionKey='a%3Ab',RowKey='1')",
        {},
        f"{DATE}\n/testaccount1/t(PartitionKey='a%3Ab',RowKey='1')",
        id="as it is sent",
    ),
]


@pytest.mark.parametrize(("path", "query", "text"), TABLES)
def test_shared_key_lite_signs_the_time_and_the_path_of_a_table(path: str, query: dict[str, str], text: str) -> None:
    account = StorageAccount("https://h", "testaccount1", KEY)
    _, sent = authorised(account, "GET", path, query, {"Content-Type": "x"}, 0, table=True, date=DATE)
    assert sent["Authorization"] == f"SharedKeyLite testaccount1:{signed(text)}"


def test_a_shared_access_signature_goes_into_the_query_and_nothing_is_signed() -> None:
    account = StorageAccount("https://h", "", b"", "sv=1&sig=a%2Bb")
    target, sent = authorised(account, "GET", "/c/b", {"comp": "block", "blockid": "A+="}, {}, 0)
    assert target == "/c/b?comp=block&blockid=A%2B%3D&sv=1&sig=a%2Bb"
    assert "Authorization" not in sent
    assert authorised(account, "GET", "/c/b", {}, {}, 0)[0] == "/c/b?sv=1&sig=a%2Bb"


def test_a_token_is_all_that_authorises() -> None:
    account = StorageAccount("https://h", "a")
    target, sent = authorised(account, "GET", "/t()", {"$top": "1"}, {}, 0, table=True, token="first")
    assert (target, sent["Authorization"]) == ("/t()?$top=1", "Bearer first")
    assert sent["x-ms-version"] >= "2020-12-06", "older versions of tables take no tokens"
