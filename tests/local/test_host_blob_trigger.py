"""Blob triggers in a real host process against a real Azurite."""

from __future__ import annotations

import base64
import itertools
import json
import time
from pathlib import Path

from tests.support.azurite import Azurite
from tests.support.sample_app import SampleApp, until


def _poison(app: SampleApp) -> list[dict[str, str]]:
    """The poison messages of this app's container; the queue is shared by all tests of one Azurite."""
    messages = app.blob_poison_queue().peek_messages(32)
    contents = [json.loads(base64.b64decode(message.content)) for message in messages]
    return [content for content in contents if content["ContainerName"] == app.name]


def test_a_blob_fires_once_with_its_name_and_not_again_after_a_restart(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path, options=["--blob-full", "0.3"]) as app:
        app.put_blob("before-start.eml", hours_ago=30)
        app.host.start()
        app.put_blob("q1.eml")
        app.put_blob("sidecar.json")
        until(lambda: app.events("blob-done", "q1.eml") and app.events("blob-done", "before-start.eml"))
        (event,) = app.events("blob", "q1.eml")
        assert event["container"] == app.name
        assert event["path"].endswith("/acme/q1.eml")
        app.host.stop()
        app.host.start()
        app.put_blob("q2.eml")
        until(lambda: app.events("blob-done", "q2.eml"))
        time.sleep(0.6)  # two looks at everything
        assert sorted(event["name"] for event in app.events("blob")) == ["before-start.eml", "q1.eml", "q2.eml"]


def test_blobs_of_the_hours_before_are_found_while_running(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.put_blob("first.eml")
        app.host.start()
        until(lambda: app.events("blob-done", "first.eml"))
        app.put_blob("late.eml", hours_ago=1)
        until(lambda: app.events("blob-done", "late.eml"))


def test_many_blobs_fire_once_each_whatever_their_order(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        names = [f"{(number * 37) % 150:03d}.eml" for number in range(150)]
        for name in names:
            app.put_blob(name)
        until(lambda: len(app.events("blob-done")) >= len(names))
        assert sorted(event["name"] for event in app.events("blob")) == sorted(names)


def test_a_failing_blob_is_tried_again_until_it_works(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        app.put_blob("twice.eml")
        until(lambda: app.events("blob-done", "twice.eml"))
        assert len(app.events("blob", "twice.eml")) == 3
        assert _poison(app) == []


def test_after_five_tries_with_growing_pauses_a_blob_goes_to_the_poison_queue(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        app.put_blob("fail.eml")
        (message,) = until(lambda: _poison(app))
        assert message["FunctionId"] == "Host.Functions.on_blob"
        assert message["BlobName"].endswith("/acme/fail.eml")
        assert message["BlobType"] == "BlockBlob"
        times = [event["at"] for event in app.events("blob", "fail.eml")]
        pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert len(times) == 5
        assert all(pause >= least for pause, least in zip(pauses, (0.1, 0.2, 0.4, 0.8), strict=True))
        app.host.stop()
        app.host.start()
        app.put_blob("next.eml")
        until(lambda: app.events("blob-done", "next.eml"))
        assert len(app.events("blob", "fail.eml")) == 5
        assert len(_poison(app)) == 1


def test_failed_tries_are_counted_across_a_restart(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path, options=["--blob-retry", "0.5"]) as app:
        app.host.start()
        app.put_blob("fail.eml")
        until(lambda: len(app.events("blob", "fail.eml")) == 2)
        app.host.kill()
        app.host.start()
        until(lambda: _poison(app))
        assert len(app.events("blob", "fail.eml")) in (5, 6)  # 6: killed between a try and its receipt


def test_a_blob_whose_function_was_killed_fires_again(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path) as app:
        app.host.start()
        app.put_blob("slow.eml")
        until(lambda: app.events("blob", "slow.eml"))
        app.host.kill()
        assert app.events("blob-done") == []
        app.host.start()
        until(lambda: app.events("blob-done", "slow.eml"))
        assert len({event["pid"] for event in app.events("blob", "slow.eml")}) == 2


def test_a_storage_outage_is_waited_out(tmp_path: Path) -> None:
    storage = Azurite(tmp_path / "azurite")
    storage.start()
    try:
        with SampleApp(storage, tmp_path / "host") as app:
            app.put_blob("a.eml")
            app.host.start()
            until(lambda: app.events("blob-done", "a.eml"))
            storage.stop()
            until(lambda: any("does not answer" in str(line.get("message")) for line in app.host.lines()))
            storage.start()
            app.put_blob("b.eml")
            until(lambda: app.events("blob-done", "b.eml"))
            until(lambda: any("storage is back" in str(line.get("message")) for line in app.host.lines()))
            assert len(app.events("blob", "a.eml")) == 1
            assert "sig=" not in app.host.log.read_text("utf-8")
    finally:
        storage.stop()
