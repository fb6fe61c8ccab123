"""When storage is given a rest, and how it is tried again."""

from __future__ import annotations

from smtp_relay.storage_circuit import LONGEST_PAUSE_SECONDS, StorageCircuit


def broken(failures: int = 3) -> StorageCircuit:
    circuit = StorageCircuit(failures, 1.0)
    for _ in range(failures):
        circuit.failed(0.0)
    return circuit


def test_single_failures_between_successes_open_nothing() -> None:
    circuit = StorageCircuit(3, 1.0)
    for number in range(100):
        circuit.failed(number)
        circuit.failed(number)
        circuit.succeeded()
        assert circuit.may_try(number)


def test_failures_in_a_row_open_it_and_one_message_tries_after_each_pause() -> None:
    circuit = broken()
    assert circuit.is_open
    assert not circuit.may_try(0.9)
    assert circuit.may_try(1.0)
    assert not circuit.may_try(1.0), "one at a time"
    circuit.succeeded()
    assert circuit.may_try(1.1)
    assert not circuit.is_open


def test_pauses_double_to_a_limit_and_never_end_trying() -> None:
    circuit, now, pauses = broken(), 0.0, []
    for _ in range(10):
        began = now
        while not circuit.may_try(now):
            now += 0.25
        pauses.append(now - began)
        circuit.failed(now)
    assert pauses[:5] == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert set(pauses[5:]) == {LONGEST_PAUSE_SECONDS}


def test_messages_that_were_on_their_way_make_no_pause_longer() -> None:
    circuit = broken()
    for _ in range(50):
        circuit.failed(0.5)
    assert circuit.may_try(1.0)


def test_a_try_that_never_came_to_its_content_is_followed_by_another() -> None:
    circuit = broken()
    assert circuit.may_try(1.0)
    assert not circuit.may_try(1.9)
    assert circuit.may_try(2.0)


def test_who_only_begins_takes_nobodys_try() -> None:
    circuit = broken()
    assert not circuit.may_begin(0.9)
    assert all(circuit.may_begin(1.0) for _ in range(100))
    assert circuit.may_try(1.0)
    assert not circuit.may_begin(1.0), "the one try is under way"


def test_a_try_that_was_given_up_goes_to_the_next() -> None:
    circuit = broken()
    circuit.given_up(0.1)
    assert not circuit.may_try(0.1), "there was no try"
    assert circuit.may_try(1.0)
    circuit.given_up(1.1)
    assert circuit.may_try(1.1)
    circuit.failed(1.2)
    circuit.given_up(1.3)
    assert not circuit.may_try(2.0)
