"""Queue triggers in a real host process against a real Azurite."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

from tests.support.azurite import Azurite
from tests.support.sample_app import SampleApp, until


def test_a_message_runs_once_and_is_gone(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        app.send("one")
        until(lambda: app.events("queue-done", "one"))
        (event,) = app.events("queue")
        assert event["dequeue_count"] == 1
        assert event["id"]
        assert event["inserted"].endswith("+00:00")
        assert event["has_receipt"]
        until(lambda: app.queue().get_queue_properties().approximate_message_count == 0)


def test_more_messages_than_fit_in_a_batch_all_run(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        for number in range(20):
            app.send(f"m{number}")
        until(lambda: len(app.events("queue-done")) == 20)
        assert len(app.events("queue")) == 20


def test_after_the_last_try_a_message_is_in_the_poison_queue_as_it_was(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        app.send("fail")
        poison = app.queue("-poison")
        (message,) = until(lambda: poison.peek_messages())
        assert json.loads(base64.b64decode(message.content)) == {"name": "fail"}
        assert [event["dequeue_count"] for event in app.events("queue", "fail")] == [1, 2, 3]
        until(lambda: app.queue().get_queue_properties().approximate_message_count == 0)


def test_a_message_that_is_not_base64_goes_to_the_poison_queue_at_once(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        app.queue().send_message('{"name": "plain"}')
        poison = app.queue("-poison")
        (message,) = until(lambda: poison.peek_messages())
        assert message.content == '{"name": "plain"}'
        assert app.events("queue") == []


def test_a_message_stays_hidden_while_its_function_runs_longer_than_the_lease(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path, options=["--queue-lease", "2"]) as app:
        app.host.start()
        app.send("long", sleep=5)
        until(lambda: app.events("queue-done", "long"))
        until(lambda: app.queue().get_queue_properties().approximate_message_count == 0)
        assert len(app.events("queue", "long")) == 1


def test_a_message_whose_function_was_killed_comes_back(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path, options=["--queue-lease", "2"]) as app:
        app.host.start()
        app.send("long", sleep=1.5)
        until(lambda: app.events("queue", "long"))
        app.host.kill()
        app.host.start()
        until(lambda: app.events("queue-done", "long"))
        assert [event["dequeue_count"] for event in app.events("queue", "long")] == [1, 2]


def test_a_queue_that_is_made_later_is_found(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        time.sleep(0.3)
        app.send("late")  # makes the queue
        until(lambda: app.events("queue-done", "late"))
