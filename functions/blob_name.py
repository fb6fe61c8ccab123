"""A blob trigger's argument that carries the blob's name and nothing of its content (stage 2, trigger).

Azure's Python worker gives a blob-triggered function the whole blob in memory (`InputStream`, `bytes`, `str`), sent over
gRPC, unless the parameter's type is a registered "SDK type": then the Functions host sends only where the blob is.
Microsoft's package for that builds storage clients and imports azure.identity and azure.storage.blob when the app
starts; registering this small type in its place keeps the start short and leaves reading to the storage adapter.

Sources: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger (SDK type bindings),
the package azurefunctions-extensions-base.
"""

from __future__ import annotations

import json
from typing import Any

# The package carries no type information.
from azurefunctions.extensions.base import InConverter, SdkType  # type: ignore[import-untyped]


class BlobName(SdkType):  # type: ignore[misc]  # its base class is untyped
    """Where a blob is: `connection` (name of the app setting), `container`, `name` (path inside the container).

    `name` of `spool/2024010112/acme/q1.eml` is `2024010112/acme/q1.eml`.
    """

    def __init__(self, *, connection: str, container: str, name: str) -> None:
        super().__init__(data=None)
        self.connection = connection
        self.container = container
        self.name = name

    def get_sdk_type(self) -> BlobName:
        """The object that the function gets: this one; no storage client is made."""
        return self

    def __repr__(self) -> str:
        return f"BlobName({self.container!r}, {self.name!r})"


class BlobNameConverter(InConverter, binding="blob", trigger="blobTrigger"):  # type: ignore[misc, call-arg]  # untyped base
    """Registers BlobName for blob triggers with the worker (through the metaclass, when this module is imported)."""

    @classmethod
    def check_input_type_annotation(cls, pytype: type) -> bool:
        """True for the parameter types that this converter makes."""
        return issubclass(pytype, BlobName)

    @classmethod
    def has_implicit_output(cls) -> bool:
        """A blob trigger has no return value."""
        return False

    @classmethod
    def decode(cls, data: Any, *, trigger_metadata: Any, pytype: type) -> BlobName | None:
        """The name in the host's `model_binding_data`; None for an absent value.

        Raises ValueError when the host sent something else, as it would if it had not seen the deferred binding.
        """
        if data is None or data.type is None:
            return None
        if data.type != "model_binding_data":
            raise ValueError(f"blob trigger: expected the blob's name, got {data.type}")
        place = json.loads(data.value.content)
        return BlobName(connection=place["Connection"], container=place["ContainerName"], name=place["BlobName"])
