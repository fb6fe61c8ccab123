"""Waiting until something listens.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable


def listens(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def http_answers(port: int, path: str) -> bool:
    """Whether a GET is answered with a status below 500."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until(is_ready: Callable[[], bool], *, timeout_seconds: float, give_up: Callable[[], bool]) -> bool:
    """Poll until ``is_ready``; False after the time, or as soon as ``give_up`` says so."""
    deadline = time.monotonic() + timeout_seconds
    while not give_up() and time.monotonic() < deadline:
        if is_ready():
            return True
        time.sleep(0.1)
    return False
