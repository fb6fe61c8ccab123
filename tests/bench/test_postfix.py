"""The baseline really is what it is said to be: a Postfix whose every message goes through the Python filter."""

from __future__ import annotations

import os
import smtplib
from pathlib import Path

import pytest

from bench import client
from bench.end_to_end import filtered_postfix
from bench.postfix import why_not
from bench.python_filter import reasons
from tests.support.debian import require
from tests.support.waiting import wait_for


@pytest.mark.slow
def test_a_message_goes_through_postfix_the_filter_and_postfix_again(tmp_path: Path) -> None:
    require("postfix")
    if os.geteuid() != 0:
        assert why_not() == "Postfix starts as root only"
        return
    with filtered_postfix(tmp_path / "postfix") as way:
        with smtplib.SMTP("127.0.0.1", way.port) as connection:
            connection.sendmail(client.SENDER, [client.RECIPIENT], client.message("once@x.example", 10_000))
        way.sink.wait_for("once@x.example", 20)
        maillog = tmp_path / "postfix" / "maillog"
        wait_for(lambda: maillog.read_text().count(": removed") == 2)  # the sink has it before the log does
        log = maillog.read_text()
    assert way.sink.count == 1
    assert "250 2.0.0 passed, 0 rules matched" in log, "the filter's answer"
    assert log.count("message-id=<once@x.example>") == 2, "queued before the filter and after it"


@pytest.mark.parametrize(
    ("recipients", "head", "expected"),
    [
        pytest.param([client.RECIPIENT], b"Subject: x\r\n", [], id="inside"),
        pytest.param([client.RECIPIENT], b"", ["subject-blank"], id="no subject"),
        pytest.param(["a@x.example"], b"Subject: x\r\n", ["recipient-external"], id="outside"),
        pytest.param(
            ["a@x.example", "b@y.example"],
            b"Subject: x\r\n",
            ["recipient-external", "several-external-domains"],
            id="two outside",
        ),
    ],
)
def test_the_filter_judges_as_the_rules_do(recipients: list[str], head: bytes, expected: list[str]) -> None:
    assert reasons(head + b"\r\ntext\r\n", recipients) == expected
