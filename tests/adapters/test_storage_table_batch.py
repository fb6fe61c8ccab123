"""Transactions on the wire: what is sent, and answers that are whole, cut off, malformed or about something else."""

from __future__ import annotations

import json

import pytest

from shared.adapters.storage_errors import RefusedRequest, Verdict, verdict
from shared.adapters.storage_table_batch import Insert, Operation, Remove, Replace, read_batch, row_path, write_batch

ETAG = "W/\"datetime'2026-11-21T23%3A59%3A40.3743819Z'\""
KEYS = {"PartitionKey": "demo:x", "RowKey": "a:state"}
TYPE = "multipart/mixed; boundary=batchresponse_1"


def done(etag: str = ETAG, status: str = "204 No Content") -> str:
    return f"HTTP/1.1 {status}\r\nDataServiceVersion: 3.0;\r\nETag: {etag}\r\n\r\n"


def refused(status: str, code: str, number: int = 0) -> str:
    said = json.dumps({"odata.error": {"code": code, "message": {"lang": "en-US", "value": f"{number}:Words."}}})
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json;odata=minimalmetadata\r\n\r\n{said}"


def answer(*parts: str) -> bytes:
    """An answer as the documentation shows it."""
    inner = "".join(
        "--changesetresponse_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        f"{part}\r\n"
        for part in parts
    )
    return (
        "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n"
        f"{inner}--changesetresponse_2--\r\n--batchresponse_1--\r\n"
    ).encode()


REFUSALS = [
    ("409 Conflict", "EntityAlreadyExists", Verdict.EXISTS),
    ("412 Precondition Failed", "UpdateConditionNotSatisfied", Verdict.CHANGED),
    ("404 Not Found", "ResourceNotFound", Verdict.MISSING),
    ("404 Not Found", "TableNotFound", Verdict.UNCLEAR),
    ("400 Bad Request", "EntityTooLarge", Verdict.TOO_LARGE),
    ("413 Payload Too Large", "", Verdict.TOO_LARGE),
    ("429 Too Many Requests", "TooManyRequests", Verdict.UNCLEAR),
    ("500 Internal Server Error", "OperationTimedOut", Verdict.UNCLEAR),
    ("503 Service Unavailable", "ServerBusy", Verdict.UNCLEAR),
]
WHOLE = answer(done("one"), done("two"))
HOSTILE = [
    pytest.param(TYPE, b"", id="nothing"),
    pytest.param("", WHOLE, id="no type"),
    pytest.param("application/json", WHOLE, id="another type"),
    pytest.param("multipart/mixed", WHOLE, id="no boundary"),
    pytest.param("multipart/mixed; boundary=", WHOLE, id="empty boundary"),
    pytest.param("multipart/mixed; boundary=other", WHOLE, id="another boundary"),
    pytest.param(TYPE, answer(done()), id="fewer answers than operations"),
    pytest.param(TYPE, answer(done(), done(), done()), id="more answers than operations"),
    pytest.param(TYPE, answer(), id="no answers"),
    pytest.param(TYPE, answer(done(), "HTTP/1.1 abc\r\n\r\n"), id="no status"),
    pytest.param(TYPE, answer(done(), "SMTP 204\r\n\r\n"), id="no HTTP"),
    pytest.param(TYPE, answer(done(), done()).replace(b"application/http", b"text/plain"), id="no HTTP by its type"),
    pytest.param(TYPE, answer(done(), "HTTP/1.1 204 x\r\nno colon\r\n\r\n"), id="malformed field"),
    pytest.param(
        TYPE, WHOLE.replace(b"changesetresponse_2\r\n\r\n", b"elsewhere\r\n\r\n", 1), id="parts that are not there"
    ),
    pytest.param(TYPE, WHOLE[:-2] + b"\r\n" + WHOLE, id="fine once and once more"),
    pytest.param(TYPE, b"surprise" + WHOLE, id="something before"),
    pytest.param(TYPE, WHOLE.replace(b"\r\n", b"\n"), id="bare line feeds"),
    pytest.param(TYPE, b"\x00\xff" * 500, id="noise"),
]


