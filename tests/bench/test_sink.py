"""The benchmark's next hop: it must count every message, whatever client sends it and however it pipelines."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from bench import client
from bench.sink import Sink
from tests.support.debian import require


def test_every_message_is_noted_with_the_moment_of_its_end() -> None:
    with Sink() as sink, client.Client(sink.port) as session:
        for number in range(3):
            before = time.perf_counter()
            written, taken = session.send(client.message(f"{number}@x.example", 10_000))
            received = sink.wait_for(f"{number}@x.example", 5)
            assert before < received
            assert written <= taken
            assert received <= time.perf_counter()
        assert sink.count == 3
        assert sink.received_at("9@x.example") is None


def test_commands_right_behind_the_end_of_data_are_answered() -> None:
    with Sink() as sink, socket.create_connection(("127.0.0.1", sink.port), timeout=10) as connection:
        replies = connection.makefile("rb")
        connection.sendall(b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n")
        while not replies.readline().startswith(b"354"):
            pass
        connection.sendall(b"Message-ID: <1@x>\r\n\r\ntext\r\n.\r\nQUIT\r\n")
        assert replies.readline().startswith(b"250")
        assert replies.readline().startswith(b"221")
        assert sink.count == 1


def test_waiting_for_what_never_comes_ends() -> None:
    with Sink() as sink, pytest.raises(TimeoutError, match="1 of 2|0 of 2"):
        sink.wait_count(2, 0.2)


def test_postfixs_load_generator_is_counted() -> None:
    require("smtp-source")
    with Sink() as sink:
        client.load(sink.port, 50, sessions=5, size=10_000)
        sink.wait_count(50, 10)


def test_a_server_that_refuses_ends_the_benchmark_with_its_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def refuse() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"554 5.7.1 no\r\n")

        thread = threading.Thread(target=refuse)
        thread.start()
        with pytest.raises(RuntimeError, match="554"):
            client.Client(port).__enter__()
        thread.join()
