"""Reading requests with suspicion: addresses, languages, fields."""

from __future__ import annotations

from urllib.parse import urlencode

import azure.functions as func
import pytest

from functions.web import accepted_languages, peer_of, read_form


def _request(**headers: str) -> func.HttpRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return func.HttpRequest(method="GET", url="https://matta.example/", headers=named, body=b"")


@pytest.mark.parametrize(
    ("forwarded", "peer"),
    [
        pytest.param("198.51.100.7", "198.51.100.7", id="one"),
        pytest.param("198.51.100.7:51234", "198.51.100.7", id="with a port"),
        pytest.param("10.0.0.1, 198.51.100.7", "198.51.100.7", id="the last hop"),
        pytest.param("2001:db8::7", "2001:db8::7", id="IPv6"),
        pytest.param("[2001:db8::7]:443", "2001:db8::7", id="IPv6 with a port"),
        pytest.param("198.51.100.7, <script>", "", id="not an address"),
        pytest.param("1" * 100_000, "", id="very long"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_peer(forwarded: str, peer: str) -> None:
    assert peer_of(_request(X_Forwarded_For=forwarded)) == peer


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("ja,en-US;q=0.9,en;q=0.8", ("ja", "en-US", "en")),
        ("en;q=0.1, ja;q=0.9", ("ja", "en")),
        ("ja;q=0", ()),
        ("ja;q=zzz, en", ("en",)),
        ("", ()),
    ],
)
def test_languages_in_the_order_they_are_wanted(header: str, languages: tuple[str, ...]) -> None:
    assert accepted_languages(_request(Accept_Language=header)) == languages


def test_numbers_of_a_form_are_small_and_positive() -> None:
    pairs = [("ack", value) for value in ("1", "02", "-1", "1e3", "٣", "99999", "", "x", "12")] + [("other", "7")]
    request = func.HttpRequest(
        method="POST",
        url="https://matta.example/",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=urlencode(pairs).encode(),
    )
    fields = read_form(request)
    assert fields.numbers("ack") == {1, 2, 12}
    assert fields.one("other") == "7"
    assert fields.one("missing") == ""
