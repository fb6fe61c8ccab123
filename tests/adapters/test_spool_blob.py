"""What every spool does, both sides of it: the fake and the one in Blob storage are held to the same."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.adapters.spool_blob import PIECE_BYTES, BlobSpool
from shared.adapters.spool_blob_format import CONTAINERS, DamagedSpoolEntry, sidecar_name
from shared.adapters.spool_blob_writer import BLOCK_BYTES, BlobSpoolWriter
from shared.adapters.storage_clients import container_client
from shared.core.message.envelope import DsnWish, Envelope
from shared.core.message.identity import MessageRef
from shared.errors import Conflict, NotFound, StorageUnavailable
from shared.ports import Spool
from shared.ports_relay import Spooled, SpoolWriter
from shared.settings import ProcessSettings
from tests.fakes.clock import FakeClock
from tests.fakes.spool import FakeSpool
from tests.support.records import make_envelope, make_reception, make_ref


@dataclass(frozen=True)
class Sides:
    """A spool as the functions see it, and the call by which the relay fills it."""

    spool: Spool
    prefix: str

    def writer(self, process: ProcessSettings) -> SpoolWriter:
        if isinstance(self.spool, FakeSpool):
            return self.spool
        return BlobSpoolWriter(process.storage, timeout_seconds=5.0, prefix=self.prefix)

    def write(self, process: ProcessSettings, message: Spooled, chunks: Iterable[bytes | Exception]) -> int:
        """What the relay does, in a loop of its own."""

        async def stream() -> AsyncIterator[bytes]:
            for chunk in chunks:
                await asyncio.sleep(0)
                if isinstance(chunk, Exception):
                    raise chunk
                yield chunk

        async def run() -> int:
            writer = self.writer(process)
            try:
                return await writer.write(message, stream())
            finally:
                if isinstance(writer, BlobSpoolWriter):
                    await writer.close()

        return asyncio.run(run())


@pytest.fixture(params=["fake", "blob"])
def sides(request: pytest.FixtureRequest, process: ProcessSettings, own_name: str) -> Sides:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return Sides(FakeSpool(FakeClock(datetime.now(UTC))), "")
    prefix = own_name[:20]
    for name in CONTAINERS:
        container_client(process, prefix + name).create_container()
    return Sides(BlobSpool(process, prefix=prefix), prefix)


def make_message(number: int = 1, recipients: int = 2) -> Spooled:
    envelope = make_envelope(tuple(f"recipient-{index}@customer-{index}.example" for index in range(recipients)))
    return Spooled(make_ref(number, at=datetime.now(UTC)), envelope, make_reception(size=0))


def content_of(spool: Spool, source: str, ref: MessageRef) -> bytes:
    content = spool.content(source, ref)
    data = b"".join(content.chunks())
    assert len(data) == content.size
    return data


SIZES = [
    pytest.param(0, id="empty"),
    pytest.param(1, id="one byte"),
    pytest.param(10_000, id="small"),
    pytest.param(BLOCK_BYTES - 1, id="just below a block"),
    pytest.param(BLOCK_BYTES, id="a block"),
    pytest.param(BLOCK_BYTES * 2 + 1, id="two blocks and a byte"),
    pytest.param(PIECE_BYTES + 1, id="one byte more than a piece"),
]


@pytest.mark.parametrize("size", SIZES)
def test_bytes_come_back_as_they_went_in(sides: Sides, process: ProcessSettings, size: int) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    message = make_message()
    chunks = [data[start : start + 200_000] for start in range(0, size, 200_000)]
    assert sides.write(process, message, chunks) == size
    assert content_of(sides.spool, "spool", message.ref) == data
    stored = sides.spool.describe(message.ref)
    assert stored == replace(message, reception=replace(message.reception, size=size))


@pytest.mark.parametrize("size", SIZES)
def test_opening_a_message_gives_what_describing_and_reading_it_give(
    sides: Sides, process: ProcessSettings, size: int
) -> None:
    message = make_message()
    data = b"x" * size
    sides.write(process, message, [data] if data else [])
    opened = sides.spool.open(message.ref)
    assert opened is not None
    assert opened[0] == sides.spool.describe(message.ref)
    assert (opened[1].size, b"".join(opened[1].chunks())) == (size, data)
    assert b"".join(opened[1].chunks()) == data


def test_opening_a_message_reads_its_sidecar(sides: Sides, process: ProcessSettings) -> None:
    message = make_message(recipients=1000)
    sides.write(process, message, [b"x"])
    opened = sides.spool.open(message.ref)
    assert opened is not None
    assert opened[0].envelope == message.envelope


def test_opening_an_unknown_message_gives_nothing(sides: Sides) -> None:
    assert sides.spool.open(make_ref(404)) is None


def test_content_can_be_read_again_and_again(sides: Sides, process: ProcessSettings) -> None:
    data = b"0123456789abcdef" * (PIECE_BYTES // 16) + b"tail"
    message = make_message()
    sides.write(process, message, [data])
    content = sides.spool.content("spool", message.ref)
    assert b"".join(content.chunks()) == data
    half_read = content.chunks()
    next(half_read)
    assert b"".join(content.chunks()) == data


@pytest.mark.parametrize("size", SIZES)
def test_an_outgoing_form_comes_back_as_it_was_made(sides: Sides, size: int) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    chunks = (data[start : start + 300_000] for start in range(0, size, 300_000))
    assert sides.spool.write_variant(make_ref(), "form-0001", chunks) == size
    content = sides.spool.content("variant", make_ref(), "form-0001")
    assert (content.size, b"".join(content.chunks())) == (size, data)


def test_an_outgoing_form_is_written_once(sides: Sides) -> None:
    sides.spool.write_variant(make_ref(), "form-0001", [b"one"])
    with pytest.raises(Conflict):
        sides.spool.write_variant(make_ref(), "form-0001", [b"two"])
    assert b"".join(sides.spool.content("variant", make_ref(), "form-0001").chunks()) == b"one"


def test_an_outgoing_form_whose_making_failed_is_not_there(sides: Sides) -> None:
    def failing() -> Iterator[bytes]:
        yield b"x" * 100
        raise StorageUnavailable("the source went away")

    with pytest.raises(StorageUnavailable):
        sides.spool.write_variant(make_ref(), "form-0001", failing())
    with pytest.raises(NotFound):
        sides.spool.content("variant", make_ref(), "form-0001")


@pytest.mark.parametrize("blob", ["", "short", "../../etc/passwd", "with.dot.s", "x" * 65])
def test_names_of_outgoing_forms_lead_nowhere_else(sides: Sides, blob: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        sides.spool.write_variant(make_ref(), blob, [b"x"])


@pytest.mark.parametrize("recipients", [1, 150, 1000], ids=lambda count: f"{count} recipients")
def test_envelope_of_any_length_comes_back(sides: Sides, process: ProcessSettings, recipients: int) -> None:
    message = make_message(recipients=recipients)
    sides.write(process, message, [b"x" * (BLOCK_BYTES + 5)])
    stored = sides.spool.describe(message.ref)
    assert stored is not None
    assert stored.envelope == message.envelope


def test_envelope_keeps_every_field_and_character(sides: Sides, process: ProcessSettings) -> None:
    message = make_message()
    envelope = replace(
        message.envelope,
        reverse_path="",
        recipients=('"a b\\"c"@例え.example', "山田@例え.example", "a+b=c@[192.0.2.1]"),
        smtputf8=True,
        body="8BITMIME",
        ret="HDRS",
        envid="a+2Bb",
        wishes=(DsnWish(("SUCCESS", "DELAY"), "utf-8;山田@例え.example"), DsnWish(("NEVER",)), DsnWish()),
    )
    reception = replace(message.reception, helo="<b>&\u2028", tls="TLSv1.3 TLS_AES_256_GCM_SHA384")
    message = replace(message, envelope=envelope, reception=reception)
    sides.write(process, message, [b"x"])
    assert sides.spool.describe(message.ref) == replace(message, reception=replace(reception, size=1))


@pytest.mark.parametrize(
    "before", [0, 10, BLOCK_BYTES * 3], ids=["at once", "in the first block", "in the fourth block"]
)
def test_stream_that_fails_commits_nothing_and_its_error_comes_out(
    sides: Sides, process: ProcessSettings, before: int
) -> None:
    message = make_message()
    chunks: list[bytes | Exception] = [b"x" * 100_000] * (before // 100_000 + 1) if before else []
    with pytest.raises(KeyError, match="the client went away"):
        sides.write(process, message, [*chunks, KeyError("the client went away")])
    assert sides.spool.describe(message.ref) is None
    with pytest.raises(NotFound):
        sides.spool.content("spool", message.ref)


@pytest.mark.parametrize("size", [10, BLOCK_BYTES * 2], ids=["in one request", "in blocks"])
def test_second_message_of_the_same_name_is_refused_and_the_first_stays(
    sides: Sides, process: ProcessSettings, size: int
) -> None:
    message = make_message()
    sides.write(process, message, [b"first"])
    with pytest.raises(StorageUnavailable):
        sides.write(process, message, [b"x" * size])
    assert content_of(sides.spool, "spool", message.ref) == b"first"


def test_unknown_message_is_none_and_its_content_not_found(sides: Sides) -> None:
    assert sides.spool.describe(make_ref(404)) is None
    for source in ("spool", "outgoing"):
        with pytest.raises(NotFound):
            sides.spool.content(source, make_ref(404))


@pytest.mark.parametrize("recipients", [2, 1000], ids=["in metadata", "in a sidecar"])
def test_a_submitted_message_is_one_like_those_of_the_relay_and_is_there_once(sides: Sides, recipients: int) -> None:
    message = make_message(recipients=recipients)
    sides.spool.submit(message, b"Subject: x\r\n\r\ny\r\n")
    assert content_of(sides.spool, "spool", message.ref) == b"Subject: x\r\n\r\ny\r\n"
    stored = sides.spool.describe(message.ref)
    assert stored == replace(message, reception=replace(message.reception, size=17))
    with pytest.raises(Conflict):
        sides.spool.submit(message, b"another")
    assert content_of(sides.spool, "spool", message.ref).startswith(b"Subject")


def test_other_containers_cannot_be_reached(sides: Sides) -> None:
    with pytest.raises(ValueError, match="spool, outgoing"):
        sides.spool.content("settings", make_ref())


def test_outgoing_mail_is_stored_once_and_the_first_stays(sides: Sides) -> None:
    ref = make_ref()
    assert sides.spool.write_outgoing(ref, b"first") == b"first"
    assert sides.spool.write_outgoing(ref, b"second, another") == b"first"
    assert content_of(sides.spool, "outgoing", ref) == b"first"
    assert sides.spool.describe(ref) is None, "the outgoing container is not the spool"


@pytest.mark.parametrize("data", [b"", b"x" * (PIECE_BYTES + 3)], ids=["empty", "more than a piece"])
def test_outgoing_mail_of_any_size_comes_back(sides: Sides, data: bytes) -> None:
    ref = make_ref()
    assert sides.spool.write_outgoing(ref, data) == data
    assert sides.spool.write_outgoing(ref, b"other") == data


class TestCommittedSince:
    def test_window_takes_in_its_end_and_not_its_beginning(self, sides: Sides, process: ProcessSettings) -> None:
        messages = [make_message(number) for number in range(3)]
        for message in messages:
            sides.write(process, message, [b"x"])
        now = datetime.now(UTC)
        [first, *_] = entries = list(
            sides.spool.committed_since(now - timedelta(minutes=5), now + timedelta(seconds=2))
        )
        assert {entry.ref for entry in entries} == {message.ref for message in messages}
        at = first.committed_at
        assert abs(at - now) < timedelta(minutes=1)
        assert first.ref in {entry.ref for entry in sides.spool.committed_since(at - timedelta(seconds=1), at)}
        assert first.ref not in {entry.ref for entry in sides.spool.committed_since(at, at + timedelta(hours=1))}
        assert first.ref not in {
            entry.ref for entry in sides.spool.committed_since(at - timedelta(hours=1), at - timedelta(seconds=1))
        }

    def test_message_that_took_long_to_come_in_is_found_by_the_time_of_its_commit(
        self, sides: Sides, process: ProcessSettings
    ) -> None:
        now = datetime.now(UTC)
        message = replace(make_message(), ref=make_ref(at=now - timedelta(minutes=59)))
        sides.write(process, message, [b"x"])
        found = list(sides.spool.committed_since(now - timedelta(minutes=1), now + timedelta(minutes=1)))
        assert [entry.ref for entry in found] == [message.ref]

    def test_window_of_years_is_no_trouble(self, sides: Sides, process: ProcessSettings) -> None:
        message = make_message()
        sides.write(process, message, [b"x"])
        since = datetime(2020, 1, 1, tzinfo=UTC)
        found = list(sides.spool.committed_since(since, datetime.now(UTC) + timedelta(minutes=1)))
        assert [entry.ref for entry in found] == [message.ref]

    def test_other_time_zones_mean_the_same_moment(self, sides: Sides, process: ProcessSettings) -> None:
        message = make_message()
        sides.write(process, message, [b"x"])
        japan = datetime.now(ZoneInfo("Asia/Tokyo"))
        found = sides.spool.committed_since(japan - timedelta(minutes=1), japan + timedelta(minutes=1))
        assert [entry.ref for entry in found] == [message.ref]


class TestDamage:
    """Only storage can be damaged."""

    @pytest.fixture
    def blob_sides(self, process: ProcessSettings, own_name: str) -> Sides:
        prefix = own_name[:20]
        for name in CONTAINERS:
            container_client(process, prefix + name).create_container()
        return Sides(BlobSpool(process, prefix=prefix), prefix)

    @pytest.mark.parametrize(
        "value",
        ["", "%%%", "bm90IGpzb24=", "eyJ2ZXJzaW9uIjogOTl9"],
        ids=["missing", "not base64", "not JSON", "no envelope in it"],
    )
    def test_envelope_that_cannot_be_read_is_said_to_be_damaged(
        self, blob_sides: Sides, process: ProcessSettings, value: str
    ) -> None:
        ref = make_ref()
        spool = container_client(process, blob_sides.prefix + "spool")
        spool.get_blob_client(ref.blob_name).upload_blob(b"bytes", metadata={"spooled": value} if value else None)
        with pytest.raises(DamagedSpoolEntry):
            blob_sides.spool.describe(ref)
        assert content_of(blob_sides.spool, "spool", ref) == b"bytes"

    def test_an_envelope_of_an_earlier_version_is_read_without_what_it_did_not_know(
        self, blob_sides: Sides, process: ProcessSettings
    ) -> None:
        ref = make_ref()
        document = {
            "version": 1,
            "envelope": {
                "reverse_path": "a@b.example",
                "recipients": ["c@d.example"],
                "smtputf8": False,
                "body": "7BIT",
            },
            "reception": {
                **dict.fromkeys(("peer", "helo", "protocol", "tls", "attributed_by", "relay_host", "session_id"), "x"),
                "received_at": "2026-11-21T09:00:00Z",
                "size": 5,
            },
        }
        value = base64.b64encode(json.dumps(document).encode()).decode()
        spool = container_client(process, blob_sides.prefix + "spool")
        spool.get_blob_client(ref.blob_name).upload_blob(b"bytes", metadata={"spooled": value})
        stored = blob_sides.spool.describe(ref)
        assert stored is not None
        assert stored.envelope == Envelope("a@b.example", ("c@d.example",))

    def test_missing_sidecar_is_damage_and_not_an_unknown_message(
        self, blob_sides: Sides, process: ProcessSettings
    ) -> None:
        message = make_message(recipients=1000)
        blob_sides.write(process, message, [b"x"])
        container_client(process, blob_sides.prefix + "envelopes").delete_blob(sidecar_name(message.ref))
        with pytest.raises(DamagedSpoolEntry):
            blob_sides.spool.describe(message.ref)

    def test_blobs_that_are_no_messages_are_passed_over(self, blob_sides: Sides, process: ProcessSettings) -> None:
        now = datetime.now(UTC)
        spool = container_client(process, blob_sides.prefix + "spool")
        spool.get_blob_client(f"{now:%Y%m%d%H}/demo/readme.txt").upload_blob(b"x")
        assert list(blob_sides.spool.committed_since(now - timedelta(hours=1), now + timedelta(hours=1))) == []

    def test_missing_container_is_no_missing_message(self, process: ProcessSettings, own_name: str) -> None:
        spool = BlobSpool(replace(process, storage_timeout=0.5), prefix=own_name)
        with pytest.raises(StorageUnavailable):
            spool.describe(make_ref())
        with pytest.raises(StorageUnavailable):
            spool.content("spool", make_ref())
