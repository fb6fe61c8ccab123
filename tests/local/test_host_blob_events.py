"""Event Grid's events about blobs: what is read out of a request, and that a blob told of fires at once and once."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from local.host.blob_events import PATH, BlobCreated, read_events
from local.host.blob_listing import BlobVersion
from tests.support.azurite import Azurite
from tests.support.sample_app import SampleApp, until

CREATED = "Microsoft.Storage.BlobCreated"


def event(
    kind: str = CREATED, container: str = "spool", name: str = "2026112109/acme/q.eml", etag: object = "0x8D"
) -> dict[str, object]:
    return {
        "eventType": kind,
        "subject": f"/blobServices/default/containers/{container}/blobs/{name}",
        "data": {"eTag": etag},
    }


@pytest.mark.parametrize(
    ("events", "found"),
    [
        pytest.param([event()], [("spool", "2026112109/acme/q.eml", "0x8D")], id="one"),
        pytest.param([event(etag='"0x8D"')], [("spool", "2026112109/acme/q.eml", "0x8D")], id="quoted-etag"),
        pytest.param(
            [event(), event(name="b")], [("spool", "2026112109/acme/q.eml", "0x8D"), ("spool", "b", "0x8D")], id="two"
        ),
        pytest.param([event("Microsoft.Storage.BlobDeleted")], [], id="another-event"),
        pytest.param([], [], id="none"),
    ],
)
def test_blobs_that_events_tell_of(events: list[object], found: list[tuple[str, str, str]]) -> None:
    read = read_events(json.dumps(events).encode())
    assert read == [BlobCreated(container, BlobVersion(name, etag)) for container, name, etag in found]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{}", id="no-list"),
        pytest.param(b'[{"eventType": "%s"}]' % CREATED.encode(), id="no-subject"),
        pytest.param(json.dumps([event(etag=7)]).encode(), id="no-etag"),
        pytest.param(json.dumps([event(container="", name="")]).encode(), id="no-name"),
        pytest.param(b"\xff", id="no-utf-8"),
    ],
)
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_events(body)


def test_a_blob_that_an_event_tells_of_fires_long_before_the_next_look(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path, options=["--blob-poll", "30"]) as app:
        app.host.start()
        time.sleep(1)  # the first look is over
        told, etag = app.put_blob("told.eml")
        body = json.dumps([event(container=app.name, name=told, etag=etag)] * 3).encode()
        posted = time.monotonic()
        assert post(app.host.url, body) == 200
        until(lambda: app.events("blob-done", "told.eml"))
        assert time.monotonic() - posted < 20
        assert post(app.host.url, body) == 200
        time.sleep(0.5)
        assert len(app.events("blob", "told.eml")) == 1
        assert post(app.host.url, b"{}") == 400
        assert post(app.host.url, body, kind="text/plain") == 415


def post(url: str, body: bytes, kind: str = "application/json") -> int:
    request = urllib.request.Request(f"{url}/{PATH}", data=body, headers={"Content-Type": kind}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
