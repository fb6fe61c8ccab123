"""The blob trigger's argument."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from azurefunctions.extensions.base import Datum, get_binding_registry

from functions.blob_name import BlobName, BlobNameConverter


def _sent(**content: str) -> object:
    return Datum(SimpleNamespace(content=json.dumps(content).encode()), "model_binding_data")


def test_the_converter_is_registered_for_blob_triggers() -> None:
    assert get_binding_registry().get("blobTrigger") is BlobNameConverter
    assert get_binding_registry().check_supported_type(BlobName)


def test_the_hosts_message_becomes_a_name() -> None:
    sent = _sent(Connection="MattaStorage", ContainerName="spool", BlobName="2026010100/acme/q1.eml")
    blob = BlobNameConverter.decode(sent, trigger_metadata={}, pytype=BlobName)
    assert blob is not None
    assert (blob.connection, blob.container, blob.name) == ("MattaStorage", "spool", "2026010100/acme/q1.eml")


@pytest.mark.parametrize("kind", ["bytes", "string"])
def test_content_instead_of_a_name_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="expected the blob's name"):
        BlobNameConverter.decode(Datum(b"content", kind), trigger_metadata={}, pytype=BlobName)


def test_nothing_stays_nothing() -> None:
    assert BlobNameConverter.decode(None, trigger_metadata={}, pytype=BlobName) is None