class TestRequest:
    def test_each_operation_is_a_request_of_its_own(self) -> None:
        operations: list[Operation] = [
            Replace({**KEYS, "n": 1}, ETAG),
            Replace({**KEYS, "RowKey": "a:delivery"}),
            Insert({**KEYS, "RowKey": "e:1"}),
            Remove({**KEYS, "RowKey": "b:1"}),
        ]
        kind, body = write_batch("https://a.table.core.windows.net", "messages", operations)
        outer = kind.removeprefix("multipart/mixed; boundary=").encode()
        assert body.startswith(b"--" + outer + b"\r\n")
        assert body.endswith(b"--" + outer + b"--\r\n")
        lines = body.decode().split("\r\n")
        root = "https://a.table.core.windows.net/messages"
        assert [line for line in lines if line.endswith(" HTTP/1.1")] == [
            f"PUT {root}(PartitionKey='demo%3Ax',RowKey='a%3Astate') HTTP/1.1",
            f"PUT {root}(PartitionKey='demo%3Ax',RowKey='a%3Adelivery') HTTP/1.1",
            f"POST {root} HTTP/1.1",
            f"DELETE {root}(PartitionKey='demo%3Ax',RowKey='b%3A1') HTTP/1.1",
        ]
        assert [line for line in lines if line.startswith("If-Match")] == [f"If-Match: {ETAG}", *["If-Match: *"] * 2]
        assert '{"PartitionKey":"demo:x","RowKey":"a:state","n":1}' in lines

    def test_no_boundary_is_used_twice(self) -> None:
        assert len({write_batch("https://h", "t", [Insert(KEYS)])[0] for _ in range(20)}) == 20

    @pytest.mark.parametrize("etag", ["a\r\nX: y", "a\nb", "é", "\x00"])
    def test_an_etag_cannot_become_another_header(self, etag: str) -> None:
        with pytest.raises(ValueError):
            write_batch("https://h", "t", [Replace(KEYS, etag)])

    def test_keys_are_encoded(self) -> None:
        assert row_path("t", "it's", "a b\r\n") == "/t(PartitionKey='it%27%27s',RowKey='a%20b%0D%0A')"


class TestAnswer:
    def test_etags_come_in_the_order_of_the_operations(self) -> None:
        assert read_batch(TYPE, answer(done("one"), done("two", "201 Created")), 2) == ["one", "two"]

    def test_a_removal_leaves_no_etag(self) -> None:
        removed = "HTTP/1.1 204 No Content\r\nDataServiceVersion: 3.0;\r\n\r\n"
        assert read_batch(TYPE, answer(done("one"), removed), 2) == ["one", ""]

    def test_quoted_boundary_parameters_and_blanks_are_understood(self) -> None:
        body = answer(done("one")).replace(b"--batchresponse_1\r\n", b"--batchresponse_1  \r\n", 1)
        assert read_batch('Multipart/Mixed;boundary="batchresponse_1"; x=y', body, 1) == ["one"]

    @pytest.mark.parametrize(("status", "code", "meaning"), REFUSALS)
    def test_one_refusal_stands_for_all_operations(self, status: str, code: str, meaning: Verdict) -> None:
        with pytest.raises(RefusedRequest) as raised:
            read_batch(TYPE, answer(refused(status, code, 2)), 5)
        assert (raised.value.status_code, raised.value.error_code) == (int(status[:3]), code)
        assert verdict(raised.value) is meaning

    def test_an_error_without_json_is_known_by_its_status(self) -> None:
        with pytest.raises(RefusedRequest) as raised:
            read_batch(TYPE, answer("HTTP/1.1 500 Oops\r\n\r\n<html>"), 1)
        assert raised.value.status_code == 500

    def test_a_boundary_inside_an_error_text_ends_nothing_that_is_not_a_line(self) -> None:
        with pytest.raises(RefusedRequest) as raised:
            read_batch(TYPE, answer(refused("409 Conflict", "EntityAlreadyExists --changesetresponse_2--")), 1)
        assert raised.value.status_code == 409

    def test_an_answer_cut_anywhere_says_nothing(self) -> None:
        said = []
        for end in range(len(WHOLE) - len("--\r\n")):
            try:
                said.append(read_batch(TYPE, WHOLE[:end], 2))
            except ValueError:
                continue
        assert said == []
        assert read_batch(TYPE, WHOLE, 2) == ["one", "two"]

    @pytest.mark.parametrize(("kind", "body"), HOSTILE)
    def test_an_answer_that_does_not_fit_says_nothing(self, kind: str, body: bytes) -> None:
        with pytest.raises(ValueError):
            read_batch(kind, body, 2)
