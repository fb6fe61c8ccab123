"""The messages between Azure's Functions host and its Python worker, as far as the runtime touches them.

Azure generates them from FunctionRpc.proto (github.com/Azure/azure-functions-language-worker-protobuf); here are plain
classes with the same names and fields, so that the runtime can be driven without gRPC. A field that the protocol does
not have is an error, as it is in the generated classes. Runs in Python 3.13 with nothing but the standard library.
"""

from __future__ import annotations

from typing import Any


class Message:
    """A message whose class says which fields exist; those not given are None."""

    fields: tuple[str, ...] = ()
    oneof: tuple[str, tuple[str, ...]] = ("", ())

    def __init__(self, **values: Any) -> None:
        unknown = set(values) - set(self.fields)
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}")
        for field in self.fields:
            setattr(self, field, values.get(field))

    def WhichOneof(self, group: str) -> str | None:  # protobuf's own name
        """The field of the group that is set."""
        name, members = self.oneof
        if group != name:
            raise ValueError(f"{type(self).__name__} has no oneof {group}")
        return next((member for member in members if getattr(self, member) is not None), None)


def _define(name: str, *fields: str, oneof: tuple[str, tuple[str, ...]] = ("", ()), **constants: Any) -> type[Message]:
    return type(name, (Message,), {"fields": fields, "oneof": oneof, **constants})


_DATA = (
    *("string", "json", "bytes", "stream", "http", "int", "double", "collection_bytes", "collection_string"),
    *("collection_double", "collection_sint64", "model_binding_data", "collection_model_binding_data"),
)
TypedData = _define("TypedData", *_DATA, oneof=("data", _DATA))
ParameterBinding = _define(
    "ParameterBinding", "name", "data", "rpc_shared_memory", oneof=("rpc_data", ("data", "rpc_shared_memory"))
)
ModelBindingData = _define("ModelBindingData", "version", "source", "content_type", "content")
BindingInfo = _define(
    "BindingInfo",
    "type",
    "direction",
    "data_type",
    "properties",
    **{"in": 0, "out": 1, "inout": 2, "undefined": 0, "string": 1, "binary": 2, "stream": 3},
)
RpcHttp = _define(
    "RpcHttp",
    *("method", "url", "headers", "body", "params", "status_code", "query", "enable_content_negotiation"),
    *("rawBody", "identities", "cookies", "nullable_headers", "nullable_params", "nullable_query"),
)
_SAME_SITE = type("SameSite", (), {"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})
RpcHttpCookie = _define(
    "RpcHttpCookie",
    *("name", "value", "domain", "path", "expires", "secure", "http_only", "same_site", "max_age"),
    SameSite=_SAME_SITE,
)
NullableString = _define("NullableString", "value")
NullableBool = _define("NullableBool", "value")
NullableDouble = _define("NullableDouble", "value")
NullableTimestamp = _define("NullableTimestamp", "value")
RpcException = _define("RpcException", "source", "stack_trace", "message", "is_user_exception", "type")
StatusResult = _define("StatusResult", "status", "result", "exception", "logs", Failure=0, Success=1, Cancelled=2)
WorkerMetadata = _define(
    "WorkerMetadata", "runtime_name", "runtime_version", "worker_version", "worker_bitness", "custom_properties"
)
RpcRetryOptions = _define(
    "RpcRetryOptions", "max_retry_count", "delay_interval", "minimum_interval", "maximum_interval", "retry_strategy"
)
RpcFunctionMetadata = _define(
    "RpcFunctionMetadata",
    *("name", "directory", "script_file", "entry_point", "bindings", "is_proxy", "status", "language"),
    *("raw_bindings", "function_id", "managed_dependency_enabled", "retry_options", "properties"),
)
RpcTraceContext = _define("RpcTraceContext", "trace_parent", "trace_state", "attributes")
RetryContext = _define("RetryContext", "retry_count", "max_retry_count", "exception")

WorkerInitRequest = _define(
    "WorkerInitRequest", "host_version", "capabilities", "log_categories", "worker_directory", "function_app_directory"
)
WorkerInitResponse = _define("WorkerInitResponse", "worker_version", "capabilities", "result", "worker_metadata")
FunctionsMetadataRequest = _define("FunctionsMetadataRequest", "function_app_directory")
FunctionMetadataResponse = _define(
    "FunctionMetadataResponse", "function_metadata_results", "result", "use_default_metadata_indexing"
)
FunctionLoadRequest = _define("FunctionLoadRequest", "function_id", "metadata", "managed_dependency_enabled")
FunctionLoadResponse = _define("FunctionLoadResponse", "function_id", "result", "is_dependency_downloaded")
InvocationRequest = _define(
    "InvocationRequest",
    *("invocation_id", "function_id", "input_data", "trigger_metadata", "trace_context", "retry_context"),
)
InvocationResponse = _define("InvocationResponse", "invocation_id", "output_data", "return_value", "result")
StreamingMessage = _define(
    "StreamingMessage",
    *("request_id", "worker_init_request", "functions_metadata_request", "function_load_request"),
    "invocation_request",
)
