"""The small HTTP client: answers in every framing and cut, dead connections, reuse, cancelling."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from shared.adapters.storage_http import BrokenConnection, HttpPool, Response

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class Script:
    """A server that answers each request with the next entry: pieces to send, and whether it closes then."""

    answers: list[tuple[list[bytes], bool]]
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                pieces, closes = self.answers.pop(0)
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.005)
                if closes:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


def play(script: Script, work: Callable[[HttpPool], Awaitable[None]], connections: int = 4) -> None:
    async def run() -> None:
        server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
        pool = HttpPool("127.0.0.1", server.sockets[0].getsockname()[1], tls=False, connections=connections)
        try:
            await work(pool)
        finally:
            pool.close()
            server.close()

    asyncio.run(run())


ANSWERS = [
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello", id="length"),
    pytest.param(b"HTTP/1.1 201 Created\r\nETag: x\r\nContent-Length: 0\r\n\r\n", 201, b"", id="empty"),
    pytest.param(b"HTTP/1.1 201 Created\r\n\r\n", 201, b"", id="no length"),
    pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", id="204"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n",
        200,
        b"hello world",
        id="chunked",
    ),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, b"", id="chunked and empty"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
        200,
        b"a",
        id="chunked with trailer",
    ),
    pytest.param(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201, b"", id="after 100"
    ),
    pytest.param(
        b"HTTP/1.1 409 Conflict\r\nContent-Length: 3\r\n\r\n\r\n\r", 409, b"\r\n\r", id="body of line endings"
    ),
]


@pytest.mark.parametrize(("raw", "status", "body"), ANSWERS)
@pytest.mark.parametrize("piece", [10_000, 7, 1], ids=["whole", "in pieces", "byte by byte"])
def test_answer_is_read_in_any_framing_and_cut(raw: bytes, status: int, body: bytes, piece: int) -> None:
    script = Script([([raw[start : start + piece] for start in range(0, len(raw), piece)], False)] * 2)

    async def work(pool: HttpPool) -> None:
        for _ in range(2):
            response = await pool.exchange(REQUEST)
            assert (response.status, response.body) == (status, body)

    play(script, work)
    assert script.connections == 1, "the connection is kept"


def test_headers_have_lower_case_names_and_bare_values() -> None:
    answer = b"HTTP/1.1 200 OK\r\nX-Ms-Error-Code:  Some:Thing \r\nContent-Length: 0\r\n\r\n"

    async def work(pool: HttpPool) -> None:
        assert (await pool.exchange(REQUEST)).headers["x-ms-error-code"] == "Some:Thing"

    play(Script([([answer], False)]), work)


def test_answer_to_head_has_no_body_whatever_length_it_names() -> None:
    async def work(pool: HttpPool) -> None:
        first = await pool.exchange(REQUEST, without_body=True)
        assert (first.headers["content-length"], first.body) == ("1234", b"")
        assert (await pool.exchange(REQUEST)).body == b"next"

    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
    play(Script([([head], False), ([b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext"], False)]), work)


BROKEN = [
    pytest.param([b""], id="nothing"),
    pytest.param([b"HTTP/1.1 200"], id="half a status line"),
    pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"], id="half a body"),
    pytest.param([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"], id="half a chunk"),
    pytest.param([b"SMTP ready\r\n\r\n"], id="no HTTP"),
    pytest.param([b"HTTP/1.1 abc\r\n\r\n"], id="no status"),
    pytest.param([b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"], id="no header field"),
    pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"], id="negative length"),
    pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"], id="absurd length"),
    pytest.param([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], id="no chunk size"),
    pytest.param([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000], id="endless header"),
]


@pytest.mark.parametrize("pieces", BROKEN)
def test_broken_answer_is_an_error_and_the_next_request_gets_a_new_connection(pieces: list[bytes]) -> None:
    script = Script([(pieces, True), ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"], False)])

    async def work(pool: HttpPool) -> None:
        with pytest.raises(BrokenConnection):
            await pool.exchange(REQUEST)
        assert (await pool.exchange(REQUEST)).body == b"ok"

    play(script, work)
    assert script.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx surplus",
    ],
    ids=["told to close", "more than asked for"],
)
def test_connection_that_cannot_be_trusted_is_not_used_again(answer: bytes) -> None:
    script = Script([([answer], False), ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"], False)])

    async def work(pool: HttpPool) -> None:
        assert (await pool.exchange(REQUEST)).body == b"x"
        assert (await pool.exchange(REQUEST)).body == b"ok"

    play(script, work)
    assert script.connections == 2


def test_kept_connection_that_the_server_closed_meanwhile_is_noticed() -> None:
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    script = Script([([ok], True), ([ok], False)])

    async def work(pool: HttpPool) -> None:
        assert (await pool.exchange(REQUEST)).body == b"ok"
        await asyncio.sleep(0.05)
        assert (await pool.exchange(REQUEST)).body == b"ok"

    play(script, work)


def test_cancelled_request_takes_its_connection_with_it() -> None:
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    late = [b""] * 100 + [ok]
    script = Script([(late, False), ([b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine"], False)])

    async def work(pool: HttpPool) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.exchange(REQUEST), 0.05)
        assert (await pool.exchange(REQUEST)).body == b"mine", "not the answer to the other request"

    play(script, work)
    assert script.connections == 2


def test_requests_at_once_share_the_connections_allowed() -> None:
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    script = Script([([ok], False)] * 20)

    async def work(pool: HttpPool) -> None:
        responses: list[Response] = await asyncio.gather(*(pool.exchange(REQUEST) for _ in range(20)))
        assert {response.body for response in responses} == {b"ok"}

    play(script, work, connections=3)
    assert script.connections == 3


def test_nobody_listening_is_an_os_error() -> None:
    async def run() -> None:
        with pytest.raises(OSError, match="onnect"):
            await HttpPool("127.0.0.1", 1, tls=False, connections=1).exchange(REQUEST)

    asyncio.run(run())
