"""What an error of a storage call is taken for: storage's and temporary, or a mistake of our own."""

from __future__ import annotations

import http.client

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError

from shared.adapters.storage_errors import RefusedRequest, storage_call
from shared.errors import StorageUnavailable


def broken_off() -> None:
    """What azure-data-tables does with an answer whose connection breaks before its headers."""
    error = HttpResponseError("Connection broken")
    try:
        raise error
    except HttpResponseError:
        error.response.headers.get("x-ms-error-code")  # type: ignore[union-attr]  # there is none


def our_own() -> None:
    """A mistake in code that has nothing to do with an answer."""
    object().headers  # type: ignore[attr-defined] # noqa: B018


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ServiceRequestError("no connection"), id="no connection"),
        pytest.param(HttpResponseError("broken"), id="an answer that broke off"),
        pytest.param(http.client.IncompleteRead(b""), id="half an answer"),
        pytest.param(ConnectionResetError(), id="reset"),
        pytest.param(RefusedRequest(503, "ServerBusy"), id="busy"),
        pytest.param(RefusedRequest(404, ""), id="a 404 that storage did not give"),
    ],
)
def test_trouble_of_storage_is_temporary(error: Exception) -> None:
    with pytest.raises(StorageUnavailable), storage_call("look"):
        raise error


def test_the_sdks_own_mistake_about_an_answer_that_broke_off_is_storages_trouble() -> None:
    with pytest.raises(StorageUnavailable), storage_call("look"):
        broken_off()


def test_a_mistake_of_our_own_is_not_blamed_on_storage() -> None:
    with pytest.raises(AttributeError), storage_call("look"):
        our_own()
